"""ZEBRA: expected disclosure for a population, and the worst case for one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.pav import Ties, calibrated
from voxnym.evaluation.metrics.scores import Floats, checked

_CATEGORIES = ((1.0, "A"), (2.0, "B"), (4.0, "C"), (5.0, "D"), (6.0, "E"))
_NEAR_ZERO = 1e-6


@dataclass(frozen=True)
class Zebra:
    """Both figures and the category.

    Args:
        value: expected disclosure of the population, bits; 0 to 1 / (2 ln 2), about 0.721.
        worst: largest strength of evidence for one person, |log10 LR|.
        category: "0" for none, then "A" (up to 1), "B" (2), "C" (4), "D" (5), "E" (6), "F".
        unit: of `value`, always "bits".
    """

    value: float
    worst: float
    category: str
    unit: str = "bits"


def zebra(
    target_scores: ArrayLike,
    nontarget_scores: ArrayLike,
    *,
    ties: Ties = "pooled",
    laplace: bool = False,
    published_ramp: bool = False,
) -> Zebra:
    """Zero evidence biometric recognition assessment.

    The population figure rests on plain pool adjacent violators, the worst case on its Laplace
    variant, whose extreme depends on the number of trials: with perfect separation it grows with
    the logarithm of their number, and scores that say nothing give a little more than 0.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.
        ties: how the worst case reads equal scores; "nontargets-first" is the published reading,
            in which constant scores are strong evidence.
        laplace: population by the Laplace variant, too; some published figures are.
        published_ramp: add rank · 1e-6 / n to every ratio, as the published program does.

    Raises:
        InputError: no scores on a side, NaN, or an unknown reading of ties.

    >>> zebra([0.6, 0.7, 0.8, 0.5], [0.4, 0.3, 0.55, 0.1]).category
    'A'

    Source: Nautsch et al., The privacy ZEBRA, Interspeech 2020, equations 9 to 14.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    ramp = 1e-6 if published_ramp else 0.0
    high, low = _ratios(target, nontarget, "pooled", laplace, ramp)
    population = _relief(high) + _relief(-low)
    worst = max(np.abs(side).max() for side in _ratios(target, nontarget, ties, True, ramp))
    worst = float(worst / np.log(10))
    worst = 0.0 if worst < _NEAR_ZERO else worst
    return Zebra(float(population / np.log(2)), worst, category(worst))


def _ratios(
    target: Floats, nontarget: Floats, ties: Ties, laplace: bool, ramp: float
) -> tuple[Floats, Floats]:
    """Natural-log likelihood ratios of targets and non-targets, rising by `ramp` over all ranks."""
    found = calibrated(target, nontarget, ties=ties, laplace=laplace)
    high, low = found.llr[found.target_group], found.llr[found.nontarget_group]
    if not ramp:
        return high, low
    both = np.concatenate([target, nontarget])
    is_target = np.arange(both.size) < target.size
    rank = np.empty(both.size)
    rank[np.lexsort((is_target if ties == "nontargets-first" else ~is_target, both))] = np.arange(
        both.size
    )
    rise = ramp * rank / both.size
    return high + rise[: target.size], low + rise[target.size :]


def _relief(llr: Floats) -> float:
    """1/4 + half the mean of (x - b) / b², b = e^x - 1, with its limits at 0 and infinity."""
    term = np.zeros(llr.size)
    small = np.abs(llr) <= _NEAR_ZERO
    term[small] = -0.5
    # Beyond this e^x overflows; the term is 0 to double precision long before.
    usual = ~small & (llr < 300)
    b = np.expm1(llr[usual])
    term[usual] = (llr[usual] - b) / b**2
    return 0.25 + float(term.mean()) / 2


def category(worst: float) -> str:
    """The letter of a worst case.

    >>> [category(x) for x in (0, 0.5, 1.0, 1.5, 3, 4.5, 5.5, 7)]
    ['0', 'A', 'A', 'B', 'C', 'D', 'E', 'F']
    """
    if worst == 0:
        return "0"
    return next((letter for limit, letter in _CATEGORIES if worst <= limit), "F")
