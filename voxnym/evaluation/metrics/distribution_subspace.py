"""Subspace: how much of made voices lies outside the pool's main directions, and their gender."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.distribution_detectors import linear_score
from voxnym.evaluation.metrics.distribution_laws import vectors_of

_COMPONENTS: Final = 20


def subspace_residual(
    voices: ArrayLike, pool: ArrayLike, *, components: int = _COMPONENTS
) -> float:
    """Mean share of a voice that the pool's principal components do not hold, 0 to 1.

    Compare made voices with unseen real ones, never with the pool: its own share is too small.

    Args:
        voices: (n, d).
        pool: (p, d), p above `components`.
        components: number of principal components.

    Raises:
        InputError: as of `vectors_of`, or `components` below 1.

    >>> subspace_residual([[2.0, 1.0, 0.0]], [[1, 0, 0], [-1, 0, 0]], components=1)
    0.2
    """
    if components < 1:
        raise InputError(f"components={components}: expected at least 1")
    known = vectors_of(pool, components + 1)
    mean = known.mean(axis=0)
    axes = np.linalg.svd(known - mean, full_matrices=False)[2][:components]
    rows = vectors_of(voices) - mean
    whole = (rows**2).sum(axis=1)
    rest = rows - rows @ axes.T @ axes
    share = np.divide((rest**2).sum(axis=1), whole, out=np.zeros(len(rows)), where=whole > 0)
    return float(share.mean())


def gender_agreement(
    voices: ArrayLike, intended: ArrayLike, pool: ArrayLike, pool_gender: ArrayLike
) -> float:
    """Share of voices whose gender sounds as intended, by a linear classifier made on the pool.

    Args:
        voices: (n, d).
        intended: (n,) labels, of those in the pool.
        pool: (p, d).
        pool_gender: (p,) labels, two different ones.

    Raises:
        InputError: as of `vectors_of`, or labels that do not fit.
        MissingExtraError: scikit-learn is not installed.
    """
    made, known = vectors_of(voices), vectors_of(pool)
    wanted, label = np.asarray(intended).ravel(), np.asarray(pool_gender).ravel()
    names = np.unique(label)
    if names.size != 2 or label.size != len(known) or wanted.size != len(made):
        raise InputError("expected one label for each voice, and two different ones in the pool")
    if not np.isin(wanted, names).all():
        raise InputError(f"intended labels: expected {names[0]} or {names[1]}")
    is_second = linear_score(known, label == names[1], made) > 0
    return float((is_second == (wanted == names[1])).mean())
