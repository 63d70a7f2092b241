"""Whether anonymized people can still be told from each other, and from their originals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation import metrics
from voxnym.evaluation.figures import heard_people
from voxnym.evaluation.results import Figure
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL
from voxnym.protocols import Embedder

Floats = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class DistinctVoices:
    """Similarity matrices and what they say.

    Args:
        matrices: "original", "original to anonymized", "anonymized": (people, people), 0 to 1.
        figures: "G_VD" in dB and "DeID", with intervals (people resampled).
    """

    matrices: dict[str, Rows]
    figures: dict[str, Figure]


def distinct_voices(scene: Scene, embedder: Embedder) -> DistinctVoices:
    """Of the trial utterances: likelihood ratios on the originals' scale, as matrices of people.

    Args:
        scene: whose trial utterances are compared.
        embedder: of an untrained attacker.

    Raises:
        InputError: fewer than two people, or originals that the network does not tell apart.
    """
    ids, people = scene.trials.utterances, heard_people(scene.trials)
    original, made = (scene.table(embedder.id, embedder, ids, take) for take in (ORIGINAL, TRIAL))
    found = metrics.distinctiveness(original @ original.T, original @ made.T, made @ made.T, people)
    counts = metrics.resamples(len(found.original), scene.generator("distinct voices"))
    before, between, after = (
        dominance_replicates(matrix, counts)
        for matrix in (found.original, found.crossed, found.anonymized)
    )
    basis = f"{len(found.original)} speakers, {len(ids)} utterances, {embedder.id}"
    return DistinctVoices(
        {
            "original": _rows(found.original),
            "original to anonymized": _rows(found.crossed),
            "anonymized": _rows(found.anonymized),
        },
        {
            "G_VD": Figure(found.value, *_decibels(after / before), "dB", basis),
            "DeID": Figure(
                found.deidentification, *_middle(1 - np.maximum(between, 0) / before), "", basis
            ),
        },
    )


def dominance_replicates(matrix: Floats, counts: NDArray[np.int64]) -> Floats:
    """How far the diagonal stands out in every resample of people.

    Args:
        matrix: (people, people), NaN where nothing was compared.
        counts: (replicates, people) how often each was drawn; somebody drawn twice is not
            compared with themselves as with another person.

    Returns:
        (replicates,).
    """
    drawn = counts.astype(np.float64)
    own, rest = np.diag(matrix), matrix.copy()
    np.fill_diagonal(rest, np.nan)
    among = drawn @ np.nan_to_num(rest) * drawn
    pairs = drawn @ np.isfinite(rest).astype(np.float64) * drawn
    with np.errstate(invalid="ignore"):
        inside = drawn @ np.nan_to_num(own) / (drawn @ np.isfinite(own).astype(np.float64))
        return np.asarray(inside - among.sum(axis=1) / pairs.sum(axis=1))


def _decibels(ratios: Floats) -> tuple[float, float]:
    """Interval of a ratio in dB; minus infinity where nothing is left."""
    with np.errstate(divide="ignore"):
        low, high = 10 * np.log10(np.maximum(_middle(ratios), 0))
    return float(low), float(high)


def _middle(values: Floats) -> tuple[float, float]:
    found = metrics.interval(0.0, values)
    return found.low, found.high


def _rows(matrix: Floats) -> Rows:
    return tuple(tuple(round(float(value), 4) for value in row) for row in matrix)
