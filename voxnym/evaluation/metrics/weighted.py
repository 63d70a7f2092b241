"""Statistics of weighted units, many sets of weights at once: what a bootstrap repeats.

Each function here takes the data and returns a `Statistic`. What needs sorting is sorted once; a
set of weights then costs O(units). A set that leaves nothing to divide by gives NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked, errors_of

Statistic = Callable[[Floats], Floats]
"""From weights (sets, units), 0 or more, to values (sets,)."""


@dataclass(frozen=True, eq=False)
class _EqualErrorRate:
    """Trials in ascending order of scores; `missed` and `below` count trials up to a threshold."""

    targets: NDArray[np.intp]
    nontargets: NDArray[np.intp]
    missed: NDArray[np.intp]
    below: NDArray[np.intp]

    def __call__(self, weights: Floats) -> Floats:
        missed, targets = _up_to(weights[:, self.targets], self.missed)
        below, nontargets = _up_to(weights[:, self.nontargets], self.below)
        alarms = nontargets - below
        place = np.abs(alarms * targets - missed * nontargets).argmin(axis=1)[:, None]
        with np.errstate(invalid="ignore"):
            miss = np.take_along_axis(missed, place, axis=1) / targets
            alarm = np.take_along_axis(alarms, place, axis=1) / nontargets
        return np.asarray((miss + alarm)[:, 0] / 2)


def _up_to(weights: Floats, counts: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Sums of the first `counts` weights, (sets, k), and of all of them, (sets, 1)."""
    sums = np.zeros((weights.shape[0], weights.shape[1] + 1))
    weights.cumsum(axis=1, out=sums[:, 1:])
    return sums[:, counts], sums[:, -1:]


def weighted_eer(scores: ArrayLike, target: ArrayLike) -> Statistic:
    """Equal error rate, 0 to 1, in the reading of `eer`; a unit is a trial.

    Whole weights give to the last bit what `eer` gives for trials repeated as often.

    Args:
        scores: (trials,).
        target: (trials,) booleans.

    Raises:
        InputError: no scores on a side, NaN, or numbers that differ.

    >>> weighted_eer([3, 2, 1], [True, False, False])(np.array([[1.0, 1.0, 1.0]])).tolist()
    [0.0]
    """
    is_target = np.asarray(target, np.bool_).ravel()
    values = np.asarray(scores, np.float64).ravel()
    if values.size != is_target.size:
        raise InputError(f"{values.size} scores and {is_target.size} marks of targets")
    same = checked(values[is_target], "target")
    other = checked(values[~is_target], "non-target")
    # Scores of weight 0 stay candidates: they repeat the errors of the score below them or, below
    # all that count, add errors of 0 and 1, which win only where all candidates mean one half.
    errors = errors_of(same, other)
    order = np.argsort(values, kind="stable")
    return _EqualErrorRate(
        order[is_target[order]],
        order[~is_target[order]],
        errors.missed[1:],
        errors.nontargets - errors.alarms[1:],
    )


def weighted_mean(values: ArrayLike) -> Statistic:
    """Mean of one value for each unit: a share of hits, a rank, a mean score.

    >>> weighted_mean([0, 1])(np.array([[1.0, 3.0]])).tolist()
    [0.75]
    """
    return weighted_ratio(values, np.ones(np.size(values)))


def weighted_ratio(top: ArrayLike, bottom: ArrayLike) -> Statistic:
    """Ratio of two sums over units: word errors to words.

    Args:
        top: (units,).
        bottom: (units,).

    Raises:
        InputError: numbers that differ.
    """
    above, below = np.asarray(top, np.float64).ravel(), np.asarray(bottom, np.float64).ravel()
    if above.size != below.size:
        raise InputError(f"{above.size} values over {below.size}: expected as many")

    def ratio(weights: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((weights @ above) / (weights @ below))

    return ratio


def weighted_recall(reference: ArrayLike, predicted: ArrayLike) -> Statistic:
    """Unweighted average recall, 0 to 1, over the classes that stand in the reference.

    A set of weights without any unit of a class gives the mean over the others.

    Args:
        reference: (units,) labels.
        predicted: (units,) labels.

    Raises:
        InputError: no labels, or numbers that differ.

    >>> weighted_recall(["sad", "sad", "glad"], ["sad", "glad", "glad"])(np.ones((1, 3))).tolist()
    [0.75]
    """
    true, guessed = np.asarray(reference).ravel(), np.asarray(predicted).ravel()
    if not true.size or true.size != guessed.size:
        raise InputError(f"{true.size} labels and {guessed.size} predictions: expected as many")
    membership = (true[:, None] == np.unique(true)).astype(np.float64)
    hits = membership * (true == guessed)[:, None]

    def recall(weights: Floats) -> Floats:
        size = weights @ membership
        recalls = np.divide(weights @ hits, size, out=np.zeros_like(size), where=size > 0)
        with np.errstate(invalid="ignore"):
            return np.asarray(recalls.sum(axis=1) / (size > 0).sum(axis=1))

    return recall
