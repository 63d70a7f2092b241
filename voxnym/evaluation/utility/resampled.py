"""Figures of utterances with intervals by person, before and after on the same resamples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Figure

Floats = NDArray[np.float64]


def ratio_figure(
    top: ArrayLike,
    bottom: ArrayLike,
    people: Sequence[str],
    rng: np.random.Generator,
    *,
    scale: float = 100.0,
    unit: str = "%",
) -> Figure:
    """Sum over sum, with people resampled.

    Args:
        top: (utterances,) errors, hits, or values.
        bottom: (utterances,) words, trials, or ones for a mean.
        people: who speaks in each utterance.
        rng: of the resamples; give equal ones to figures that are to be compared.
        scale: what the ratio is multiplied by.
        unit: of the result.
    """
    over, under = np.asarray(top, np.float64), np.asarray(bottom, np.float64)
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    sums = np.bincount(owner, over), np.bincount(owner, under)
    counts = metrics.resamples(names.size, rng)
    value = scale * float(over.sum() / under.sum())
    found = metrics.interval(value, scale * metrics.ratio_replicates(*sums, counts))
    basis = f"{names.size} speakers, {over.size} utterances"
    return Figure(value, found.low, found.high, unit, basis)


def recall_figure(
    reference: Sequence[str],
    hypothesis: Sequence[str],
    people: Sequence[str],
    rng: np.random.Generator,
) -> Figure:
    """Unweighted average recall in percent, with people resampled; no interval for one person."""
    true, told = np.asarray(reference), np.asarray(hypothesis)
    names, owner = np.unique(np.asarray(people), return_inverse=True)
    classes = np.unique(true)
    hits = np.zeros((names.size, classes.size))
    all_of = np.zeros_like(hits)
    for place, each in enumerate(classes):
        mine = true == each
        all_of[:, place] = np.bincount(owner[mine], minlength=names.size)
        right = mine & (told == each)
        hits[:, place] = np.bincount(owner[right], minlength=names.size)
    value = 100 * metrics.unweighted_recall(true, told).value
    if names.size < 2:
        return Figure(value, basis=f"one speaker, {true.size} utterances, {classes.size} classes")
    counts = metrics.resamples(names.size, rng)
    replicates = 100 * metrics.ratio_replicates(hits, all_of, counts).mean(axis=1)
    found = metrics.interval(value, replicates)
    basis = f"{names.size} speakers, {true.size} utterances, {classes.size} classes"
    return Figure(value, found.low, found.high, "%", basis)
