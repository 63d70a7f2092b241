"""Equal error rate, in the readings that published figures use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked, errors_of

Reading = Literal["vpc2024", "kaldi", "interpolated"]
"""Which published rule decides between the few rates that finitely many trials can have."""


@dataclass(frozen=True)
class EqualErrorRate:
    """Where both kinds of error are as near to equal as they get.

    Args:
        value: 0 to 1; 0.5 is guessing.
        threshold: trials with scores above it are accepted ("kaldi": and those that equal it).
        miss: share of targets that the threshold refuses.
        alarm: share of non-targets that it accepts.
        is_folded: the value is 1 minus the rate, since the rate was above one half; threshold and
            errors are those of the score as it is.
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
            a constant score gives nearly 1 there. "interpolated": where straight lines between
            neighbouring operating points have equal errors, as programs do that search the
            receiver operating characteristic for its root.
        single_precision: round scores to float32 first, as both published programs do.

    Returns:
        The rate; above 0.5 where scores are the wrong way round.

    Raises:
        InputError: no scores on a side, NaN, or an unknown reading.

    >>> eer([0.9, 0.8, 0.7, 0.55, 0.4], [0.6, 0.5, 0.3, 0.2, 0.1, 0.05, 0, -0.1]).value
    0.225

    Source: VoicePrivacy 2024 evaluation plan, section 4.1; Kaldi, compute-eer.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    if single_precision:
        target = target.astype(np.float32).astype(np.float64)
        nontarget = nontarget.astype(np.float32).astype(np.float64)
    rules = {"vpc2024": _nearest, "kaldi": _kaldi, "interpolated": _interpolated}
    if reading not in rules:
        raise InputError(f"reading={reading!r}: expected {', '.join(rules)}")
    return rules[reading](target, nontarget)


def _nearest(target: Floats, nontarget: Floats) -> EqualErrorRate:
    """First candidate with the smallest difference; midpoints repeat the rates below them."""
    errors = errors_of(target, nontarget)
    # Nobody's score lies below all scores, so accepting everything is no candidate.
    place = 1 + int(np.argmin(errors.gap[1:]))
    miss, alarm = float(errors.miss[place]), float(errors.alarm[place])
    return EqualErrorRate((miss + alarm) / 2, float(errors.threshold[place]), miss, alarm)


def _interpolated(target: Floats, nontarget: Floats) -> EqualErrorRate:
    """Equal errors on the line between two neighbours; accepted at random between them."""
    errors = errors_of(target, nontarget)
    place = int(np.argmax(errors.miss >= errors.alarm))
    before, after = int(errors.gap[place - 1]), int(errors.gap[place])
    share = before / (before + after)
    step = float(errors.miss[place] - errors.miss[place - 1])
    value = float(errors.miss[place - 1]) + share * step
    threshold = float(errors.threshold[place])
    return EqualErrorRate(value, threshold, value, value, reading="interpolated")


def _kaldi(target: Floats, nontarget: Floats) -> EqualErrorRate:
    """Fewest targets refused for which no larger share of non-targets is accepted."""
    target, nontarget = np.sort(target), np.sort(nontarget)
    k = np.arange(target.size)
    q = nontarget.size - 1 - (nontarget.size * k) // target.size
    is_enough = nontarget[q] < target
    # The published loop ends at the last target, whatever its score.
    is_enough[-1] = True
    place = int(np.argmax(is_enough))
    threshold = float(target[place])
    miss = float((target < threshold).mean())
    alarm = float((nontarget >= threshold).mean())
    return EqualErrorRate(place / target.size, threshold, miss, alarm, reading="kaldi")


def folded_eer(target_scores: ArrayLike, nontarget_scores: ArrayLike) -> EqualErrorRate:
    """Equal error rate of an attacker who may turn the score round: min(e, 1 - e).

    Says so in `is_folded`. A rate far above one half is no privacy: the scores carry the person.
    """
    found = eer(target_scores, nontarget_scores)
    if found.value <= 0.5:
        return found
    return replace(found, value=1 - found.value, is_folded=True)
