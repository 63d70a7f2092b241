from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from voxnym.errors import InputError
from voxnym.evaluation.metrics import cumulative_match, linking

LEVELS = st.integers(-1, 2).map(float) | st.sampled_from([-np.inf, np.inf])
CASES = st.tuples(st.integers(2, 5), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float64, shape, elements=LEVELS),
        st.lists(st.integers(0, shape[0] - 1), min_size=shape[1], max_size=shape[1]),
        st.integers(2, shape[0]),
    )
)


@settings(deadline=None)
@given(CASES)
def test_every_choice_of_others_and_every_lot(
    case: tuple[np.ndarray, list[int], int],
) -> None:
    scores, own, among = case
    wins = []
    for trial, person in enumerate(own):
        others = [p for p in range(len(scores)) if p != person]
        for drawn in combinations(others, among - 1):
            column = scores[:, trial].tolist()
            # The first in the order wins among those with the highest score.
            wins += [
                max(order, key=column.__getitem__) == person
                for order in permutations([person, *drawn])
            ]
    found = linking(scores, own, among)
    assert found.value == pytest.approx(np.mean(wins))
    assert (found.among, found.chance, found.trials) == (among, 1 / among, len(own))


@settings(deadline=None)
@given(CASES)
def test_published_ties_are_won(case: tuple[np.ndarray, list[int], int]) -> None:
    scores, own, among = case
    wins = []
    for trial, person in enumerate(own):
        others = [p for p in range(len(scores)) if p != person]
        wins += [
            all(scores[p, trial] <= scores[person, trial] for p in drawn)
            for drawn in combinations(others, among - 1)
        ]
    assert linking(scores, own, among, ties="won").value == pytest.approx(np.mean(wins))


def test_against_draws() -> None:
    rng = np.random.default_rng(1)
    scores, own = rng.standard_normal((60, 40)), rng.integers(0, 60, 40)
    scores[own, np.arange(40)] += 1
    for among in (2, 10, 40):
        wins = []
        for trial, person in enumerate(own):
            others = np.delete(scores[:, trial], person)
            drawn = rng.permuted(np.tile(others, (400, 1)), axis=1)[:, : among - 1]
            wins.append((drawn < scores[person, trial]).all(axis=1).mean())
        assert linking(scores, own, among).value == pytest.approx(np.mean(wins), abs=0.01)


def test_among_all_it_is_the_first_rank() -> None:
    rng = np.random.default_rng(2)
    scores, own = rng.integers(0, 5, (9, 50)).astype(float), rng.integers(0, 9, 50)
    everybody = linking(scores, own, 9).value
    assert everybody == pytest.approx(cumulative_match(scores, own).value)


def test_chance_and_certainty() -> None:
    rng = np.random.default_rng(3)
    scores, own = rng.standard_normal((50, 6000)), rng.integers(0, 50, 6000)
    for among in (2, 20, 50):
        found = linking(scores, own, among)
        assert found.value == pytest.approx(found.chance, abs=0.02)
        assert linking(np.zeros((50, 3)), [0, 1, 2], among).value == pytest.approx(1 / among)
        assert linking(np.zeros((50, 3)), [0, 1, 2], among, ties="won").value == 1
        scored = np.eye(50)
        assert linking(scored, np.arange(50), among).value == pytest.approx(1)
        assert linking(-scored, np.arange(50), among).value == 0


def test_more_people_to_choose_from_make_it_harder() -> None:
    rng = np.random.default_rng(4)
    scores, own = rng.standard_normal((30, 100)), rng.integers(0, 30, 100)
    scores[own, np.arange(100)] += 1.5
    values = [linking(scores, own, among).value for among in range(2, 31)]
    assert (np.diff(values) < 0).all()


def test_large_numbers() -> None:
    scores = np.arange(20000.0)[:, None]
    # One in ten others is above; the chance that none of 19 is drawn is nearly 0.9 to the 19.
    value = linking(scores, [18000], 20).value
    assert value == pytest.approx(0.9**19, rel=2e-3)


def test_names_of_people_and_monotone_changes_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    scores, own = rng.standard_normal((9, 60)), rng.integers(0, 9, 60)
    turned = linking(np.exp(scores[::-1]), 8 - own, 4).value
    assert turned == pytest.approx(linking(scores, own, 4).value)


@pytest.mark.parametrize("among", [0, 1, 4])
def test_out_of_range(among: int) -> None:
    with pytest.raises(InputError, match="expected 2 to 3"):
        linking(np.eye(3), [0, 1, 2], among)


def test_unknown_reading_of_ties() -> None:
    with pytest.raises(InputError, match="ties="):
        linking(np.eye(3), [0, 1, 2], 2, ties="lost")  # type: ignore[arg-type]
