from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import (
    eer,
    unweighted_recall,
    weighted_eer,
    weighted_mean,
    weighted_ratio,
    weighted_recall,
)

UNITS = st.lists(
    st.tuples(
        st.integers(-3, 3).map(float) | st.sampled_from([-np.inf, np.inf]),
        st.booleans(),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=14,
).filter(lambda units: len({unit[1] for unit in units}) == 2)


@settings(deadline=None)
@given(UNITS)
def test_weights_repeat_trials(units: list[tuple[float, bool, int, int]]) -> None:
    scores, target, *weights = (np.array(column) for column in zip(*units, strict=True))
    found = weighted_eer(scores, target)(np.array(weights, np.float64))
    assert found.shape == (2,)
    for rate, weight in zip(found, weights, strict=True):
        same, other = (np.repeat(scores[m], weight[m]) for m in (target, ~target))
        if same.size and other.size:
            assert rate == eer(same, other).value
        else:
            assert np.isnan(rate)


@settings(deadline=None)
@given(UNITS, st.floats(0.01, 100))
def test_only_ratios_of_weights_matter(
    units: list[tuple[float, bool, int, int]], factor: float
) -> None:
    scores, target, weights, _ = (np.array(column) for column in zip(*units, strict=True))
    statistic = weighted_eer(scores, target)
    before, after = statistic(np.array([weights, 2**6 * weights], np.float64))
    assert after == pytest.approx(before, nan_ok=True)
    one_side = np.where(target, weights * factor, weights)[None].astype(float)
    # Rounding may prefer another of two equal gaps; both rates are then equally right.
    rate = statistic(one_side)[0]
    assert np.isnan(rate) == np.isnan(before)
    assert np.isnan(rate) or 0 <= rate <= 1


def test_mean_and_ratio() -> None:
    weights = np.array([[1.0, 2, 0], [0, 0, 1], [0, 0, 0]])
    assert weighted_mean([3, 6, 9])(weights) == pytest.approx([5, 9, np.nan], nan_ok=True)
    ratio = weighted_ratio([1, 0, 4], [2, 3, 0])(weights)
    assert ratio == pytest.approx([1 / 8, np.inf, np.nan], nan_ok=True)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd"), st.integers(0, 3))).filter(
        lambda units: any(unit[2] for unit in units)
    )
)
def test_recall_of_repeated_units(units: list[tuple[str, str, int]]) -> None:
    reference, predicted, weights = (np.array(column) for column in zip(*units, strict=True))
    found = weighted_recall(reference, predicted)(weights[None].astype(float))
    expected = unweighted_recall(
        np.repeat(reference, weights).tolist(), np.repeat(predicted, weights).tolist()
    )
    assert found == pytest.approx([expected.value])


def test_recall_without_units() -> None:
    assert np.isnan(weighted_recall(["a"], ["a"])(np.zeros((1, 1)))[0])


def test_refusals() -> None:
    with pytest.raises(InputError, match="2 scores and 1 marks"):
        weighted_eer([1.0, 2.0], [True])
    with pytest.raises(InputError, match="no non-target scores"):
        weighted_eer([1.0], [True])
    with pytest.raises(InputError, match="no target scores"):
        weighted_eer([1.0], [False])
    with pytest.raises(InputError, match="1 of 1 target scores are NaN"):
        weighted_eer([np.nan, 0.0], [True, False])
    with pytest.raises(InputError, match="2 values over 1"):
        weighted_ratio([1, 2], [1])
    with pytest.raises(InputError, match="1 labels and 2 predictions"):
        weighted_recall(["a"], ["a", "b"])
    with pytest.raises(InputError, match="0 labels"):
        weighted_recall([], [])
