from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import rocch_eer

SCORES = st.lists(
    st.integers(-4, 4).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=9
)


def operating_points(target: list[float], other: list[float]) -> list[tuple[float, float]]:
    points = [(1.0, 0.0)]
    for threshold in sorted({*target, *other}):
        alarm = sum(s > threshold for s in other) / len(other)
        points.append((alarm, sum(s <= threshold for s in target) / len(target)))
    return points


def best_mixture(points: list[tuple[float, float]]) -> float:
    """Lowest equal errors of any two operating points used in turn, at random."""
    best = 1.0
    for (a, m), (b, n) in itertools.product(points, repeat=2):
        if a >= m and n >= b:
            above, below = a - m, n - b
            share = above / (above + below) if above + below else 0.0
            best = min(best, m + share * (n - m))
    return best


@settings(deadline=None)
@given(SCORES, SCORES)
def test_best_mixture_of_two_thresholds(target: list[float], other: list[float]) -> None:
    found = rocch_eer(target, other)
    expected = best_mixture(operating_points(target, other))
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert 0 <= found.value <= 0.5
    assert found.unit == "1"


@settings(deadline=None)
@given(SCORES, SCORES)
def test_hull_is_convex_and_touches_the_points(target: list[float], other: list[float]) -> None:
    found = rocch_eer(target, other)
    corners = list(zip(found.alarm.tolist(), found.miss.tolist(), strict=True))
    assert corners[0] == (1.0, 0.0)
    assert corners[-1] == pytest.approx((0.0, 1.0))
    points = operating_points(target, other)
    for corner in corners:
        assert min(abs(corner[0] - a) + abs(corner[1] - m) for a, m in points) < 1e-12
    for alarm, miss in points:
        on_hull = np.interp(-alarm, -found.alarm, found.miss)
        # Where the hull falls straight down, every miss rate stands over one alarm rate.
        reached = [m for a, m in corners if abs(a - alarm) < 1e-12] or [on_hull]
        assert miss >= min(reached) - 1e-12
    run, rise = -np.diff(found.alarm), np.diff(found.miss)
    assert (rise[1:] * run[:-1] - rise[:-1] * run[1:] >= -1e-12).all()


@settings(deadline=None)
@given(SCORES, SCORES)
def test_monotone_changes_change_nothing(target: list[float], other: list[float]) -> None:
    found = rocch_eer(np.arctan(target), np.arctan(other))
    assert found.value == rocch_eer(target, other).value


@settings(deadline=None)
@given(SCORES, SCORES)
def test_swapped_sides_and_signs(target: list[float], other: list[float]) -> None:
    turned = rocch_eer([-s for s in other], [-s for s in target])
    assert turned.value == pytest.approx(rocch_eer(target, other).value, abs=1e-12)


@pytest.mark.parametrize("distance", [0.5, 2.0])
def test_gaussian_scores(distance: float) -> None:
    from scipy.special import ndtr, ndtri

    quantiles = ndtri((np.arange(20_000) + 0.5) / 20_000)
    found = rocch_eer(quantiles + distance, quantiles[::2])
    assert found.value == pytest.approx(ndtr(-distance / 2), abs=2e-4)


@pytest.mark.parametrize(
    ("target", "other", "rate"), [([1.0], [0.0], 0), ([0.0], [1.0], 0.5), ([0.0], [0.0], 0.5)]
)
def test_one_score(target: list[float], other: list[float], rate: float) -> None:
    assert rocch_eer(target, other).value == rate


def test_published_ties_are_perfect_recognition() -> None:
    assert rocch_eer([0.0], [0.0], ties="nontargets-first").value == 0


def test_refusals() -> None:
    with pytest.raises(InputError, match="no target scores"):
        rocch_eer([], [1.0])
    with pytest.raises(InputError, match="non-target scores are NaN"):
        rocch_eer([1.0], [np.nan])
