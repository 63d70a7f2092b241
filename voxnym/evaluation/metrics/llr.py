"""Cost of log-likelihood ratios: how much information scores carry, and how well calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.pav import Ties, calibrated
from voxnym.evaluation.metrics.scores import Floats, checked


@dataclass(frozen=True)
class LogLikelihoodCost:
    """Cllr and its two halves.

    Args:
        value: bits; 0 is perfect, 1 says nothing, above 1 misleads.
        target: mean cost of targets, bits.
        nontarget: mean cost of non-targets, bits.
        unit: always "bits".
    """

    value: float
    target: float
    nontarget: float
    unit: str = "bits"


def cllr(
    target_scores: ArrayLike, nontarget_scores: ArrayLike, *, published_infinity: bool = False
) -> LogLikelihoodCost:
    """Cost of scores that are natural-log likelihood ratios.

    Computed without overflow: a score of 1000 on the wrong side costs 1443 bits.

    Args:
        target_scores: log-likelihood ratios of the same person.
        nontarget_scores: of different people.
        published_infinity: infinite cost of a side as soon as one posterior on it underflows to
            0, which happens from about -710 on, as in the published program.

    Raises:
        InputError: no scores on a side, or NaN.

    >>> cllr([0.0], [0.0]).value
    1.0

    Source: Brümmer and du Preez, Application-independent evaluation of speaker detection, 2006.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    if published_infinity:
        target, nontarget = _underflowed(target), -_underflowed(-nontarget)
    return _cost(target, nontarget)


def _underflowed(llr: Floats) -> Floats:
    """Minus infinity where the posterior in double precision is 0."""
    with np.errstate(over="ignore"):
        return np.where(np.isinf(np.exp(-llr)), -np.inf, llr)


def _cost(target: Floats, nontarget: Floats) -> LogLikelihoodCost:
    misses = float(np.logaddexp(0, -target).mean() / np.log(2))
    alarms = float(np.logaddexp(0, nontarget).mean() / np.log(2))
    return LogLikelihoodCost((misses + alarms) / 2, misses, alarms)


def min_cllr(
    target_scores: ArrayLike,
    nontarget_scores: ArrayLike,
    *,
    ties: Ties = "pooled",
    published_ramp: bool = False,
) -> LogLikelihoodCost:
    """Cost after the best monotone calibration: what is left is lack of information.

    Args:
        target_scores: of the same person, on any scale.
        nontarget_scores: of different people.
        ties: "nontargets-first" is the published reading, in which equal scores count as told
            apart.
        published_ramp: add rank · 1e-6 / n to every ratio, as the published program does.

    Raises:
        InputError: no scores on a side, NaN, or an unknown reading of ties.

    Source: Brümmer and du Preez, Application-independent evaluation of speaker detection, 2006,
        section on discrimination and calibration.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    found = calibrated(target, nontarget, ties=ties)
    llr = found.llr
    high, low = llr[found.target_group], llr[found.nontarget_group]
    if published_ramp:
        both = np.concatenate([target, nontarget])
        is_target = np.arange(both.size) < target.size
        first = ~is_target if ties == "pooled" else is_target
        rank = np.empty(both.size)
        rank[np.lexsort((first, both))] = np.arange(both.size)
        ramp = rank * 1e-6 / both.size
        high, low = high + ramp[: target.size], low + ramp[target.size :]
    return _cost(high, low)
