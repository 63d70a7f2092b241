from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import eer, folded_eer

COARSE = st.integers(-4, 4).map(float)
SCORES = st.lists(COARSE | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=12)
FINITE = st.lists(COARSE, min_size=1, max_size=12)


def by_definition(target: list[float], other: list[float]) -> tuple[Fraction, float]:
    """Every score and every midpoint as a threshold, in fractions."""
    scores = sorted(set(target) | set(other))
    middles = [a / 2 + b / 2 for a, b in pairwise(scores) if np.isfinite(a + b)]
    best: tuple[Fraction, Fraction, float] | None = None
    for threshold in sorted({*scores, *middles}):
        miss = Fraction(len([s for s in target if not s > threshold]), len(target))
        alarm = Fraction(len([s for s in other if s > threshold]), len(other))
        if best is None or abs(alarm - miss) < best[0]:
            best = (abs(alarm - miss), (alarm + miss) / 2, threshold)
    assert best is not None
    return best[1], best[2]


def kaldi_by_loop(target: list[float], other: list[float]) -> float:
    ours, theirs = sorted(target), sorted(other)
    step = 0
    while step + 1 < len(ours):
        place = max(0, len(theirs) - 1 - int(Fraction(len(theirs) * step, len(ours))))
        if theirs[place] < ours[step]:
            break
        step += 1
    return step / len(ours)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_definition(target: list[float], other: list[float]) -> None:
    rate, threshold = by_definition(target, other)
    found = eer(target, other)
    assert found.value == pytest.approx(float(rate), abs=1e-15)
    assert found.threshold == threshold
    assert found.value == (found.miss + found.alarm) / 2
    assert found.miss == np.mean(np.array(target) <= threshold)
    assert found.alarm == np.mean(np.array(other) > threshold)
    assert (found.unit, found.reading, found.is_folded) == ("1", "vpc2024", False)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_kaldi(target: list[float], other: list[float]) -> None:
    found = eer(target, other, reading="kaldi")
    assert found.value == kaldi_by_loop(target, other)
    assert found.reading == "kaldi"
    assert found.miss == np.mean(np.array(target) < found.threshold)
    assert found.alarm == np.mean(np.array(other) >= found.threshold)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_interpolated_lies_where_the_lines_cross(target: list[float], other: list[float]) -> None:
    found = eer(target, other, reading="interpolated")
    points = [(0.0, 1.0)] + [
        (np.mean(np.array(target) <= s), np.mean(np.array(other) > s))
        for s in sorted({*target, *other})
    ]
    # Miss minus alarm rises along the curve; there is one value where it passes zero.
    along = [m - a for m, a in points]
    crossing = float(np.interp(0, along, [m for m, _ in points]))
    assert found.value == pytest.approx(crossing, abs=1e-12)
    assert found.miss == found.alarm == found.value
    assert found.reading == "interpolated"


def test_interpolated_between_two_points() -> None:
    # Errors (1/3, 1/2) at 1 and (2/3, 1/2) at 2; between them (1/2, 1/2).
    found = eer([1.0, 2.0, 3.0], [0.0, 2.5], reading="interpolated")
    assert (found.value, found.threshold) == (pytest.approx(0.5), 2.0)


def test_interpolated_at_a_point() -> None:
    # Errors (0, 1/2) at 0, (1/2, 1/2) at 2, (1/2, 0) at 2.5.
    found = eer([2.0, 3.0], [0.0, 2.5], reading="interpolated")
    assert (found.value, found.threshold) == (0.5, 2.0)


