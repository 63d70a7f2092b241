import numpy as np
import pytest

from voxnym import Key, Who, load
from voxnym.distinct import distinct
from voxnym.recording.turns import cast_of
from voxnym.records import Span


def casts(count: int, scope: str = "file", utterance: str = "u") -> list:
    who = Who("s", utterance, scope)  # type: ignore[arg-type]
    return [cast_of(who, [Span(i, i + 1, f"p{i}") for i in range(count)])]


def draws(system, cast) -> list[float]:
    """First random numbers of everybody but nobody."""
    people = [who for i, who in enumerate(cast.people) if i != cast.nobody]
    return [system.generator(system.preset.stages[0], who).random() for who in people]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_people_of_a_recording_lie_apart(name: str, count: int) -> None:
    for seed in range(30):
        system = load(name, key=Key(bytes([seed]) * 32))
        (cast,) = distinct(system, casts(count))
        assert len(cast.people) == count + 1  # and what is nobody's turn
        gaps = np.diff(np.sort(draws(system, cast)))
        assert gaps.min(initial=1) >= 0.5 / count


def test_it_makes_a_difference() -> None:
    systems = [load("mcadams", key=Key(bytes([seed]) * 32)) for seed in range(30)]
    free = [np.diff(np.sort(draws(s, casts(2)[0]))).min() for s in systems]
    apart = [np.diff(np.sort(draws(s, distinct(s, casts(2))[0]))).min() for s in systems]
    assert min(free) < 0.05
    assert min(apart) >= 0.375


def test_channels_are_people_of_one_recording() -> None:
    who = Who(utterance="u")
    for seed in range(20):
        system = load("mcadams", key=Key(bytes([seed]) * 32))
        lanes = distinct(system, [cast_of(who.channel(i), []) for i in range(2)])
        first, second = (draws(system, cast)[0] for cast in lanes)
        assert abs(first - second) >= 0.375


@pytest.mark.parametrize("scope", ["speaker", "utterance"])
def test_voices_that_do_not_belong_to_one_recording_are_left_alone(scope: str) -> None:
    system = load("mcadams", key=Key(bytes(32)))
    before = casts(3, scope)
    (after,) = distinct(system, before)
    mine = [who for who in after.people if who.scope == scope]
    assert all(who.variant == 0 for who in mine)
    assert len(mine) == 3


def test_one_person_keeps_their_voice() -> None:
    who = Who(utterance="u")
    system = load("mcadams", key=Key(bytes(32)))
    (cast,) = distinct(system, [cast_of(who, [])])
    assert cast.people == (who,)


def test_same_key_same_voices_whatever_the_order_of_turns() -> None:
    system = load("mcadams", key=Key(bytes(32)))
    turns = [Span(i, i + 1, f"p{i}") for i in range(4)]
    who = Who(utterance="u")
    one, two = (distinct(system, [cast_of(who, t)])[0] for t in (turns, turns[::-1]))
    assert one.people == two.people
