"""Operating points: the detection error trade-off, and what is found at very few false alarms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked, errors_of


@dataclass(frozen=True, eq=False)
class TradeOff:
    """Corners of the detection error trade-off.

    Args:
        alarm: (k,) false alarm rate, falling from 1 to 0.
        miss: (k,) miss rate, rising from 0 to 1.
        unit: always "1", a share.
    """

    alarm: Floats
    miss: Floats
    unit: str = "1"

    def probits(self, least: float = 1e-4) -> tuple[Floats, Floats]:
        """Both rates as normal deviates, on which Gaussian scores of equal variance give a line.

        Args:
            least: rates nearer to 0 or 1 than this are drawn there.

        Source: Martin et al., The DET curve in assessment of detection task performance, 1997.
        """
        from scipy.special import ndtri

        return tuple(ndtri(np.clip(rate, least, 1 - least)) for rate in (self.alarm, self.miss))


@dataclass(frozen=True)
class TruePositives:
    """How many of the right people are found while few others are taken for them.

    Args:
        value: share of targets accepted, 0 to 1.
        rate: false alarm rate allowed.
        alarm: false alarm rate reached, at most `rate`.
        is_resolved: there are enough non-targets (ten at least would pass) for this rate.
        unit: always "1", a share.
    """

    value: float
    rate: float
    alarm: float
    is_resolved: bool
    unit: str = "1"


def det_points(target_scores: ArrayLike, nontarget_scores: ArrayLike) -> TradeOff:
    """All corners of the trade-off; points between two corners on one side are left out."""
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    errors = errors_of(target, nontarget)
    alarm, miss = errors.alarm, errors.miss
    if alarm.size > 2:
        flat = (np.diff(alarm)[:-1] == 0) & (np.diff(alarm)[1:] == 0)
        steep = (np.diff(miss)[:-1] == 0) & (np.diff(miss)[1:] == 0)
        kept = np.concatenate([[True], ~(flat | steep), [True]])
        alarm, miss = alarm[kept], miss[kept]
    return TradeOff(alarm, miss)


def tpr_at_fpr(
    target_scores: ArrayLike, nontarget_scores: ArrayLike, rate: float = 0.01
) -> TruePositives:
    """Share of targets found at a given false alarm rate.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.
        rate: above 0, below 1; 0.001 and 0.01 tell systems apart that have equal EER.

    Raises:
        InputError: a rate outside of that.

    Source: VoxGuard, arXiv 2509.18413, 2025.
    """
    if not 0 < rate < 1:
        raise InputError(f"rate={rate}: expected above 0, below 1")
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    errors = errors_of(target, nontarget)
    place = int(np.argmax(errors.alarm <= rate))
    return TruePositives(
        1 - float(errors.miss[place]),
        rate,
        float(errors.alarm[place]),
        rate * nontarget.size >= 10,
    )
