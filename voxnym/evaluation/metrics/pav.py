"""Pool adjacent violators: scores to likelihood ratios by the best monotone calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

Ties = Literal["pooled", "nontargets-first"]
"""What equal scores mean: one score, or (published defect) a perfectly ordered pair."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Scores in groups that no monotone calibration can tell apart, ascending.

    Args:
        targets: (k,) number of targets in each group.
        nontargets: (k,) number of non-targets.
        target_group: (n_t,) group of each target, in the order given.
        nontarget_group: (n_u,) group of each non-target.
        is_padded: one target and one non-target were added at both ends (Laplace), and are
            counted in `targets` and `nontargets`.
    """

    targets: Floats
    nontargets: Floats
    target_group: NDArray[np.intp]
    nontarget_group: NDArray[np.intp]
    is_padded: bool

    @property
    def posterior(self) -> Floats:
        """(k,) share of targets in each group, ascending."""
        return np.asarray(self.targets / (self.targets + self.nontargets))

    @property
    def llr(self) -> Floats:
        """(k,) natural logarithm of the likelihood ratio; infinite where one side is absent."""
        n_t, n_u = self.target_group.size, self.nontarget_group.size
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.targets) - np.log(self.nontargets) - np.log(n_t / n_u))


def calibrated(
    target: Floats, nontarget: Floats, *, ties: Ties = "pooled", laplace: bool = False
) -> Calibration:
    """Pool adjacent violators over all scores, O(n log n).

    Args:
        target: scores of the same person.
        nontarget: scores of different people.
        ties: how equal scores are read.
        laplace: add one target and one non-target below and above all scores, which keeps
            likelihood ratios finite.

    Raises:
        InputError: an unknown reading of ties.

    >>> found = calibrated(np.array([1.0, 3.0]), np.array([0.0, 2.0]))
    >>> found.targets.tolist(), found.nontargets.tolist()
    ([0.0, 1.0, 1.0], [1.0, 1.0, 0.0])

    Source: Brümmer and du Preez, The PAV algorithm optimizes binary proper scoring rules, 2013.
    """
    from scipy.optimize import isotonic_regression

    if ties not in ("pooled", "nontargets-first"):
        raise InputError(f"ties={ties!r}: expected pooled or nontargets-first")
    both = np.concatenate([target, nontarget])
    is_target = np.arange(both.size) < target.size
    order = np.lexsort((is_target, both))
    values, hits = both[order], is_target[order].astype(np.float64)
    new = np.append(True, values[1:] != values[:-1])
    if ties == "nontargets-first":
        new[1:] |= hits[1:] != hits[:-1]
    step = np.cumsum(new) - 1
    weight = np.bincount(step).astype(np.float64)
    mean = np.bincount(step, hits) / weight
    if laplace:
        mean, weight = _padded(mean, weight)
        step = step + 2
    result = isotonic_regression(mean, weights=weight, increasing=True)
    blocks = result.blocks
    counts = np.add.reduceat(weight, blocks[:-1])
    targets = np.add.reduceat(np.rint(mean * weight), blocks[:-1])
    block_of_step = np.repeat(np.arange(counts.size), np.diff(blocks))
    group = np.empty(both.size, np.intp)
    group[order] = block_of_step[step]
    return Calibration(
        targets, counts - targets, group[: target.size], group[target.size :], laplace
    )


def _padded(mean: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """A target below and a non-target above everything, each followed by its opposite."""
    ends = np.array([1.0, 0.0])
    return np.concatenate([ends, mean, ends]), np.concatenate([np.ones(2), weight, np.ones(2)])
