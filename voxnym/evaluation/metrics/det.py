"""Operating points: the detection error trade-off, and what is found at very few false alarms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked, errors_of

_LEAST_ALARMS: Final = 10
"""A rate that fewer non-targets decide moves by more than 10 % with each of them."""


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

        alarm, miss = (np.clip(rate, least, 1 - least) for rate in (self.alarm, self.miss))
        return np.asarray(ndtri(alarm)), np.asarray(ndtri(miss))


@dataclass(frozen=True)
class TruePositives:
    """How many of the right people are found while few others are taken for them.

    Args:
        value: share of targets accepted, 0 to 1.
        rate: false alarm rate allowed.
        alarm: false alarm rate reached, at most `rate`.
        why: that there are too few non-targets to resolve this rate; empty where there are enough.
        unit: always "1", a share.
    """

    value: float
    rate: float
    alarm: float
    why: str = ""
    unit: str = "1"

    @property
    def is_resolved(self) -> bool:
        """At least ten non-targets may pass at this rate."""
        return not self.why


def det_points(target_scores: ArrayLike, nontarget_scores: ArrayLike) -> TradeOff:
    """All corners of the trade-off; points between two corners on one side are left out.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.

    Raises:
        InputError: no scores on a side, or NaN.

    >>> det_points([1, 2, 3], [0, 1]).miss.tolist()
    [0.0, 0.0, 0.3333333333333333, 1.0]
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    errors = errors_of(target, nontarget)
    is_level, is_steep = np.diff(errors.alarms) == 0, np.diff(errors.missed) == 0
    straight = (is_level[:-1] & is_level[1:]) | (is_steep[:-1] & is_steep[1:])
    kept = np.concatenate([[True], ~straight, [True]])
    return TradeOff(errors.alarm[kept], errors.miss[kept])


def tpr_at_fpr(
    target_scores: ArrayLike, nontarget_scores: ArrayLike, rate: float = 0.01
) -> TruePositives:
    """Share of targets found at a given false alarm rate.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.
        rate: above 0, below 1; 0.001 and 0.01 tell systems apart that have equal EER.

    Raises:
        InputError: a rate outside of that, no scores on a side, or NaN.

    >>> tpr_at_fpr([2, 3, 4, 0.5], [0, 1, 1.5, 2.5], rate=0.25).value
    0.75
    >>> tpr_at_fpr([2.0], [1.0], rate=0.01).why
    '1 non-target trials, too few for a rate of 1 %: 1000 needed'

    Source: VoxGuard, arXiv 2509.18413, 2025.
    """
    if not 0 < rate < 1:
        raise InputError(f"rate={rate}: expected above 0, below 1")
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    errors = errors_of(target, nontarget)
    place = int(np.argmax(errors.alarm <= rate))
    found = (errors.targets - int(errors.missed[place])) / errors.targets
    return TruePositives(found, rate, float(errors.alarm[place]), _too_few(rate, nontarget.size))


def _too_few(rate: float, nontargets: int) -> str:
    # A little less, since 0.07 * 100 is more than 7.
    needed = math.ceil(_LEAST_ALARMS / rate * (1 - 1e-12))
    if nontargets >= needed:
        return ""
    return (
        f"{nontargets} non-target trials, too few for a rate of {100 * rate:g} %: {needed} needed"
    )
