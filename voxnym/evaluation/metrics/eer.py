"""Equal error rate, in the readings that published figures use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked, errors_of

Reading = Literal["vpc2024", "kaldi"]


@dataclass(frozen=True)
class EqualErrorRate:
    """Where both kinds of error are as near to equal as they get.

    Args:
        value: mean of miss and false alarm there, 0 to 1 (`unit` 1); 0.5 is guessing.
        threshold: trials with scores above it are accepted.
        miss: share of targets at or below the threshold.
        alarm: share of non-targets above it.
        is_folded: the value is 1 minus the rate, since the rate was above one half.
        reading: which published rule.
        unit: always "1", a share.
    """

    value: float
    threshold: float
    miss: float
    alarm: float
    is_folded: bool = False
    reading: Reading = "vpc2024"
    unit: str = "1"


def eer(
    target_scores: ArrayLike,
    nontarget_scores: ArrayLike,
    *,
    reading: Reading = "vpc2024",
    single_precision: bool = False,
) -> EqualErrorRate:
    """Equal error rate in O(n log n).

    Args:
        target_scores: of the same person; higher means more alike.
        nontarget_scores: of different people.
        reading: "vpc2024": candidates are the distinct scores and the midpoints between them, the
            first with the smallest difference of the two error rates decides, and the value is
            their mean. "kaldi": the rule of the 2020 and 2022 challenges, in steps of one target;
            a constant score gives nearly 1 there.
        single_precision: round scores to float32 first, as both published programs do.

    Returns:
        The rate; above 0.5 where scores are the wrong way round.

    Raises:
        InputError: no scores on a side, or NaN.

    >>> eer([0.9, 0.8, 0.7, 0.55, 0.4], [0.6, 0.5, 0.3, 0.2, 0.1, 0.05, 0, -0.1]).value
    0.225

    Source: VoicePrivacy 2024 evaluation plan, section 4.1; Kaldi, compute-eer.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    if single_precision:
        target = target.astype(np.float32).astype(np.float64)
        nontarget = nontarget.astype(np.float32).astype(np.float64)
    if reading == "kaldi":
        return _kaldi(target, nontarget)
    if reading != "vpc2024":
        raise InputError(f"reading={reading!r}: expected vpc2024 or kaldi")
    return _nearest(target, nontarget)


def _nearest(target: Floats, nontarget: Floats) -> EqualErrorRate:
    """First candidate with the smallest difference; midpoints repeat the rates below them."""
    errors = errors_of(target, nontarget)
    gap = np.abs(errors.alarm - errors.miss)[1:]
    place = 1 + int(np.argmin(gap))
    miss, alarm = float(errors.miss[place]), float(errors.alarm[place])
    return EqualErrorRate((miss + alarm) / 2, float(errors.threshold[place]), miss, alarm)


def _kaldi(target: Floats, nontarget: Floats) -> EqualErrorRate:
    target, nontarget = np.sort(target), np.sort(nontarget)
    k = np.arange(target.size)
    q = np.maximum(nontarget.size - 1 - (nontarget.size * k) // target.size, 0)
    stop = np.flatnonzero(nontarget[q] < target)
    place = int(stop[0]) if stop.size else target.size - 1
    place = min(place, target.size - 1)
    threshold = float(target[place])
    miss = float((target <= threshold).mean())
    alarm = float((nontarget > threshold).mean())
    return EqualErrorRate(place / target.size, threshold, miss, alarm, reading="kaldi")


def folded_eer(target_scores: ArrayLike, nontarget_scores: ArrayLike) -> EqualErrorRate:
    """Equal error rate of an attacker who may turn the score round: min(e, 1 - e).

    Says so in `is_folded`. A rate far above one half is no privacy: the scores carry the person.
    """
    from dataclasses import replace

    found = eer(target_scores, nontarget_scores)
    if found.value <= 0.5:
        return found
    return replace(found, value=1 - found.value, is_folded=True)
