"""Intervals by resampling people: trials share people on both sides and are not independent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

REPLICATES: Final = 1000
LEVEL: Final = 95.0
LEAST_PEOPLE: Final = 20
"""Of each gender; fewer do not allow a claim."""
LEAST_TARGETS: Final = 200
_CHUNK: Final = 2_000_000

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % percentile interval.

    Args:
        value: of all data.
        low: 2.5th percentile of the replicates.
        high: 97.5th percentile.
        replicates: how many there were.
    """

    value: float
    low: float
    high: float
    replicates: int

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference with this interval may be called one."""
        return self.low > 0 or self.high < 0


def resamples(
    people: int, rng: np.random.Generator, replicates: int = REPLICATES
) -> NDArray[np.int64]:
    """How often each person is drawn: (replicates, people), rows sum to `people`.

    One set of resamples serves all figures that are to be compared.
    """
    if people < 1:
        raise InputError("nobody to resample")
    return rng.multinomial(people, np.full(people, 1 / people), size=replicates)


def eer_replicates(
    scores: ArrayLike,
    target: ArrayLike,
    claimed: ArrayLike,
    heard: ArrayLike,
    counts: NDArray[np.int64],
) -> Floats:
    """Equal error rate of every resample, people drawn on both sides at once.

    A target trial counts as often as its person was drawn, a non-target trial as often as the
    product of both people's counts. One sort serves all replicates, each of which costs O(n).

    Args:
        scores: (n,).
        target: (n,) booleans.
        claimed: (n,) index of the person claimed, 0 to people - 1.
        heard: (n,) index of the person heard.
        counts: (replicates, people), from `resamples`.

    Returns:
        (replicates,), 0 to 1; NaN where no target or no non-target was drawn.

    Source: joint resampling of both sides: Poh and Bengio, Estimating the confidence interval of
        expected performance curve in biometric authentication, 2007.
    """
    values = np.asarray(scores, np.float64)
    order = np.argsort(values, kind="stable")
    values = values[order]
    is_target = np.asarray(target, np.bool_)[order]
    first, second = np.asarray(claimed)[order], np.asarray(heard)[order]
    last = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    rates = [
        _weighted(counts[rows], is_target, first, second, last)
        for rows in _chunks(counts.shape[0], values.size)
    ]
    return np.concatenate(rates)


def _chunks(replicates: int, size: int) -> Iterator[slice]:
    step = max(1, _CHUNK // max(size, 1))
    for start in range(0, replicates, step):
        yield slice(start, start + step)


def _weighted(
    counts: NDArray[np.int64],
    is_target: NDArray[np.bool_],
    first: Places,
    second: Places,
    last: Places,
) -> Floats:
    mine = counts[:, first].astype(np.float64)
    weights = mine * counts[:, second]
    hits = np.where(is_target, mine, 0.0).cumsum(axis=1)
    others = np.where(is_target, 0.0, weights).cumsum(axis=1)
    with np.errstate(invalid="ignore"):
        miss = hits[:, last] / hits[:, -1:]
        alarm = 1 - others[:, last] / others[:, -1:]
    gap = np.where(np.isnan(miss + alarm), np.inf, np.abs(miss - alarm))
    place = gap.argmin(axis=1)[:, None]
    chosen = [np.take_along_axis(each, place, axis=1)[:, 0] for each in (miss, alarm)]
    return np.asarray((chosen[0] + chosen[1]) / 2)


def ratio_replicates(top: ArrayLike, bottom: ArrayLike, counts: NDArray[np.int64]) -> Floats:
    """Ratio of sums over people in every resample: word errors to words, hits to trials.

    Args:
        top: (people,) or (people, k) sums of each person.
        bottom: of the same shape.
        counts: (replicates, people).

    Returns:
        (replicates,) or (replicates, k); NaN where the lower sum is 0.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((counts @ np.asarray(top)) / (counts @ np.asarray(bottom)))


def interval(value: float, replicates: Floats) -> Interval:
    """The percentile interval; several attacker seeds may be joined into one set of replicates."""
    found = replicates[np.isfinite(replicates)]
    if not found.size:
        raise InputError("no replicate gave a value: too few people for an interval")
    tail = (100 - LEVEL) / 2
    low, high = np.percentile(found, [tail, 100 - tail])
    return Interval(value, float(low), float(high), int(found.size))


def paired(
    first: float, second: float, first_replicates: Floats, second_replicates: Floats
) -> Interval:
    """First minus second, from the same resamples; they differ only if zero is excluded.

    Raises:
        InputError: not the same number of replicates.
    """
    if first_replicates.shape != second_replicates.shape:
        raise InputError(
            f"{first_replicates.size} and {second_replicates.size} replicates: a paired "
            "comparison needs the same resamples"
        )
    return interval(first - second, first_replicates - second_replicates)


def indicative(people_by_gender: dict[str, int], targets: int) -> str:
    """Why there is too little for a claim; empty where there is enough.

    >>> indicative({"f": 17, "m": 18}, 311)
    'only 17 women and 18 men (20 of each would allow a claim)'
    >>> indicative({"f": 20, "m": 25}, 200)
    ''
    """
    why = []
    women, men = people_by_gender.get("f", 0), people_by_gender.get("m", 0)
    if min(women, men) < LEAST_PEOPLE:
        why.append(f"only {women} women and {men} men ({LEAST_PEOPLE} of each would allow a claim)")
    if targets < LEAST_TARGETS:
        why.append(f"only {targets} target trials ({LEAST_TARGETS} would allow a claim)")
    return "; ".join(why)
