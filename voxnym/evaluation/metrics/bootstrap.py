"""Intervals by resampling people: trials share people on both sides and are not independent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats
from voxnym.evaluation.metrics.weighted import Statistic, weighted_eer

REPLICATES: Final = 1000
LEVEL: Final = 95.0
LEAST_PEOPLE: Final = 20
"""Of each gender; fewer do not allow a claim."""
LEAST_TARGETS: Final = 200
_CHUNK: Final = 200_000
"""Weights at once: what a processor's cache holds is three times as fast as what it does not."""

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

    Raises:
        InputError: nobody, or no replicates.

    >>> resamples(3, np.random.default_rng(0), replicates=2).sum(axis=1).tolist()
    [3, 3]
    """
    if people < 1 or replicates < 1:
        raise InputError(f"{people} people, {replicates} replicates: expected one at least")
    return rng.multinomial(people, np.full(people, 1 / people), size=replicates)


def replicated(
    statistic: Statistic,
    counts: NDArray[np.int64],
    first: ArrayLike,
    second: ArrayLike | None = None,
) -> Floats:
    """A statistic of every resample of people.

    A unit of one person counts as often as they were drawn. A unit of two people, a non-target
    trial, counts as often as the product of both counts; a target trial is a unit of one person,
    the same in `first` and `second`.

    Args:
        statistic: from `metrics.weighted`, or any function from weights (sets, units) to (sets,).
        counts: (replicates, people), from `resamples`.
        first: (units,) index of the unit's person, 0 to people - 1; in trials, the one claimed.
        second: (units,) index of the other person: the one heard.

    Returns:
        (replicates,); NaN where a resample leaves nothing to measure.

    Raises:
        InputError: an index out of range, or numbers that differ.

    >>> counts = np.array([[2, 0], [1, 1]])
    >>> replicated(lambda weights: weights.sum(axis=1), counts, [0, 0, 1], [0, 1, 1]).tolist()
    [2.0, 3.0]

    Source: joint resampling of both sides: Poh and Bengio, Estimating the confidence interval of
        expected performance curve in biometric authentication, 2007.
    """
    one = _places(first, counts.shape[1])
    two = one if second is None else _places(second, counts.shape[1])
    if one.size != two.size:
        raise InputError(f"{one.size} and {two.size} people: expected one of each for each unit")
    is_pair = one != two

    def weights(rows: slice) -> Floats:
        drawn = counts[rows].astype(np.float64)
        return drawn[:, one] * np.where(is_pair, drawn[:, two], 1.0)

    parts = [statistic(weights(rows)) for rows in _chunks(counts.shape[0], one.size)]
    return np.concatenate(parts)


def _places(people: ArrayLike, size: int) -> Places:
    places = np.asarray(people, np.intp).ravel()
    if places.size and (places.min() < 0 or places.max() >= size):
        raise InputError(f"indices of people: expected 0 to {size - 1}")
    return places


def _chunks(replicates: int, size: int) -> Iterator[slice]:
    step = max(1, _CHUNK // max(size, 1))
    for start in range(0, replicates, step):
        yield slice(start, start + step)


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
        heard: (n,) index of the person heard; in target trials the same.
        counts: (replicates, people), from `resamples`.

    Returns:
        (replicates,), 0 to 1; NaN where no target or no non-target was drawn.

    Raises:
        InputError: no scores on a side, NaN, numbers that differ, an index out of range, a target
            of two people, or a non-target of one.
    """
    statistic = weighted_eer(scores, target)
    one, two = np.asarray(claimed).ravel(), np.asarray(heard).ravel()
    is_target = np.asarray(target, np.bool_).ravel()
    if one.size != is_target.size or two.size != is_target.size:
        raise InputError(
            f"{is_target.size} trials, {one.size} people claimed, {two.size} people heard"
        )
    wrong = int(((one == two) != is_target).sum())
    if wrong:
        raise InputError(f"{wrong} trials are marked as target or not against who is heard")
    return replicated(statistic, counts, one, two)


def trial_replicates(
    statistic: Statistic,
    target: ArrayLike,
    rng: np.random.Generator,
    replicates: int = REPLICATES,
) -> Floats:
    """A statistic of resamples of trials, which takes them as independent: far too narrow.

    Only to compare with: its nominal 95 % intervals hold 77 to 88 % of true values. Targets and
    non-targets are drawn separately, as many as there are.

    Args:
        statistic: from `metrics.weighted`.
        target: (trials,) booleans.
        rng: what draws.
        replicates: how many.

    Returns:
        (replicates,).
    """
    is_target = np.asarray(target, np.bool_).ravel()
    found = []
    for rows in _chunks(replicates, is_target.size):
        sets = min(rows.stop, replicates) - rows.start
        weights = np.empty((sets, is_target.size))
        for side in (is_target, ~is_target):
            size = int(side.sum())
            if size:
                weights[:, side] = rng.multinomial(size, np.full(size, 1 / size), size=sets)
        found.append(statistic(weights))
    return np.concatenate(found)


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


def indicative(people_by_gender: Mapping[str, int], targets: int) -> str:
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
