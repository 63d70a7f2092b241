from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import cllr, min_cllr

RATIOS = st.lists(st.floats(-30, 30), min_size=1, max_size=9)
SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=9)


@settings(deadline=None)
@given(RATIOS, RATIOS)
def test_definition(target: list[float], other: list[float]) -> None:
    found = cllr(target, other)
    misses = math.fsum(math.log2(1 + math.exp(-s)) for s in target) / len(target)
    alarms = math.fsum(math.log2(1 + math.exp(s)) for s in other) / len(other)
    assert found.target == pytest.approx(misses, rel=1e-9, abs=1e-12)
    assert found.nontarget == pytest.approx(alarms, rel=1e-9, abs=1e-12)
    assert found.value == pytest.approx((misses + alarms) / 2, rel=1e-9, abs=1e-12)
    assert found.unit == "bits"


@pytest.mark.parametrize("distance", [0.5, 2.0])
def test_true_ratios_of_gaussian_scores(distance: float) -> None:
    """The cost is an integral; calibration can make true ratios no better."""
    from scipy.integrate import quad
    from scipy.special import ndtri

    quantiles = ndtri((np.arange(20_000) + 0.5) / 20_000)
    target, other = (distance * (quantiles + sign * distance / 2) for sign in (1, -1))

    def cost(x: float) -> float:
        density = math.exp(-((x - distance / 2) ** 2) / 2) / math.sqrt(2 * math.pi)
        return density * math.log2(1 + math.exp(-distance * x))

    expected = quad(cost, -12, 14)[0]
    assert cllr(target, other).value == pytest.approx(expected, abs=1e-4)
    assert min_cllr(target, other).value == pytest.approx(expected, abs=2e-3)
    assert min_cllr(target, other).value <= cllr(target, other).value


def test_nothing_overflows() -> None:
    found = cllr([-1000.0], [1000.0])
    assert found.value == pytest.approx(1000 / math.log(2), rel=1e-12)
    assert cllr([1000.0], [-1000.0]).value == 0
    assert cllr([np.inf], [-np.inf]).value == 0
    assert cllr([-np.inf], [-np.inf]).target == np.inf
    assert cllr([np.inf], [np.inf]).nontarget == np.inf


@pytest.mark.parametrize(("score", "is_infinite"), [(709.0, False), (710.0, True), (-710.0, False)])
def test_published_infinity(score: float, is_infinite: bool) -> None:
    found = cllr([-score, 0.0], [0.0], published_infinity=True)
    assert (found.target == np.inf) == is_infinite
    assert found.nontarget == 1
    found = cllr([0.0], [0.0, score], published_infinity=True)
    assert (found.nontarget == np.inf) == is_infinite
    assert found.target == 1
    assert cllr([-score], [score]).value == pytest.approx(max(score, 0) / math.log(2), abs=1e-12)


def test_published_infinity_leaves_ordinary_costs() -> None:
    target, other = [0.3, -2.0], [1.0, -5.0]
    assert cllr(target, other, published_infinity=True) == cllr(target, other)
    assert cllr([1000.0], [-1000.0], published_infinity=True).value == 0


def entropy(target: int, other: int, targets: int, others: int) -> float:
    """Cost of all trials of one group at their best ratio, bits."""
    a, b = target / targets, other / others
    return sum(p * math.log2((a + b) / p) for p in (a, b) if p) / 2


@settings(deadline=None)
@given(SCORES, SCORES)
def test_least_cost_of_all_cuts_into_groups(target: list[float], other: list[float]) -> None:
    """Of all ways to put neighbouring scores together whose ratios rise.

    The best monotone map is constant on groups; a cut that does not rise costs no less than some
    cut that does, for the groups that fall can be joined. So the least over cuts that rise is it.
    """
    scores = sorted({*target, *other})
    counts = [(target.count(s), other.count(s)) for s in scores]
    n, best = len(counts), math.inf
    for cuts in range(2 ** (n - 1)):
        groups, start = [], 0
        for place in range(1, n + 1):
            if place == n or cuts >> (place - 1) & 1:
                part = counts[start:place]
                groups.append((sum(c[0] for c in part), sum(c[1] for c in part)))
                start = place
        rising = all(a * d <= c * b for (a, b), (c, d) in pairwise(groups))
        if rising:
            cost = sum(entropy(a, b, len(target), len(other)) for a, b in groups)
            best = min(best, cost)
    assert min_cllr(target, other).value == pytest.approx(best, abs=1e-9)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_calibration_forgets_the_scale(target: list[float], other: list[float]) -> None:
    found = min_cllr(np.arctan(target), np.arctan(other))
    assert found == min_cllr(target, other)
    assert -1e-12 <= found.value <= 1 + 1e-12


def test_ramp_is_as_small_as_published() -> None:
    target, other = [0.0, 1.0], [0.0, 1.0]
    plain, ramp = min_cllr(target, other), min_cllr(target, other, published_ramp=True)
    # Ranks 0 and 2 for targets, 1 and 3 for non-targets, of 4; at ratio 1 the slope is 1/2 ln 2.
    slope = 1e-6 / 4 / (2 * math.log(2))
    assert ramp.target - plain.target == pytest.approx(-slope * 1, abs=1e-11)
    assert ramp.nontarget - plain.nontarget == pytest.approx(slope * 2, abs=1e-11)


def test_ramp_with_nontargets_first() -> None:
    # One group of ratio 1 with a target below a non-target, and a pair of equal scores told apart.
    plain = min_cllr([0.0, 2.0], [2.0, 1.0], ties="nontargets-first")
    ramp = min_cllr([0.0, 2.0], [2.0, 1.0], ties="nontargets-first", published_ramp=True)
    # Ascending: 0 (target), 1, 2 (non-target), 2 (target): the group holds one target of three.
    ratio = math.log(1 / 2)
    shift = 1e-6 / 4 * np.array([1, 2])
    expected = np.logaddexp(0, ratio + shift).mean() / math.log(2)
    assert ramp.nontarget == pytest.approx(expected, abs=1e-12)
    assert ramp.nontarget > plain.nontarget


def test_published_ties_are_perfect_recognition() -> None:
    assert min_cllr([0.0], [0.0], ties="nontargets-first").value == 0
    assert min_cllr([0.0], [0.0]).value == pytest.approx(1)


def test_infinite_scores_are_calibrated_like_others() -> None:
    assert min_cllr([np.inf, np.inf], [-np.inf]).value == 0
    assert min_cllr([np.inf], [np.inf]).value == pytest.approx(1)


@pytest.mark.parametrize("metric", [cllr, min_cllr])
def test_refusals(metric: object) -> None:
    assert callable(metric)
    with pytest.raises(InputError, match="no target scores"):
        metric([], [1.0])
    with pytest.raises(InputError, match="non-target scores are NaN"):
        metric([1.0], [np.nan])