@pytest.mark.parametrize("distance", [0.5, 1.0, 2.5])
def test_gaussian_scores(distance: float) -> None:
    from scipy.special import ndtr, ndtri

    quantiles = ndtri((np.arange(20_000) + 0.5) / 20_000)
    expected = ndtr(-distance / 2)
    for reading in ("vpc2024", "kaldi", "interpolated"):
        found = eer(quantiles + distance, quantiles[::2], reading=reading)
        assert found.value == pytest.approx(expected, abs=2e-4)
        assert found.threshold == pytest.approx(distance / 2, abs=2e-3)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_monotone_changes_change_nothing(target: list[float], other: list[float]) -> None:
    def changed(scores: list[float]) -> list[float]:
        return np.arctan(np.array(scores)).tolist()

    for reading in ("vpc2024", "kaldi", "interpolated"):
        before = eer(target, other, reading=reading)
        after = eer(changed(target), changed(other), reading=reading)
        assert (after.value, after.miss, after.alarm) == (before.value, before.miss, before.alarm)
        assert after.threshold == np.arctan(before.threshold)


@settings(deadline=None)
@given(FINITE, FINITE)
def test_swapped_sides_and_signs(target: list[float], other: list[float]) -> None:
    """The gap is the same; the rate differs at most by which of two equal gaps comes first."""
    found = eer(target, other)
    turned = eer([-s for s in other], [-s for s in target])
    gap = abs(found.miss - found.alarm)
    assert abs(turned.miss - turned.alarm) == pytest.approx(gap, abs=1e-12)
    assert abs(turned.value - found.value) <= gap + 1e-12
    straight = eer(target, other, reading="interpolated").value
    crossed = eer([-s for s in other], [-s for s in target], reading="interpolated").value
    assert crossed == pytest.approx(straight, abs=1e-12)


@settings(deadline=None)
@given(FINITE, FINITE, st.integers(2, 4))
def test_repeated_trials_change_nothing(target: list[float], other: list[float], k: int) -> None:
    assert eer(target * k, other) == eer(target, other)
    assert eer(target, other * k) == eer(target, other)


def test_equal_gaps_are_equal_although_rounded_shares_are_not() -> None:
    # With 10 and 3 trials, 1 - 7/10 is not 3/10 in doubles: counts decide, the first one wins.
    rng = np.random.default_rng(0)
    for _ in range(300):
        target, other = rng.integers(0, 9, 10).tolist(), rng.integers(0, 9, 3).tolist()
        rate, threshold = by_definition(target, other)
        found = eer(target, other)
        assert (found.value, found.threshold) == (pytest.approx(float(rate)), threshold)


@pytest.mark.parametrize(
    ("target", "other", "rate", "threshold"),
    [
        ([1.0], [0.0], 0.0, 0.0),
        ([0.0], [1.0], 1.0, 0.0),
        ([0.0], [0.0], 0.5, 0.0),
        ([np.inf], [-np.inf], 0.0, -np.inf),
        ([np.inf, np.inf], [np.inf, -np.inf], 0.25, -np.inf),
    ],
)
def test_one_score(target: list[float], other: list[float], rate: float, threshold: float) -> None:
    found = eer(target, other)
    assert (found.value, found.threshold) == (rate, threshold)


def test_folded_says_so() -> None:
    found = folded_eer([0.0, 1.0], [2.0, 3.0])
    assert (found.value, found.is_folded) == (0.0, True)
    assert (found.miss, found.alarm) == (1.0, 1.0)
    found = folded_eer([2.0, 3.0], [0.0, 2.5])
    assert (found.value, found.is_folded) == (eer([2.0, 3.0], [0.0, 2.5]).value, False)
    assert not folded_eer([0.0], [0.0]).is_folded


def test_single_precision_joins_near_scores() -> None:
    near = 1 + 1e-12
    assert eer([near], [1.0]).value == 0
    assert eer([near], [1.0], single_precision=True).value == 0.5


def test_refusals() -> None:
    with pytest.raises(InputError, match="no target scores"):
        eer([], [1.0])
    with pytest.raises(InputError, match="no non-target scores"):
        eer([1.0], [])
    with pytest.raises(InputError, match="1 of 2 non-target scores are NaN"):
        eer([1.0], [np.nan, 0])
    with pytest.raises(InputError, match="expected vpc2024, kaldi, interpolated"):
        eer([1.0], [0.0], reading="best")  # type: ignore[arg-type]
