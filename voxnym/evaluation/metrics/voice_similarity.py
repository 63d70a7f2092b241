"""How alike voices are, person by person, on a scale of likelihood ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.pav import calibrated
from voxnym.evaluation.metrics.scores import Floats

Pairs = Literal["all", "half"]


@dataclass(frozen=True, eq=False)
class Scale:
    """What scores are worth.

    Args:
        scores: (k,) known scores, ascending.
        llr: (k,) natural-log likelihood ratio of each, not falling.
    """

    scores: Floats
    llr: Floats

    def __call__(self, scores: Floats) -> Floats:
        """Likelihood ratios; straight lines between known scores, level beyond them."""
        return np.asarray(np.interp(scores, self.scores, self.llr))


def scale_of(
    scores: ArrayLike, owner: ArrayLike, *, across: bool = False, pairs: Pairs = "all"
) -> Scale:
    """The best monotone scale for a matrix of scores, by PAV with Laplace's finite ends.

    Args:
        scores: (n, n), as of `voice_similarity`.
        owner: (n,) labels.
        across: rows and columns are different recordings.
        pairs: which pairs are used. Equal scores get one ratio in any case; the published program
            tells them apart, which matters for rounded scores only.

    Raises:
        InputError: as of `voice_similarity`, or no pair of one person, or none of two.
    """
    values, used, people = _pairs(scores, owner, across, pairs)
    same = people[:, None] == people
    target, other = values[used & same], values[used & ~same]
    if not target.size or not other.size:
        raise InputError("a scale needs a pair of utterances of one person, and of two people")
    found = calibrated(target, other, laplace=True)
    llr = found.llr[np.concatenate([found.target_group, found.nontarget_group])]
    known, place = np.unique(np.concatenate([target, other]), return_index=True)
    return Scale(known, llr[place])


def voice_similarity(
    scores: ArrayLike,
    owner: ArrayLike,
    *,
    scale: Scale | None = None,
    across: bool = False,
    pairs: Pairs = "all",
) -> Floats:
    """Similarity matrix of people: the sigmoid of their pairs' mean log-likelihood ratio.

    Args:
        scores: (n, n) scores of utterances, finite.
        owner: (n,) label of who speaks in each utterance.
        scale: turns scores into log-likelihood ratios; None where they are that already.
        across: rows and columns are different recordings (original and anonymized) of the same
            utterances. Otherwise scores are made symmetric, and no utterance is compared with
            itself.
        pairs: of `across`: "all", or "half" as published: columns after the row only, never the
            two recordings of one utterance, so that somebody's only utterance is compared with
            nothing.

    Returns:
        (people, people), symmetric, in the order of `numpy.unique(owner)`; NaN where there is no
        pair: on the diagonal of somebody with one utterance.

    Raises:
        InputError: shapes that do not fit, fewer than two people, scores that are not finite, or
            an unknown choice of pairs.

    >>> voice_similarity([[9, 9, -9], [9, 9, -9], [-9, -9, 9]], ["ann", "ann", "bob"]).round(3)
    array([[ 1.,  0.],
           [ 0., nan]])

    Source: Noé et al., Interspeech 2020, equation 1.
    """
    from scipy.special import expit

    values, used, people = _pairs(scores, owner, across, pairs)
    ratios = scale(values) if scale is not None else values
    member = (people[:, None] == np.unique(people)).astype(np.float64)
    total = member.T @ np.where(used, ratios, 0.0) @ member
    number = member.T @ used @ member
    total, number = total + total.T, number + number.T
    mean = np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0)
    return np.asarray(expit(mean))


def _pairs(
    scores: ArrayLike, owner: ArrayLike, across: bool, pairs: Pairs
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.intp]]:
    """Scores (n, n), which of them are used (n, n), and the number of each owner (n,)."""
    values = np.asarray(scores, np.float64)
    people = np.unique(np.asarray(owner).ravel(), return_inverse=True)[1]
    if pairs not in ("all", "half"):
        raise InputError(f"pairs={pairs!r}: expected all or half")
    if values.shape != (people.size, people.size):
        raise InputError(f"scores of shape {values.shape} of {people.size} utterances")
    if np.unique(people).size < 2:
        raise InputError("expected utterances of at least two people")
    if not np.isfinite(values).all():
        raise InputError(f"{int((~np.isfinite(values)).sum())} scores are not finite")
    used = np.ones(values.shape, np.bool_)
    if across and pairs == "all":
        return values, used, people
    used = np.triu(used, 1)
    return (values if pairs == "half" else (values + values.T) / 2), used, people
