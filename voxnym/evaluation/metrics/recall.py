"""Unweighted average recall: how well classes are told, each counting the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError


@dataclass(frozen=True)
class Recall:
    """Recalls.

    Args:
        value: mean over the classes, 0 to 1.
        classes: labels, sorted, that stand in the reference.
        recalls: of each class, 0 to 1.
        chance: what guessing gives, 1 / classes.
        unit: always "1", a share.
    """

    value: float
    classes: tuple[str, ...]
    recalls: tuple[float, ...]
    chance: float
    unit: str = "1"


def unweighted_recall(reference: ArrayLike, hypothesis: ArrayLike) -> Recall:
    """Mean recall over the classes of the reference.

    Raises:
        InputError: different numbers, or nothing.

    >>> unweighted_recall([0, 0, 1], [0, 1, 1]).value
    0.75
    """
    true, told = np.asarray(reference).ravel(), np.asarray(hypothesis).ravel()
    if true.size != told.size or not true.size:
        raise InputError(f"{true.size} references and {told.size} hypotheses: expected as many")
    classes = np.unique(true)
    recalls = [float((told[true == each] == each).mean()) for each in classes]
    return Recall(
        float(np.mean(recalls)),
        tuple(str(each) for each in classes),
        tuple(recalls),
        1 / classes.size,
    )


def published_recall(folds: Sequence[tuple[ArrayLike, ArrayLike]]) -> float:
    """The challenge's figure: macro recall of each fold in percent, three decimals, averaged.

    A class that is told but not in a fold's reference counts there as recall 0, and folds of any
    size weigh the same.

    Args:
        folds: (reference, hypothesis) of each speaker or fold.

    Raises:
        InputError: no fold.

    Source: VoicePrivacy 2024 evaluation plan, section 4.3, as its program computes it.
    """
    if not folds:
        raise InputError("no fold")
    values = []
    for reference, hypothesis in folds:
        true, told = np.asarray(reference).ravel(), np.asarray(hypothesis).ravel()
        classes = np.union1d(true, told)
        recalls = [
            float((told[true == each] == each).mean()) if (true == each).any() else 0.0
            for each in classes
        ]
        values.append(round(100 * float(np.mean(recalls)), 3))
    return float(np.mean(values))
