from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from voxnym.errors import InputError
from voxnym.evaluation.metrics import cumulative_match, ranked

LEVELS = st.integers(-2, 2).map(float) | st.sampled_from([-np.inf, np.inf])
MATRICES = st.tuples(st.integers(2, 6), st.integers(1, 7)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float64, shape, elements=LEVELS),
        st.lists(st.integers(0, shape[0] - 1), min_size=shape[1], max_size=shape[1]),
    )
)


@settings(deadline=None)
@given(MATRICES)
def test_by_hand(case: tuple[np.ndarray, list[int]]) -> None:
    scores, own = case
    found = ranked(scores, own)
    for trial, person in enumerate(own):
        column = scores[:, trial].tolist()
        mine = column.pop(person)
        assert found.above[trial] == sum(score > mine for score in column)
        assert found.equal[trial] == sum(score == mine for score in column)
        places = sorted([mine, *column], reverse=True)
        mean = np.mean([place + 1 for place, score in enumerate(places) if score == mine])
        assert found.average[trial] == pytest.approx(mean)


@settings(deadline=None)
@given(MATRICES)
def test_names_of_people_do_not_matter(case: tuple[np.ndarray, list[int]]) -> None:
    scores, own = case
    turned = ranked(scores[::-1], len(scores) - 1 - np.array(own))
    assert turned.above.tolist() == ranked(scores, own).above.tolist()
    assert turned.equal.tolist() == ranked(scores, own).equal.tolist()


@settings(deadline=None)
@given(MATRICES)
def test_cumulative_match_by_lot(case: tuple[np.ndarray, list[int]]) -> None:
    """Share of all orders of equal scores in which the right person is among the first k."""
    scores, own = case
    found = cumulative_match(scores, own)
    for k in range(1, len(scores) + 1):
        hits = []
        for trial, person in enumerate(own):
            mine = scores[person, trial]
            above = int((scores[:, trial] > mine).sum())
            tied = int((scores[:, trial] == mine).sum())
            hits.append(np.mean([above + place < k for place in range(tied)]))
        assert found.rates[k - 1] == pytest.approx(np.mean(hits))
    assert found.rates[-1] == 1
    assert (np.diff(found.rates) >= -1e-12).all()
    assert found.value == found.rates[0]
    assert found.chance == 1 / len(scores)


def test_perfect_and_random_scores() -> None:
    rng = np.random.default_rng(1)
    own = rng.integers(0, 10, 4000)
    scores = rng.standard_normal((10, 4000))
    assert cumulative_match(scores, own).rates == pytest.approx(np.arange(1, 11) / 10, abs=0.03)
    scores[own, np.arange(4000)] += 100
    assert cumulative_match(scores, own).value == 1
    assert cumulative_match(np.zeros((10, 4000)), own).value == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("scores", "own", "message"),
    [
        ([[1.0], [2.0]], [], "expected .people, trials. and one index"),
        ([[1.0], [2.0]], [0, 1], "one index for each trial"),
        ([1.0, 2.0], [0, 1], "expected .people, trials."),
        (np.zeros((2, 0)), [], "0 right people"),
        ([[1.0]], [0], "one person only"),
        ([[1.0], [np.nan]], [0], "1 scores are NaN"),
        ([[1.0], [2.0]], [2], "expected 0 to 1"),
        ([[1.0], [2.0]], [-1], "expected 0 to 1"),
    ],
)
def test_wrong_input_is_refused(scores: object, own: list[int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ranked(scores, own)  # type: ignore[arg-type]
