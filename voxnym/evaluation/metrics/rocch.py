"""Equal error rate of the convex hull: what a calibrated attacker can reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.pav import Calibration, Ties, calibrated
from voxnym.evaluation.metrics.scores import Floats, checked


@dataclass(frozen=True, eq=False)
class HullErrorRate:
    """Equal error rate on the convex hull of the receiver operating characteristic.

    Args:
        value: 0 to 0.5; an inverted system looks like guessing here.
        alarm: (k,) false alarm rate of the hull's corners, falling from 1 to 0.
        miss: (k,) miss rate there, rising from 0 to 1.
        unit: always "1", a share.
    """

    value: float
    alarm: Floats
    miss: Floats
    unit: str = "1"


def rocch_eer(
    target_scores: ArrayLike, nontarget_scores: ArrayLike, *, ties: Ties = "pooled"
) -> HullErrorRate:
    """Equal error rate of the convex hull (ROCCH-EER).

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.
        ties: "nontargets-first" is the reading of published programs, in which equal scores count
            as told apart: constant scores give 0, perfect recognition.

    Raises:
        InputError: no scores on a side, NaN, or an unknown reading of ties.

    >>> rocch_eer([0.6, 0.7, 0.8, 0.5], [0.4, 0.3, 0.55, 0.1]).value
    0.125

    Source: Brümmer and de Villiers, The BOSARIS toolkit, 2013, section on ROCCH.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    alarm, miss = hull(calibrated(target, nontarget, ties=ties))
    # Along the hull, miss minus alarm rises strictly from -1 to 1; the rates are equal at 0.
    return HullErrorRate(float(np.interp(0.0, miss - alarm, miss)), alarm, miss)


def hull(found: Calibration) -> tuple[Floats, Floats]:
    """False alarm and miss rates of the corners, from (1, 0) to (0, 1)."""
    misses = np.concatenate([[0.0], np.cumsum(found.targets)]) / found.targets.sum()
    below = np.concatenate([[0.0], np.cumsum(found.nontargets)]) / found.nontargets.sum()
    return np.asarray(1 - below), np.asarray(misses)
