import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym import Who
from voxnym.recording.cast import CROSSFADE_S, Cast
from voxnym.recording.turns import REACH_S, SHORTEST_S, cast_of
from voxnym.records import Span

RATE = 16000
FILE = Who(utterance="u")
times = st.floats(0, 60, allow_nan=False)
spans = st.builds(
    lambda a, d, who: Span(a, a + d, who), times, st.floats(0.001, 20), st.sampled_from("abc")
)


def owner(cast: Cast, second: float) -> str:
    at = int(np.searchsorted(cast.starts_s, second, "right")) - 1
    return cast.people[cast.owners[at]].name.split("\x1f")[-1]


def test_without_turns_there_is_one_person() -> None:
    cast = cast_of(FILE, [])
    assert cast.people == (FILE,)
    assert cast.stretches(0, RATE)[0, 0] == 0


def test_who_began_first_keeps_the_floor() -> None:
    cast = cast_of(FILE, [Span(1, 4, "a"), Span(2, 6, "b"), Span(3, 3.5, "c")])
    assert [owner(cast, s) for s in (0, 2.5, 3.2, 3.99, 4.01, 6.1, 7)] == [
        "nobody", "a", "a", "a", "b", "b", "nobody",
    ]  # fmt: skip


def test_turns_reach_into_gaps_and_share_small_ones() -> None:
    cast = cast_of(FILE, [Span(1, 2, "a"), Span(2.2, 3, "b"), Span(9, 10, "a")])
    assert owner(cast, 1 - REACH_S + 0.01) == "a"
    assert owner(cast, 2.09) == "a"
    assert owner(cast, 2.11) == "b"
    assert owner(cast, 3 + REACH_S + 0.01) == "nobody"
    assert owner(cast, 9 - REACH_S + 0.01) == "a"


def test_a_recording_that_begins_with_a_turn_has_no_sliver_before_it() -> None:
    cast = cast_of(FILE, [Span(0.2, 2, "a")])
    assert owner(cast, 0) == "a"


@pytest.mark.parametrize(("scope", "people"), [("file", 3), ("speaker", 3), ("utterance", 4)])
def test_scope_says_who_is_one_person(scope: str, people: int) -> None:
    who = Who("anna", "u", scope)  # type: ignore[arg-type]
    turns = [Span(0, 1, "a"), Span(2, 3, "b"), Span(4, 5, "a")]
    cast = cast_of(who, turns)
    assert len(cast.people) == people
    assert cast.nobody is not None
    other = cast_of(Who("anna", "v", scope), turns)  # type: ignore[arg-type]
    names = {person.name for person in cast.people} & {person.name for person in other.people}
    assert names == ({"a", "b"} if scope == "speaker" else set())


def test_nobody_is_never_linked_to_other_recordings() -> None:
    one, two = (cast_of(Who("s", u, "speaker"), [Span(1, 2, "a")]) for u in ("u", "v"))
    assert one.nobody is not None
    assert two.nobody is not None
    assert one.people[one.nobody].name != two.people[two.nobody].name


@given(st.lists(spans, min_size=1, max_size=12))
def test_every_moment_has_one_owner_who_speaks_there(turns: list[Span]) -> None:
    cast = cast_of(FILE, turns)
    assert cast.starts_s[0] == 0
    assert (np.diff(cast.starts_s) >= SHORTEST_S - 1e-9).all()
    assert (np.diff(cast.owners) != 0).all()
    for second in np.linspace(0.003, 80, 400):
        label = owner(cast, second)
        if label != "nobody":
            reach = REACH_S + SHORTEST_S
            assert any(
                t.label == label and t.start - reach <= second <= t.end + reach for t in turns
            )


@given(st.lists(spans, min_size=1, max_size=8), st.integers(0, 10**6), st.integers(1, 30000))
def test_shares_add_up_to_one_and_splits_cover_everything(
    turns: list[Span], first: int, count: int
) -> None:
    cast = cast_of(FILE, turns)
    people = np.eye(len(cast.people))
    shares = [cast.curve(row, first, first + count, RATE) for row in people]
    np.testing.assert_allclose(sum(shares), 1, atol=1e-9)
    assert np.min(shares) >= -1e-12
    place = first
    for _, part in cast.split(first, first + count, RATE):
        assert part.start == place
        place = part.stop
    assert place == first + count


def test_crossfade_is_short_and_in_the_middle_of_the_change() -> None:
    cast = Cast((FILE, FILE.channel(1)), np.array([0.0, 1.0]), np.array([0, 1]))
    share = cast.curve(np.array([1.0, 0.0]), 0, 2 * RATE, RATE)
    half = round(CROSSFADE_S * RATE / 2)
    assert (share[: RATE - half] == 1).all()
    assert share[RATE] == pytest.approx(0.5)
    assert share[RATE - half // 2] == pytest.approx(0.75)
    assert np.abs(np.diff(share)).max() <= 1.01 / (CROSSFADE_S * RATE)
    assert (share[RATE + half :] == 0).all()
