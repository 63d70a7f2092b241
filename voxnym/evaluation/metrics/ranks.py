"""Ranks of the right person among all that were enrolled, ties shared fairly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ranked:
    """How many others score higher than the right person, trial by trial.

    Args:
        above: (trials,) people who score strictly higher.
        equal: (trials,) other people with the same score.
        people: number of people to choose from, the right one included.
    """

    above: Places
    equal: Places
    people: int

    @property
    def average(self) -> Floats:
        """(trials,) rank from 1 to people; ties take the mean of their places."""
        return np.asarray(1 + self.above + self.equal / 2)


def ranked(scores: ArrayLike, own: ArrayLike) -> Ranked:
    """Ranks of the right people.

    Args:
        scores: (people, trials): how alike each person and each trial are.
        own: (trials,) index of the right person.

    Raises:
        InputError: NaN, fewer than two people, or an index out of range.
    """
    matrix = np.asarray(scores, np.float64)
    right = np.asarray(own, np.intp).ravel()
    if matrix.ndim != 2 or matrix.shape[1] != right.size or not right.size:
        raise InputError(
            f"scores of shape {matrix.shape} with {right.size} right people: expected (people, "
            "trials) and one index for each trial"
        )
    if matrix.shape[0] < 2:
        raise InputError("one person only: expected at least two to choose from")
    if np.isnan(matrix).any():
        raise InputError(f"{int(np.isnan(matrix).sum())} scores are NaN")
    if right.min() < 0 or right.max() >= matrix.shape[0]:
        raise InputError(f"indices of people: expected 0 to {matrix.shape[0] - 1}")
    mine = matrix[right, np.arange(right.size)]
    above = (matrix > mine).sum(axis=0)
    equal = (matrix == mine).sum(axis=0) - 1
    return Ranked(above, equal, matrix.shape[0])


@dataclass(frozen=True, eq=False)
class CumulativeMatch:
    """How often the right person is among the first k.

    Args:
        value: share of trials with the right person first, 0 to 1.
        rates: (people,) the same for k = 1 to people.
        chance: of k = 1, 1 / people.
        unit: always "1", a share.
    """

    value: float
    rates: Floats
    chance: float
    unit: str = "1"


def cumulative_match(scores: ArrayLike, own: ArrayLike) -> CumulativeMatch:
    """Cumulative match characteristic; people with equal scores share their places.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.

    >>> cumulative_match([[0.9, 0.1], [0.2, 0.1]], [0, 1]).rates.tolist()
    [0.75, 1.0]
    """
    found = ranked(scores, own)
    k = np.arange(1, found.people + 1)[:, None]
    shares = np.clip((k - found.above) / (found.equal + 1), 0, 1)
    rates = shares.mean(axis=1)
    return CumulativeMatch(float(rates[0]), rates, 1 / found.people)
