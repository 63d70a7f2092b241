"""Linkability D_sys: how far scores of the same person stand out from those of different people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.pav import calibrated
from voxnym.evaluation.metrics.scores import Floats, checked

Method = Literal["exact", "published"]
_MOST_BINS = 100
_TARGETS_PER_BIN = 10


@dataclass(frozen=True, eq=False)
class Linkability:
    """Global linkability, 0 (none) to 1 (full).

    Args:
        value: mean of the local linkability over targets.
        scores: (k,) where the local value is known, ascending.
        local: (k,) linkability of a pair with that score, 0 to 1.
        method: how the likelihood ratio was estimated.
        unit: always "1".
    """

    value: float
    scores: Floats
    local: Floats
    method: Method
    unit: str = "1"


def linkability(
    target_scores: ArrayLike,
    nontarget_scores: ArrayLike,
    *,
    prior_ratio: float = 1.0,
    method: Method = "exact",
) -> Linkability:
    """Global linkability of a set of scores.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.
        prior_ratio: how often pairs are of the same person for each that is not, above 0.
        method: "exact" sums the local value over all targets, with likelihood ratios by pool
            adjacent violators: no bins, defined for any number of scores, and unchanged by
            monotone transforms; it reads higher scores as more alike, so an inverted system gives
            about 0. "published" is the rule of the challenge programs: min(n / 10, 100) equal
            bins, trapezoids between their centres. With fewer than ten targets it gives 0, and
            half of each outer bin is lost (perfect separation of 20 targets gives 0.5); equal
            scores give NaN.

    Both read some linkability out of chance. Identical distributions of 400 targets and 4000
    non-targets give 0.017 here and 0.065 as published; 0.033 and 0.059 at 100 and 1000. Normal
    distributions with equal error rates of 5, 20 and 35 % (in truth 0.876, 0.522 and 0.215) give
    0.882, 0.538 and 0.228 here at 400 and 4000.

    Raises:
        InputError: no scores on a side, NaN, a prior ratio that is not positive, or infinite
            scores with bins.

    >>> linkability([3.0, 2.0], [1.0, 0.0]).value
    1.0

    Source: Gomez-Barrero et al., General framework to evaluate unlinkability in biometric template
        protection systems, IEEE TIFS 2018, equations 9 to 12.
    """
    if not prior_ratio > 0:
        raise InputError(f"prior_ratio={prior_ratio}: expected above 0")
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    if method == "published":
        return _published(target, nontarget, prior_ratio)
    if method != "exact":
        raise InputError(f"method={method!r}: expected exact or published")
    found = calibrated(target, nontarget)
    local = _local(np.exp(found.llr), prior_ratio)
    order = np.argsort(target, kind="stable")
    each = local[found.target_group]
    return Linkability(float(each.mean()), target[order], each[order], method)


def _local(ratio: Floats, prior: float) -> Floats:
    """2 w LR / (1 + w LR) - 1, and 0 where w LR is at most 1."""
    odds = prior * ratio
    with np.errstate(invalid="ignore"):
        value = np.where(np.isinf(odds), 1.0, 2 * odds / (1 + odds) - 1)
    return np.asarray(np.maximum(value, 0.0))


def _published(target: Floats, nontarget: Floats, prior: float) -> Linkability:
    if not (np.isfinite(target).all() and np.isfinite(nontarget).all()):
        raise InputError("infinite scores have no bins: use method='exact'")
    bins = min(target.size // _TARGETS_PER_BIN, _MOST_BINS)
    if not bins:
        return Linkability(0.0, np.zeros(0), np.zeros(0), "published")
    low = min(target.min(), nontarget.min())
    high = max(target.max(), nontarget.max())
    edges = np.linspace(low, high, bins + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mated = np.histogram(target, edges, density=True)[0]
        other = np.histogram(nontarget, edges, density=True)[0]
        ratio = np.where(other > 0, mated / other, 1.0)
    local = _local(ratio, prior)
    local = np.where((other == 0) & (mated > 0), 1.0, local)
    centres = (edges[:-1] + edges[1:]) / 2
    value = float(np.trapezoid(local * mated, centres))
    return Linkability(value, centres, local, "published")
