from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import singled_by_chance, singled_out, singling_out

FINITE = st.integers(-5, 5).map(float)


@settings(deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda people: st.tuples(
            st.lists(FINITE, min_size=people, max_size=people),
            st.integers(1, 3).flatmap(
                lambda c: st.lists(FINITE, min_size=c * people, max_size=c * people)
            ),
        )
    )
)
def test_by_hand(case: tuple[list[float], list[float]]) -> None:
    tried, known = case
    c = len(known) // len(tried)
    order = sorted(known, reverse=True)
    threshold = (order[c - 1] + order[c]) / 2
    fires = [score > threshold for score in tried]
    found = singling_out([known], [tried], [1])
    assert found.value == (sum(fires) == 1)
    assert found.right == (sum(fires) == 1 and fires[1])
    assert found.people == len(tried)


def test_share_of_enrolled_people() -> None:
    known = [[3.0, 1.0, 0.0]] * 4
    tried = [[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [5.0, 5.0, 0.0], [0.0, 0.0, 0.0]]
    found = singling_out(known, tried, [0, 0, 0, 0])
    assert (found.value, found.right) == (0.5, 0.25)
    assert np.isnan(singling_out(known, tried).right)
    assert found.chance == pytest.approx(0.3679, abs=1e-4)


@pytest.mark.parametrize(("people", "populations"), [(2, 1), (5, 1), (20, 1), (20, 4), (50, 10)])
def test_chance_against_draws(people: int, populations: int) -> None:
    rng = np.random.default_rng(1)
    known, tried = rng.random((20000, people * populations)), rng.random((20000, people))
    found = singling_out(known, tried)
    assert found.value == pytest.approx(found.chance_here, abs=0.015)
    assert found.chance_here == singled_by_chance(people, populations)


def test_chance_tends_to_its_limit_and_is_overstated_by_it() -> None:
    chances = [singled_by_chance(100, c) for c in (1, 3, 10, 100, 10000)]
    assert chances == sorted(chances)
    assert chances[0] < 0.3
    # (1 - 1/n) to the n - 1: everybody fires with one chance in n, by themselves.
    assert chances[-1] == pytest.approx(0.99**99, abs=1e-3)


def people_who_sound_alike(shift: float, recordings: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(12), recordings)
    scores = rng.standard_normal((12, owner.size))
    scores[owner, np.arange(owner.size)] += shift
    return scores, owner


def test_drawn_by_the_published_protocol() -> None:
    rng = np.random.default_rng(3)
    certain = singled_out(*people_who_sound_alike(100), 6, rng)
    assert (certain.value, certain.right, certain.people) == (1, 1, 6)
    nothing = singled_out(*people_who_sound_alike(0), 6, rng, draws=300)
    assert nothing.value == pytest.approx(nothing.chance_here, abs=0.06)
    assert nothing.right == pytest.approx(nothing.value / 6, abs=0.04)
    some = singled_out(*people_who_sound_alike(3), 6, rng, draws=50)
    assert nothing.value + 0.1 < some.value < 1


def test_draws_hold_the_person_sought_and_never_the_same_recording_on_both_sides() -> None:
    # Every recording scores its own number: a person's test score is never a calibration score.
    owner = np.repeat(np.arange(4), 2)
    scores = np.tile([0.0, 1, 2, 3, 4, 5, 60, 61], (4, 1))
    for seed in range(30):
        found = singled_out(scores, owner, 4, np.random.default_rng(seed), draws=1)
        # The last person's recordings score 60 and 61: one calibrates, the other is tried. The
        # threshold lies between the former and 4 or 5, so the latter alone fires.
        assert found.value == 1
        assert found.right == 0.25


def test_people_with_one_recording_do_not_count() -> None:
    scores, owner = people_who_sound_alike(100)
    only = np.append(np.flatnonzero(owner > 2), [0])
    rng = np.random.default_rng(4)
    assert singled_out(scores[:, only], owner[only], 9, rng).value == 1
    with pytest.raises(InputError, match="expected 2 to 9"):
        singled_out(scores[:, only], owner[only], 10, rng)


def test_five_draws_unless_told() -> None:
    case = (*people_who_sound_alike(1), 4)
    untold, five, six = (
        singled_out(*case, np.random.default_rng(6), **draws).value
        for draws in ({}, {"draws": 5}, {"draws": 6})
    )
    assert untold == five != six


def test_infinite_scores() -> None:
    assert singling_out([[np.inf, -np.inf]], [[0.0, -np.inf]]).value == 1
    assert singling_out([[np.inf, np.inf]], [[np.inf, np.inf]]).value == 0
    assert singling_out([[-np.inf, -np.inf]], [[0.0, -np.inf]]).value == 1


@pytest.mark.parametrize(
    ("known", "tried", "message"),
    [
        ([[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]], "expected the same enrolled"),
        ([1.0, 2.0], [[1.0, 2.0]], "expected the same enrolled"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "expected the same enrolled"),
        ([[1.0, 2.0]], [[1.0]], "one person only"),
        ([[1.0, np.nan]], [[1.0, 2.0]], "NaN"),
        ([[1.0, 2.0, 3.0]], [[1.0, 2.0]], "expected a multiple"),
        ([[1.0]], [[1.0, 2.0]], "expected a multiple"),
    ],
)
def test_wrong_tables_are_refused(known: object, tried: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        singling_out(known, tried)  # type: ignore[arg-type]


def test_wrong_owners_are_refused() -> None:
    with pytest.raises(InputError, match="0 to 1 for each enrolled"):
        singling_out([[1.0, 2.0]], [[1.0, 2.0]], [2])
    with pytest.raises(InputError, match="0 to 1 for each enrolled"):
        singling_out([[1.0, 2.0]], [[1.0, 2.0]], [0, 1])
    rng = np.random.default_rng(5)
    with pytest.raises(InputError, match="expected 0 to 1"):
        singled_out(np.zeros((2, 4)), [0, 0, 2, 2], 2, rng)
    with pytest.raises(InputError, match="3 owners"):
        singled_out(np.zeros((2, 4)), [0, 0, 2], 2, rng)
    with pytest.raises(InputError, match="expected 2 to 0"):
        singled_out(np.zeros((2, 2)), [0, 1], 2, rng)
    with pytest.raises(InputError, match="among=1: expected 2 to 2"):
        singled_out(np.zeros((2, 4)), [0, 0, 1, 1], 1, rng)
    with pytest.raises(InputError, match="4 owners, 0 draws"):
        singled_out(np.zeros((2, 4)), [0, 0, 1, 1], 2, rng, draws=0)
