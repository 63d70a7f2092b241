"""Scores of verification trials, checked and sorted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError

Floats = NDArray[np.float64]


def checked(scores: ArrayLike, side: str) -> Floats:
    """One side's scores as a flat float64 array; infinities are allowed.

    Raises:
        InputError: no score, or NaN among them.
    """
    values = np.asarray(scores, np.float64).ravel()
    if not values.size:
        raise InputError(f"no {side} scores: expected at least one")
    bad = int(np.isnan(values).sum())
    if bad:
        raise InputError(f"{bad} of {values.size} {side} scores are NaN")
    return values


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors at every threshold that makes a difference.

    A trial is accepted when its score lies above the threshold. Errors are kept as counts, since
    rounded shares would tell equal gaps apart and put a rate of exactly 1 % above 1 %.

    Args:
        threshold: (k,) minus infinity, then the distinct scores, ascending.
        missed: (k,) number of targets at or below the threshold.
        alarms: (k,) number of non-targets above it.
        targets: number of targets.
        nontargets: number of non-targets.
    """

    threshold: Floats
    missed: NDArray[np.int64]
    alarms: NDArray[np.int64]
    targets: int
    nontargets: int

    @property
    def miss(self) -> Floats:
        """(k,) share of targets missed, rising from 0 to 1."""
        return np.asarray(self.missed / self.targets)

    @property
    def alarm(self) -> Floats:
        """(k,) share of non-targets accepted, falling from 1 to 0."""
        return np.asarray(self.alarms / self.nontargets)

    @property
    def gap(self) -> NDArray[np.int64]:
        """(k,) how far both shares are apart, times both numbers of trials: exact."""
        return np.asarray(np.abs(self.alarms * self.targets - self.missed * self.nontargets))


def errors_of(target: Floats, nontarget: Floats) -> Errors:
    """Errors at all thresholds by sorting, O(n log n).

    >>> found = errors_of(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    >>> found.threshold.tolist(), found.missed.tolist(), found.alarms.tolist()
    ([-inf, 0.0, 1.0, 2.0], [0, 0, 1, 2], [2, 1, 0, 0])
    """
    target, nontarget = np.sort(target), np.sort(nontarget)
    both = np.sort(np.concatenate([target, nontarget]), kind="stable")
    distinct = both[np.append(True, both[1:] != both[:-1])]
    missed = np.searchsorted(target, distinct, side="right")
    below = np.searchsorted(nontarget, distinct, side="right")
    return Errors(
        np.append(-np.inf, distinct),
        np.append(0, missed),
        np.append(nontarget.size, nontarget.size - below),
        target.size,
        nontarget.size,
    )
