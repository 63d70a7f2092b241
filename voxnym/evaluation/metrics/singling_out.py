"""Singling out: a predicate that fires on one person alone, one of two attacks in the law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

SINGLED_BY_CHANCE: Final = float(np.exp(-1))
"""Success of the best predicate without any information, in a large population."""


@dataclass(frozen=True)
class SinglingOut:
    """Success of a predicate that is to fire on exactly one of many people.

    Args:
        value: share of enrolled people whose predicate fires on exactly one, 0 to 1.
        right: share whose predicate fires on the right person alone; NaN where that is unknown.
        chance: without any information, exp(-1): the limit of many people and many calibration
            scores, which published figures stand beside.
        chance_here: the same with as many people and calibration scores as here; lower, 0.29 for
            20 people and one calibration score of each, so that `chance` flatters small tests.
        people: number of people in each population.
        unit: always "1", a share.
    """

    value: float
    right: float
    chance: float
    chance_here: float
    people: int
    unit: str = "1"


def singling_out(
    calibration: ArrayLike, test: ArrayLike, own: ArrayLike | None = None
) -> SinglingOut:
    """Singling out with a threshold for each enrolled person.

    The threshold lies midway between the c-th and (c + 1)-th highest of the person's calibration
    scores, c being the number of populations of the test's size that they make up, so that one
    score of a population lies above it on average.

    Args:
        calibration: (enrolled, k) scores of each enrolled person with other recordings; k a
            multiple of the number of test people. In the published protocol they are recordings
            of the people under test, the enrolled one included; `singled_out` draws such sets.
        test: (enrolled, people) scores with one recording of each test person.
        own: (enrolled,) index of each enrolled person among the test people, where known.

    Raises:
        InputError: shapes that do not fit, fewer than two people, or NaN.

    >>> singling_out([[0.9, 0.2, 0.1]], [[0.8, 0.3, 0.2]], [0]).right
    1.0

    Source: Vauquier et al., Interspeech 2025, section 3.3.
    """
    known, tried = _tables(calibration, test)
    people = tried.shape[1]
    populations = known.shape[1] // people
    order = -np.sort(-known, axis=1)
    upper, lower = order[:, populations - 1], order[:, populations]
    # Between minus infinity and infinity there is no middle; what is above the lower one fires.
    endless = np.isinf(upper) & np.isinf(lower)
    with np.errstate(invalid="ignore"):
        threshold = np.where(endless, lower, (upper + lower) / 2)
    fires = tried > threshold[:, None]
    single = fires.sum(axis=1) == 1
    right = float("nan")
    if own is not None:
        place = np.asarray(own, np.intp).ravel()
        if place.size != len(fires) or place.min() < 0 or place.max() >= people:
            raise InputError(f"expected one index from 0 to {people - 1} for each enrolled person")
        right = float((single & fires[np.arange(len(fires)), place]).mean())
    return SinglingOut(
        float(single.mean()),
        right,
        SINGLED_BY_CHANCE,
        singled_by_chance(people, populations),
        people,
    )


def _tables(calibration: ArrayLike, test: ArrayLike) -> tuple[Floats, Floats]:
    known, tried = np.asarray(calibration, np.float64), np.asarray(test, np.float64)
    if known.ndim != 2 or tried.ndim != 2 or known.shape[0] != tried.shape[0] or not known.size:
        raise InputError(f"shapes {known.shape} and {tried.shape}: expected the same enrolled")
    if tried.shape[1] < 2:
        raise InputError("one person only: expected at least two to single one out of")
    if np.isnan(known).any() or np.isnan(tried).any():
        raise InputError("scores hold NaN")
    if known.shape[1] < tried.shape[1] or known.shape[1] % tried.shape[1]:
        raise InputError(
            f"{known.shape[1]} calibration scores for populations of {tried.shape[1]}: expected a "
            "multiple"
        )
    return known, tried


def singled_by_chance(people: int, populations: int) -> float:
    """Chance that exactly one of so many scores passes, if scores say nothing.

    All orders of test and calibration scores are equally likely; a score that falls between the
    two that the threshold lies midway of passes every other time, which is exact for scores that
    are evenly spread there.

    Args:
        people: test scores, 2 or more.
        populations: calibration scores for each of them, 1 or more.

    >>> round(singled_by_chance(20, 1), 3), round(singled_by_chance(1000, 1000), 3)
    (0.287, 0.368)
    """
    from scipy.special import gammaln

    def log_ways(things: Floats, slots: float) -> Floats:
        """Ways to lay equal things into slots, as natural logarithm."""
        return np.asarray(gammaln(things + slots) - gammaln(things + 1) - gammaln(slots))

    known = people * populations
    total = log_ways(np.array([float(people)]), known + 1)[0]
    chance = 0.0
    for above in (0, 1):
        # `between` scores lie in the threshold's gap, the rest below it.
        between = np.arange(people - above + 1.0)
        ways = log_ways(np.array([float(above)]), populations)[0]
        ways = ways + log_ways(people - above - between, known - populations)
        pass_one = 0.5**between * (between if above == 0 else 1.0)
        chance += float((np.exp(ways - total) * pass_one).sum())
    return chance


def singled_out(
    scores: ArrayLike,
    owner: ArrayLike,
    among: int,
    rng: np.random.Generator,
    *,
    draws: int = 5,
) -> SinglingOut:
    """Singling out among people drawn at random, by the published protocol.

    For each draw and each person enrolled who has recordings, `among` - 1 others are drawn. One
    recording of each of them is tried; as many others of each as everybody has calibrate the
    threshold, the enrolled person's own included.

    Args:
        scores: (people, recordings): `grown` makes them of several utterances.
        owner: (recordings,) who speaks; only people with two or more recordings count.
        among: people in a population, 2 to the number of people who count.
        rng: draws.
        draws: number of draws, 1 or more.

    Raises:
        InputError: shapes that do not fit, NaN, or too few people.

    Source: Vauquier et al., Interspeech 2025, sections 3.3 and 4.
    """
    matrix, speaking = np.asarray(scores, np.float64), np.asarray(owner, np.intp).ravel()
    if matrix.ndim != 2 or matrix.shape[1] != speaking.size or draws < 1:
        raise InputError(f"scores of shape {matrix.shape}, {speaking.size} owners, {draws} draws")
    people, number = np.unique(speaking, return_counts=True)
    people, number = people[number > 1], number[number > 1]
    if not 2 <= among <= people.size:
        raise InputError(
            f"among={among}: expected 2 to {people.size}, the people with two recordings or more"
        )
    if people.min() < 0 or people.max() >= matrix.shape[0]:
        raise InputError(f"owners: expected 0 to {matrix.shape[0] - 1}")
    calibration, test = [], []
    for _ in range(draws):
        dealt = [rng.permutation(np.flatnonzero(speaking == one))[: number.min()] for one in people]
        recordings = np.array(dealt)
        for place, person in enumerate(people):
            others = rng.permutation(np.delete(np.arange(people.size), place))[: among - 1]
            drawn = recordings[np.append(place, others)]
            test.append(matrix[person, drawn[:, 0]])
            calibration.append(matrix[person, drawn[:, 1:].ravel()])
    return singling_out(calibration, test, np.zeros(len(test), np.intp))
