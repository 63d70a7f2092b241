from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import checked, errors_of

FEW = st.lists(st.integers(-3, 3).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1)


def test_scores_become_flat_doubles() -> None:
    found = checked([[1, 2], [3, 4]], "target")
    assert found.dtype == np.float64
    assert found.tolist() == [1, 2, 3, 4]
    assert checked(0.5, "target").tolist() == [0.5]


def test_infinities_are_scores() -> None:
    assert checked([np.inf, -np.inf], "target").tolist() == [np.inf, -np.inf]


def test_an_empty_side_is_refused() -> None:
    with pytest.raises(InputError, match="no non-target scores"):
        checked([], "non-target")


def test_nan_is_refused_with_its_number() -> None:
    with pytest.raises(InputError, match="2 of 3 target scores are NaN"):
        checked([np.nan, 1, np.nan], "target")


@settings(deadline=None)
@given(FEW, FEW)
def test_errors_are_counted(target: list[float], other: list[float]) -> None:
    found = errors_of(np.array(target), np.array(other))
    thresholds = [-np.inf, *sorted(set(target) | set(other))]
    assert found.threshold.tolist() == thresholds
    # The first threshold stands for one below everything, even below a score of -inf.
    assert (found.missed[0], found.alarms[0]) == (0, len(other))
    for place, threshold in enumerate(thresholds[1:], start=1):
        assert found.missed[place] == sum(score <= threshold for score in target)
        assert found.alarms[place] == sum(score > threshold for score in other)
    assert (found.targets, found.nontargets) == (len(target), len(other))
    assert found.miss.tolist() == [m / len(target) for m in found.missed.tolist()]
    assert found.alarm.tolist() == [a / len(other) for a in found.alarms.tolist()]
    gaps = [
        abs(a * len(target) - m * len(other))
        for a, m in zip(found.alarms.tolist(), found.missed.tolist(), strict=True)
    ]
    assert found.gap.tolist() == gaps


def test_the_scores_given_stay_as_they_are() -> None:
    target, other = np.array([2.0, 1.0]), np.array([4.0, 3.0])
    errors_of(target, other)
    assert target.tolist() == [2, 1]
    assert other.tolist() == [4, 3]
