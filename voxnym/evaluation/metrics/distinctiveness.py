"""Voice distinctiveness: whether people can still be told apart, and told from their originals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats
from voxnym.evaluation.metrics.voice_similarity import Pairs, Scale, scale_of, voice_similarity

Calibration = Literal["shared", "each", "none"]


@dataclass(frozen=True, eq=False)
class Distinctiveness:
    """What three similarity matrices say.

    Args:
        value: gain of distinctiveness, dB; 0 where voices stay as different as they were, minus
            infinity where nothing is left.
        deidentification: 0 where anonymized voices are told to be their originals' as well as
            before, 1 where they are not at all.
        original: (people, people) similarity among originals, 0 to 1.
        crossed: (people, people) of originals with anonymized speech.
        anonymized: (people, people) among anonymized speech.
        unit: of `value`, always "dB".
    """

    value: float
    deidentification: float
    original: Floats
    crossed: Floats
    anonymized: Floats
    unit: str = "dB"


def distinctiveness(
    original: ArrayLike,
    crossed: ArrayLike,
    anonymized: ArrayLike,
    owner: ArrayLike,
    *,
    calibration: Calibration = "shared",
    pairs: Pairs = "all",
    absolute: bool = False,
) -> Distinctiveness:
    """Gain of voice distinctiveness (G_VD) and de-identification (DeID) from scores.

    Published figures of 2020 and 2022: `calibration="each", pairs="half", absolute=True`. A later
    program forgot to use its calibration: `calibration="none"`.

    Args:
        original: (n, n) scores of original utterances with each other.
        crossed: (n, n) of original (rows) with anonymized utterances (columns), in one order.
        anonymized: (n, n) of anonymized utterances with each other.
        owner: (n,) label of the speaker of each utterance.
        calibration: "shared": scores become likelihood ratios by one scale, made of the
            originals, so that the matrices can be compared. "each": every matrix has a scale of
            its own, which stretches what little difference is left. "none": scores are taken as
            natural-log likelihood ratios.
        pairs: as of `voice_similarity`.
        absolute: as of `dominance`.

    Raises:
        InputError: as of `voice_similarity`, or originals that are not told apart.

    Source: Noé et al., Speech pseudonymisation assessment using voice similarity matrices,
        Interspeech 2020, equations 2 to 5.
    """
    if calibration not in ("shared", "each", "none"):
        raise InputError(f"calibration={calibration!r}: expected shared, each or none")
    shared = scale_of(original, owner, pairs=pairs) if calibration == "shared" else None

    def matrix(scores: ArrayLike, across: bool) -> Floats:
        scale: Scale | None = shared
        if calibration == "each":
            scale = scale_of(scores, owner, across=across, pairs=pairs)
        return voice_similarity(scores, owner, scale=scale, across=across, pairs=pairs)

    among, between = matrix(original, False), matrix(crossed, True)
    changed = matrix(anonymized, False)
    return Distinctiveness(
        gvd(among, changed, absolute=absolute),
        deid(among, between, absolute=absolute),
        among,
        between,
        changed,
    )


def dominance(matrix: ArrayLike, *, absolute: bool = False) -> float:
    """How far the diagonal of a similarity matrix stands out: its mean minus the rest's.

    Args:
        matrix: (people, people) similarities; NaN where nothing was compared, which is left out.
        absolute: without the sign, as published: voices that are more alike across people than
            within count as distinct.

    Raises:
        InputError: not a square of two people or more, or nothing known on or off the diagonal.

    >>> dominance([[0.75, 0.25], [0.25, 0.75]])
    0.5
    """
    square = np.asarray(matrix, np.float64)
    if square.ndim != 2 or square.shape[0] != square.shape[1] or len(square) < 2:
        raise InputError(f"matrix of shape {square.shape}: expected a square of two or more people")
    own = np.diag(square)
    rest = square[~np.eye(len(square), dtype=np.bool_)]
    if np.isnan(own).all() or np.isnan(rest).all():
        raise InputError("no person, or no two people, were compared")
    difference = float(np.nanmean(own) - np.nanmean(rest))
    return abs(difference) if absolute else difference


def gvd(original: ArrayLike, anonymized: ArrayLike, *, absolute: bool = False) -> float:
    """Gain of voice distinctiveness from two similarity matrices, dB.

    Args:
        original: (people, people).
        anonymized: (people, people); a diagonal that does not stand out gives minus infinity.
        absolute: as of `dominance`.

    Raises:
        InputError: as of `dominance`, or originals that are not told apart.

    >>> gvd([[0.75, 0.25], [0.25, 0.75]], [[0.5, 0.5], [0.5, 0.5]])
    -inf
    """
    before, after = _told_apart(original, absolute), dominance(anonymized, absolute=absolute)
    return float(10 * np.log10(after / before)) if after > 0 else float("-inf")


def deid(original: ArrayLike, crossed: ArrayLike, *, absolute: bool = False) -> float:
    """De-identification from two similarity matrices, at most 1.

    Args:
        original: (people, people).
        crossed: (people, people) of originals with anonymized speech; a diagonal that does not
            stand out gives 1.
        absolute: as of `dominance`.

    Raises:
        InputError: as of `dominance`, or originals that are not told apart.

    >>> deid([[0.75, 0.25], [0.25, 0.75]], [[0.5, 0.375], [0.375, 0.5]])
    0.75
    """
    return 1 - max(dominance(crossed, absolute=absolute), 0.0) / _told_apart(original, absolute)


def _told_apart(original: ArrayLike, absolute: bool) -> float:
    before = dominance(original, absolute=absolute)
    if before <= 0:
        raise InputError("original voices are not told apart: nothing to compare with")
    return before
