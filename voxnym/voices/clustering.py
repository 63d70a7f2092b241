"""Affinity propagation: clusters of voices, as many as the voices themselves suggest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.model import Floats

DAMPING: Final = 0.7
MOST_ROUNDS: Final = 400
_SETTLED_ROUNDS: Final = 20
_NUDGE: Final = 1e-9


def affinity_clusters(similarity: Floats, preference: float | None = None) -> NDArray[np.int64]:
    """Which cluster each voice belongs to.

    Messages pass between all pairs: how well one would stand for another, and how available it is
    to do so, until the same ones stand for all.

    Args:
        similarity: (n, n); the higher, the more alike. Its diagonal does not matter.
        preference: of a voice to stand for others; the higher, the more clusters. None for the
            median similarity.

    Returns:
        (n,) numbers from 0, the same for members of one cluster.

    Raises:
        InputError: not a square of finite numbers.

    Source: Frey and Dueck, "Clustering by passing messages between data points", Science 315,
        2007, equations 1 to 3, damped.
    """
    s = np.array(similarity, np.float64)
    if s.ndim != 2 or s.shape[0] != s.shape[1] or not np.isfinite(s).all():
        raise InputError(f"similarities of shape {s.shape}; expected a square of finite numbers")
    count = len(s)
    if count == 1:
        return np.zeros(1, np.int64)
    off_diagonal = s[~np.eye(count, dtype=bool)]
    np.fill_diagonal(s, np.median(off_diagonal) if preference is None else preference)
    # Equal similarities make messages swing for ever; noise from a fixed seed, far below any
    # difference that matters, decides between them.
    scale = max(float(np.ptp(off_diagonal)), 1.0) * _NUDGE
    s += scale * np.random.default_rng(0).standard_normal(s.shape)
    return _members(s, _exemplars(s))


def _exemplars(s: Floats) -> NDArray[np.int64]:
    """Those who stand for others."""
    count = len(s)
    everyone = np.arange(count)
    responsibility, availability = np.zeros_like(s), np.zeros_like(s)
    before, settled = np.zeros(count, bool), 0
    for _ in range(MOST_ROUNDS):
        total = availability + s
        best = total.argmax(axis=1)
        first = total[everyone, best]
        total[everyone, best] = -np.inf
        rivals = np.repeat(first[:, None], count, axis=1)
        rivals[everyone, best] = total.max(axis=1)
        responsibility = DAMPING * responsibility + (1 - DAMPING) * (s - rivals)
        support = np.maximum(responsibility, 0)
        np.fill_diagonal(support, responsibility.diagonal())
        offered = support.sum(axis=0)[None] - support
        own = offered.diagonal().copy()
        offered = np.minimum(offered, 0)
        np.fill_diagonal(offered, own)
        availability = DAMPING * availability + (1 - DAMPING) * offered
        now = (availability.diagonal() + responsibility.diagonal()) > 0
        settled = settled + 1 if now.any() and np.array_equal(now, before) else 0
        if settled >= _SETTLED_ROUNDS:
            break
        before = now
    # Without one, all belong together: around the one that is nearest to all.
    return np.flatnonzero(now) if now.any() else np.array([s.sum(axis=0).argmax()])


def _members(s: Floats, exemplars: NDArray[np.int64]) -> NDArray[np.int64]:
    labels: NDArray[np.int64] = s[:, exemplars].argmax(axis=1).astype(np.int64)
    labels[exemplars] = np.arange(exemplars.size)
    return labels
