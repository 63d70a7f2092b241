"""Linking and singling out: the two attacks that data protection law names.

An equal error rate of single utterances hides how both grow with the number of utterances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.ranks import Places, ranked
from voxnym.evaluation.metrics.scores import Floats

SINGLED_BY_CHANCE = float(np.exp(-1))
"""Success of the best predicate without any information, in a large population."""


@dataclass(frozen=True)
class Linking:
    """Success of picking the right person out of a few.

    Args:
        value: probability that the right person scores above all others, 0 to 1.
        among: people to choose from, the right one included.
        chance: 1 / among.
        trials: how many right people were sought.
        unit: always "1", a probability.
    """

    value: float
    among: int
    chance: float
    trials: int
    unit: str = "1"


def linking(scores: ArrayLike, own: ArrayLike, among: int) -> Linking:
    """Probability that the right person beats `among` - 1 others drawn at random.

    Exact, over all choices of others; people with the same score as the right one win by lot.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.
        among: 2 to the number of people.

    Raises:
        InputError: as of `ranked`, or `among` out of range.

    >>> linking([[3.0], [2.0], [1.0]], [1], 2).value
    0.5

    Source: Vauquier et al., Legally grounded evaluation of voice anonymization, Interspeech 2025,
        section 3.2.
    """
    found = ranked(scores, own)
    if not 2 <= among <= found.people:
        raise InputError(f"among={among}: expected 2 to {found.people}, the people there are")
    value = _success(found.above, found.equal, found.people - 1, among - 1)
    return Linking(float(value.mean()), among, 1 / among, value.size)


def _success(above: Places, equal: Places, others: int, drawn: int) -> Floats:
    """Chance that none of the drawn others is above, and the lot decides among the equal ones."""
    result = np.zeros(above.size)
    total = _log_choose(np.array([others]), drawn)[0]
    for ties in range(int(equal.max(initial=0)) + 1):
        ways = _log_choose(equal, ties) + _log_choose(others - above - equal, drawn - ties)
        result += np.exp(ways - total) / (ties + 1)
    return result


def _log_choose(n: Places, k: int) -> Floats:
    """Natural logarithm of n over k; minus infinity where there is no way."""
    from scipy.special import gammaln

    possible = (k >= 0) & (k <= n)
    n = np.where(possible, n, max(k, 0))
    value = gammaln(n + 1) - gammaln(max(k, 0) + 1) - gammaln(n - max(k, 0) + 1)
    return np.asarray(np.where(possible, value, -np.inf))


@dataclass(frozen=True)
class SinglingOut:
    """Success of a predicate that is to fire on exactly one of many people.

    Args:
        value: share of enrolled people whose predicate fires on exactly one, 0 to 1.
        right: share whose predicate fires on the right person alone.
        chance: without any information, exp(-1).
        people: number of people in each population.
        unit: always "1", a share.
    """

    value: float
    right: float
    chance: float
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
            multiple of the number of test people.
        test: (enrolled, people) scores with one recording of each test person.
        own: (enrolled,) index of each enrolled person among the test people, where known.

    Raises:
        InputError: shapes that do not fit, or NaN.

    Source: Vauquier et al., Interspeech 2025, section 3.3.
    """
    known, tried = np.asarray(calibration, np.float64), np.asarray(test, np.float64)
    if known.ndim != 2 or tried.ndim != 2 or known.shape[0] != tried.shape[0]:
        raise InputError(f"shapes {known.shape} and {tried.shape}: expected the same enrolled")
    if np.isnan(known).any() or np.isnan(tried).any():
        raise InputError("scores hold NaN")
    people = tried.shape[1]
    populations, rest = divmod(known.shape[1], people)
    if populations < 1 or rest:
        raise InputError(
            f"{known.shape[1]} calibration scores for populations of {people}: expected a multiple"
        )
    order = -np.sort(-known, axis=1)
    following = order[:, populations] if known.shape[1] > populations else order[:, -1]
    threshold = (order[:, populations - 1] + following) / 2
    fires = tried > threshold[:, None]
    single = fires.sum(axis=1) == 1
    right = float("nan")
    if own is not None:
        right = float((single & fires[np.arange(len(fires)), np.asarray(own)]).mean())
    return SinglingOut(float(single.mean()), right, SINGLED_BY_CHANCE, people)


def grown(
    scores: ArrayLike, owner: ArrayLike, utterances: int, rng: np.random.Generator
) -> tuple[Floats, Places]:
    """Scores of several utterances of a person together: their mean.

    Every person's utterances are dealt at random into groups of the size wanted; what is left over
    is not used.

    Args:
        scores: (people, trials).
        owner: (trials,) who speaks, any labels from 0.
        utterances: in each group, 1 or more.
        rng: deals.

    Returns:
        (people, groups) and (groups,) owners; no groups where nobody has enough.
    """
    matrix, speaking = np.asarray(scores, np.float64), np.asarray(owner, np.intp)
    columns: list[Floats] = []
    owners: list[int] = []
    for person in np.unique(speaking):
        mine = rng.permutation(np.flatnonzero(speaking == person))
        for start in range(0, mine.size - utterances + 1, utterances):
            columns.append(matrix[:, mine[start : start + utterances]].mean(axis=1))
            owners.append(int(person))
    if not columns:
        return np.zeros((matrix.shape[0], 0)), np.zeros(0, np.intp)
    return np.stack(columns, axis=1), np.array(owners, np.intp)
