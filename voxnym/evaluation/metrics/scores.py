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
    """Error rates at every threshold that makes a difference.

    A trial is accepted when its score lies above the threshold.

    Args:
        threshold: (k,) distinct scores, ascending; the first is minus infinity.
        miss: (k,) share of targets at or below the threshold, 0 to 1.
        alarm: (k,) share of non-targets above it, 0 to 1.
    """

    threshold: Floats
    miss: Floats
    alarm: Floats


def errors_of(
    target: Floats,
    nontarget: Floats,
    target_weights: Floats | None = None,
    nontarget_weights: Floats | None = None,
) -> Errors:
    """Error rates by one sort, O(n log n); weights count a trial so many times."""
    both = np.concatenate([target, nontarget])
    order = np.argsort(both, kind="stable")
    values = both[order]
    last = np.append(values[1:] != values[:-1], True)
    is_target = order < target.size

    def share(weights: Floats | None, size: int, mine: NDArray[np.bool_], start: int) -> Floats:
        each = np.zeros(values.size)
        each[mine] = 1.0 if weights is None else weights[order[mine] - start]
        below = np.cumsum(each)
        return np.asarray(below[last] / (size if weights is None else weights.sum()))

    miss = share(target_weights, target.size, is_target, 0)
    below = share(nontarget_weights, nontarget.size, ~is_target, target.size)
    return Errors(
        np.concatenate([[-np.inf], values[last]]),
        np.concatenate([[0.0], miss]),
        np.concatenate([[1.0], 1.0 - below]),
    )
