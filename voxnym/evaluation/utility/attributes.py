"""How well a trait is told by scores: area under the curve, people resampled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked


def area(scores: ArrayLike, positive: ArrayLike) -> float:
    """Chance that an utterance with the trait scores above one without it, ties half.

    Args:
        scores: (utterances,).
        positive: (utterances,) booleans, who has the trait.

    Raises:
        InputError: nobody has it, or everybody, or scores that are NaN.

    Source: the Mann-Whitney form: Hanley and McNeil, Radiology 143 (1982).

    >>> area([0.1, 0.4, 0.4, 0.9], [False, True, False, True])
    0.875
    """
    values, own = _sides(scores, positive)
    wins = _wins(values[own], values[~own])
    return float(wins.sum() / (own.sum() * (~own).sum()))


def area_replicates(
    scores: ArrayLike, positive: ArrayLike, people: Sequence[str], counts: NDArray[np.int64]
) -> Floats:
    """The area in every resample of people: those compared are drawn on both sides.

    A pair of utterances of two people counts as often as the product of both people's counts, a
    pair of one person as often as that person was drawn.

    Args:
        scores: (utterances,).
        positive: (utterances,) booleans.
        people: (utterances,) who speaks.
        counts: (replicates, people) from `resamples`, people sorted by name.

    Returns:
        (replicates,); NaN where nobody or everybody drawn has the trait.

    Raises:
        InputError: as `area`, or not as many counts as people.
    """
    values, own = _sides(scores, positive)
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    if owner.size != values.size or counts.shape[1] != names.size:
        raise InputError(
            f"{values.size} scores of {owner.size} speakers, counts of {counts.shape[1]} people "
            f"for {names.size}"
        )
    wins = np.zeros((names.size, names.size))
    for place in range(names.size):
        other = values[~own & (owner == place)]
        wins[:, place] = np.bincount(owner[own], _wins(values[own], other), names.size)
    has = np.bincount(owner[own], minlength=names.size)
    lacks = np.bincount(owner[~own], minlength=names.size)
    with np.errstate(invalid="ignore"):
        return _weighed(wins, counts) / _weighed(np.outer(has, lacks).astype(float), counts)


def _sides(scores: ArrayLike, positive: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    values, own = checked(scores, "trait"), np.asarray(positive, np.bool_).ravel()
    if own.size != values.size or own.all() or not own.any():
        raise InputError(f"{int(own.sum())} of {own.size} have the trait, {values.size} scores")
    return values, own


def _wins(mine: Floats, others: Floats) -> Floats:
    """How many of the others each of mine lies above: (mine,)."""
    others = np.sort(others)
    below = np.searchsorted(others, mine, "left")
    return np.asarray((below + np.searchsorted(others, mine, "right")) / 2)


def _weighed(table: Floats, counts: NDArray[np.int64]) -> Floats:
    """Sum over pairs of people in every resample."""
    drawn = counts.astype(np.float64)
    same = np.diag(table)
    return np.asarray(((drawn @ table) * drawn).sum(axis=1) + (drawn - drawn**2) @ same)
