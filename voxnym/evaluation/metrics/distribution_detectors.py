"""Detectors: whether a classifier can tell made voices from real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.metrics.distribution_distances import distances
from voxnym.evaluation.metrics.distribution_laws import vectors_of
from voxnym.evaluation.metrics.scores import Floats

_FOLDS: Final = 5
_C: Final = 0.01
"""Inverse strength of the linear detector's penalty, on z-scored values."""


@dataclass(frozen=True)
class Detection:
    """How well made and real voices are told apart.

    Args:
        value: accuracy, 0 to 1; one half is guessing. For the nearest neighbour a value below is
            a finding, too: made voices lie between real ones.
        generated: accuracy on made voices.
        organic: accuracy on real ones.
        deviation: standard deviation of the value by chance, about.
        unit: always "1", a share.
    """

    value: float
    generated: float
    organic: float
    deviation: float
    unit: str = "1"


def nearest_detector(generated: ArrayLike, organic: ArrayLike) -> Detection:
    """Classifier two-sample test by the nearest neighbour, leaving one out.

    Sees density and geometry. Averages of real voices pass: they find each other, but real voices
    find averages, too, and the two errors cancel; so read both halves. Of several neighbours at
    the same distance, each counts in part.

    Args:
        generated: (n, d).
        organic: (m, d), of as many voices: else one half is not guessing.

    Raises:
        InputError: as of `vectors_of`, or numbers that differ.

    >>> nearest_detector([[0.0], [0.1]], [[5.0], [5.1]]).value
    1.0

    Source: Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.
    """
    made, real = _as_many(generated, organic)
    apart = distances(np.concatenate([made, real]))
    np.fill_diagonal(apart, np.inf)
    nearest = apart == apart.min(axis=1, keepdims=True)
    is_made = np.arange(len(apart)) < len(made)
    right = (nearest & (is_made[:, None] == is_made)).sum(axis=1) / nearest.sum(axis=1)
    return _detection(right, len(made))


def linear_detector(
    generated: ArrayLike, organic: ArrayLike, rng: np.random.Generator
) -> Detection:
    """Classifier two-sample test by penalised logistic regression, five folds, z-scored values.

    Sees margins, for example values that no network gives, and sees averages.

    Args:
        generated: (n, d), n at least 5.
        organic: (n, d), of as many voices.
        rng: deals voices into folds.

    Raises:
        InputError: as of `vectors_of`, or numbers that differ.
        MissingExtraError: scikit-learn is not installed.
    """
    made, real = _as_many(generated, organic, _FOLDS)
    values = np.concatenate([made, real])
    is_made = np.arange(len(values)) < len(made)
    fold = np.concatenate([rng.permutation(len(side)) % _FOLDS for side in (made, real)])
    right = np.zeros(len(values))
    for number in range(_FOLDS):
        held = fold == number
        score = linear_score(values[~held], is_made[~held], values[held])
        right[held] = np.where(score == 0, 0.5, (score > 0) == is_made[held])
    return _detection(right, len(made))


def linear_score(values: Floats, label: ArrayLike, others: Floats) -> Floats:
    """Log-odds of a penalised logistic regression on z-scored values.

    Args:
        values: (n, d) to learn from.
        label: (n,) booleans.
        others: (m, d) to judge.

    Returns:
        (m,); above 0 where the label is likelier than not.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'detectors need scikit-learn: pip install "voxnym[attack]"'
        ) from error
    mean, deviation = values.mean(axis=0), values.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    model = LogisticRegression(C=_C, max_iter=1000)
    model.fit((values - mean) / deviation, np.asarray(label))
    return np.asarray(model.decision_function((others - mean) / deviation), np.float64)


def _as_many(generated: ArrayLike, organic: ArrayLike, least: int = 2) -> tuple[Floats, Floats]:
    made, real = vectors_of(generated, least), vectors_of(organic, least)
    if made.shape != real.shape:
        raise InputError(
            f"made voices of shape {made.shape} and real ones of {real.shape}: expected as many"
        )
    return made, real


def _detection(right: Floats, made: int) -> Detection:
    return Detection(
        float(right.mean()),
        float(right[:made].mean()),
        float(right[made:].mean()),
        float(0.5 / np.sqrt(right.size)),
    )
