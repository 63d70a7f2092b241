from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import compare, estimate
from voxnym.evaluation.metrics.estimate import Estimate

MANY = ["f"] * 20 + ["m"] * 21
ROW = np.arange(101.0)


def test_enough_people() -> None:
    found = estimate(50.0, ROW, genders=MANY, targets=200, nontargets=9000, unit="%")
    assert found == Estimate(50.0, 2.5, 97.5, "%", 41, 200, 9000, 101, "")
    assert not found.indicative


def test_too_few_are_said() -> None:
    found = estimate(50.0, ROW, genders=["f", "m", "unknown"], targets=10)
    assert found.indicative
    assert "only 1 women and 1 men" in found.why
    assert "only 10 target trials" in found.why
    assert (found.unit, found.nontargets, found.speakers) == ("1", 0, 3)


def test_resamples_without_a_value_are_said() -> None:
    row = np.append(np.full(11, np.nan), np.arange(89.0))
    found = estimate(1.0, row, genders=MANY, targets=200)
    assert found.why == "only 89 of 100 resamples gave a value"
    assert found.replicates == 89
    few = estimate(1.0, row, genders=MANY, targets=1)
    assert few.why.startswith("only 1 target trials")
    assert few.why.endswith("; only 89 of 100 resamples gave a value")
    row[0] = 1.0
    assert estimate(1.0, row, genders=MANY, targets=200).why == ""


def test_seeds_are_pooled() -> None:
    """Two seeds that disagree: the interval reaches from the one's to the other's."""
    found = estimate([10.0, 30.0], [ROW / 100 + 10, ROW / 100 + 30], genders=MANY, targets=200)
    assert found.value == 20
    assert found.low == pytest.approx(10.05, abs=0.01)
    assert found.high == pytest.approx(30.95, abs=0.01)
    assert found.replicates == 202


@pytest.mark.parametrize(
    ("shift", "higher", "better"),
    [
        (5.0, True, "first"),
        (5.0, False, "second"),
        (-5.0, True, "second"),
        (-5.0, False, "first"),
        (0.0, True, "neither"),
        (0.0, False, "neither"),
    ],
)
def test_better_only_if_zero_is_excluded(shift: float, higher: bool, better: str) -> None:
    rng = np.random.default_rng(0)
    shared, noise = rng.standard_normal((2, 400))
    found = compare(
        20 + shift, 20, 20 + shift + 9 * shared, 20 + 9 * shared + noise, higher_is_better=higher
    )
    assert found.better == better
    assert found.difference.value == shift
    assert found.difference.replicates == 400
    assert found.difference.high - found.difference.low == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize(("shift", "better"), [(0.01, "first"), (-0.01, "second")])
def test_small_differences_count(shift: float, better: str) -> None:
    row = np.linspace(0.2, 0.3, 50)
    assert compare(0.2 + shift, 0.2, row + shift, row, higher_is_better=True).better == better


def test_each_seed_meets_each() -> None:
    rows = np.array([[10.0] * 50, [30.0] * 50])
    found = compare([10.0, 30.0], 20.0, rows, np.full(50, 20.0), higher_is_better=True)
    # One seed is 10 below, the other 10 above: neither is better, whatever their mean.
    assert (found.difference.value, found.better) == (0, "neither")
    assert (found.difference.low, found.difference.high) == (-10, 10)
    found = compare(20.0, [10.0, 30.0], np.full(50, 20.0), rows, higher_is_better=True)
    assert (found.difference.low, found.difference.high) == (-10, 10)
    found = compare([1.0, 2.0], [5.0, 7.0], [[1.0] * 50, [2.0] * 50], [[5.0] * 50, [7.0] * 50],
                    higher_is_better=False)  # fmt: skip
    assert (found.difference.low, found.difference.high) == (-6, -3)
    assert (found.difference.value, found.better) == (-4.5, "first")
    assert found.difference.replicates == 200


def test_the_same_resample_is_compared() -> None:
    row = np.linspace(0, 1, 200)
    found = compare(0.5, 0.5, row, row, higher_is_better=True)
    assert (found.difference.low, found.difference.high) == (0, 0)
    assert found.better == "neither"


def test_refusals() -> None:
    with pytest.raises(InputError, match="expected one row for each value"):
        estimate([1.0, 2.0], ROW, genders=MANY, targets=200)
    with pytest.raises(InputError, match="expected one row for each value"):
        estimate(1.0, np.zeros((1, 1, 3)), genders=MANY, targets=200)
    with pytest.raises(InputError, match="101 and 3 replicates"):
        compare(1.0, 1.0, ROW, np.zeros(3), higher_is_better=True)
