"""Error rates person by person: a good mean may leave some people in plain sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

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
        worst: mean over the tenth of people (at least one) who are found most easily.
        unit: always "1", a share.
    """

    people: tuple[str, ...]
    rates: Floats
    value: float
    worst: float
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
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    claimed, others = np.asarray(target_people).ravel(), np.asarray(nontarget_people).ravel()
    if claimed.size != target.size or others.size != nontarget.size:
        raise InputError(
            f"{target.size} and {nontarget.size} scores with {claimed.size} and {others.size} "
            "labels: expected one label for each score"
        )
    people = np.unique(np.concatenate([claimed, others]))
    rates = np.array([_rate(target[claimed == p], nontarget[others == p]) for p in people])
    known = np.sort(np.minimum(rates[~np.isnan(rates)], 0.5))
    if not known.size:
        raise InputError("nobody has both target and non-target trials")
    worst = known[: max(1, round(_WORST_SHARE * known.size))]
    return PersonalRates(
        tuple(str(p) for p in people), rates, float(known.mean()), float(worst.mean())
    )


def _rate(target: Floats, nontarget: Floats) -> float:
    return eer(target, nontarget).value if target.size and nontarget.size else float("nan")
