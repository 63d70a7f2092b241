from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import det_points, tpr_at_fpr

SCORES = st.lists(
    st.integers(-4, 4).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=12
)


def all_points(target: list[float], other: list[float]) -> list[tuple[float, float]]:
    thresholds = sorted({*target, *other})
    return [(1.0, 0.0)] + [
        (sum(s > t for s in other) / len(other), sum(s <= t for s in target) / len(target))
        for t in thresholds
    ]


@settings(deadline=None)
@given(SCORES, SCORES)
def test_only_corners_and_all_corners(target: list[float], other: list[float]) -> None:
    found = det_points(target, other)
    corners = list(zip(found.alarm.tolist(), found.miss.tolist(), strict=True))
    points = all_points(target, other)
    expected = [
        point
        for before, point, after in zip([None, *points], points, [*points[1:], None], strict=False)
        if before is None
        or after is None
        or not (before[0] == point[0] == after[0] or before[1] == point[1] == after[1])
    ]
    assert corners == expected
    assert found.unit == "1"


def test_probits() -> None:
    found = det_points([2.0, 1.0], [0.0, 1.5])
    alarm, miss = found.probits(least=0.025)
    limit = 1.959963984540054
    assert found.alarm.tolist() == [1, 0.5, 0.5, 0, 0]
    assert alarm == pytest.approx([limit, 0, 0, -limit, -limit])
    assert miss == pytest.approx([-limit, -limit, 0, 0, limit])
    assert found.probits()[0][0] == pytest.approx(3.719016485455709)


@pytest.mark.parametrize("distance", [1.0, 2.0])
def test_gaussian_scores_give_a_line_of_slope_minus_one(distance: float) -> None:
    from scipy.special import ndtri

    quantiles = ndtri((np.arange(4000) + 0.5) / 4000)
    alarm, miss = det_points(quantiles + distance, quantiles).probits()
    inner = (np.abs(alarm) < 2) & (np.abs(miss) < 2)
    assert inner.sum() > 500
    assert alarm[inner] + miss[inner] == pytest.approx(-distance, abs=0.02)


@settings(deadline=None)
@given(SCORES, SCORES, st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.9]))
def test_most_targets_at_an_allowed_rate(
    target: list[float], other: list[float], rate: float
) -> None:
    found = tpr_at_fpr(target, other, rate)
    allowed = [(1 - miss, alarm) for alarm, miss in all_points(target, other) if alarm <= rate]
    best = max(share for share, _ in allowed)
    assert found.value == pytest.approx(best, abs=1e-12)
    assert (round(best, 9), found.alarm) in [(round(s, 9), a) for s, a in allowed]
    assert found.rate == rate
    assert found.unit == "1"


def test_a_rate_that_is_reached_exactly_counts() -> None:
    # 1 - 990/1000 is more than 0.01 in doubles.
    other = np.arange(1000.0)
    assert tpr_at_fpr([989.5], other, 0.01).value == 1
    assert tpr_at_fpr([989.5], other, 0.01).alarm == 0.01
    assert tpr_at_fpr([988.5], other, 0.01).value == 0
    assert tpr_at_fpr([989.5, 0.0], other).value == 0.5


def test_gaussian_scores() -> None:
    from scipy.special import ndtr, ndtri

    quantiles = ndtri((np.arange(20_000) + 0.5) / 20_000)
    for rate in (0.001, 0.01):
        found = tpr_at_fpr(quantiles + 2, quantiles, rate)
        assert found.value == pytest.approx(ndtr(2 + ndtri(rate)), abs=3e-3)
        assert found.is_resolved


@pytest.mark.parametrize(
    ("others", "rate", "needed"),
    [(999, 0.01, 1000), (1000, 0.01, None), (9999, 0.001, 10000), (10000, 0.001, None)],
)
def test_too_few_nontargets_are_said(others: int, rate: float, needed: int | None) -> None:
    found = tpr_at_fpr([1.0], np.zeros(others), rate)
    assert found.is_resolved == (needed is None)
    assert (str(needed) in found.why) == (needed is not None)
    if needed:
        percent = f"{100 * rate:g}"
        expected = f"{others} non-target trials, too few for a rate of {percent} %: {needed} needed"
        assert found.why == expected


def test_rates_that_do_not_divide_are_rounded_up() -> None:
    assert tpr_at_fpr([1.0], np.zeros(334), 0.03).is_resolved
    assert not tpr_at_fpr([1.0], np.zeros(333), 0.03).is_resolved


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 1.5, np.nan])
def test_rates_outside_are_refused(rate: float) -> None:
    with pytest.raises(InputError, match="expected above 0, below 1"):
        tpr_at_fpr([1.0], [0.0], rate)


@pytest.mark.parametrize("metric", [det_points, tpr_at_fpr])
def test_refusals(metric: object) -> None:
    assert callable(metric)
    with pytest.raises(InputError, match="no target scores"):
        metric([], [1.0])
    with pytest.raises(InputError, match="non-target scores are NaN"):
        metric([1.0], [np.nan])
