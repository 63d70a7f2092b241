"""Error rates person by person: a good mean may leave some people in plain sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.eer import eer
from voxnym.evaluation.metrics.scores import Floats, checked

_WORST_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class PersonalRates:
    """Equal error rate of each enrolled person.

    Args:
        people: labels, sorted.
        rates: (people,) 0 to 1, NaN for people without targets or without non-targets.
        value: mean of the rates, each no more than 0.5: somebody whose scores are the wrong way
            round is not hidden better than by guessing.
        unclipped: mean of the rates as they are.
        worst: mean over the tenth of people (at least one) who are found most easily.
        worst_person: who is found most easily of all; the first of several.
        unit: always "1", a share.
    """

    people: tuple[str, ...]
    rates: Floats
    value: float
    unclipped: float
    worst: float
    worst_person: str
    unit: str = "1"


def per_speaker_eer(
    target_scores: ArrayLike,
    nontarget_scores: ArrayLike,
    target_people: ArrayLike,
    nontarget_people: ArrayLike,
) -> PersonalRates:
    """Equal error rate of each enrolled person from the trials that claim them.

    Args:
        target_scores: (n,) of the same person.
        nontarget_scores: (m,) of different people.
        target_people: (n,) label of the person claimed.
        nontarget_people: (m,) the same.

    Raises:
        InputError: numbers of scores and labels differ, or nobody has both kinds of trials.

    >>> found = per_speaker_eer([3, 1], [2, 0, 2, 2], ["ann", "bob"], ["ann", "ann", "bob", "bob"])
    >>> found.people, found.rates.tolist(), found.worst_person
    (('ann', 'bob'), [0.0, 1.0], 'ann')

    Source: clipping at one half: arXiv 2506.09521, 2025.
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    claimed, others = np.asarray(target_people).ravel(), np.asarray(nontarget_people).ravel()
    if claimed.size != target.size or others.size != nontarget.size:
        raise InputError(
            f"{target.size} and {nontarget.size} scores with {claimed.size} and {others.size} "
            "labels: expected one label for each score"
        )
    people, numbers = np.unique(np.concatenate([claimed, others]), return_inverse=True)
    targets = _split(target, numbers[: target.size], people.size)
    nontargets = _split(nontarget, numbers[target.size :], people.size)
    rates = np.array([_rate(t, u) for t, u in zip(targets, nontargets, strict=True)])
    if np.isnan(rates).all():
        raise InputError("nobody has both target and non-target trials")
    clipped = np.sort(np.minimum(rates[~np.isnan(rates)], 0.5))
    worst = clipped[: max(1, round(_WORST_SHARE * clipped.size))]
    names = tuple(str(person) for person in people)
    return PersonalRates(
        names,
        rates,
        float(clipped.mean()),
        float(np.nanmean(rates)),
        float(worst.mean()),
        names[int(np.nanargmin(rates))],
    )


def _split(scores: Floats, numbers: NDArray[np.intp], people: int) -> list[Floats]:
    """Scores of each person, from one sort of their numbers."""
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=people))[:-1]
    return np.split(scores[order], ends)


def _rate(target: Floats, nontarget: Floats) -> float:
    return eer(target, nontarget).value if target.size and nontarget.size else float("nan")
