"""How much people differ from each other, and from themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.voices.model import Floats

SHRINKAGE: Final = 0.1
"""Share of a round covariance in that of occasions: pools have few vectors of one person."""


@dataclass(frozen=True, eq=False)
class Scatter:
    """Sums over vectors of several people.

    Args:
        means: (people, dims) of each.
        counts: (people,) vectors of each.
        within: (dims, dims) sum of outer products of what differs from the person's mean.
        rows: vectors in all.
    """

    means: Floats
    counts: NDArray[np.int64]
    within: Floats
    rows: int

    @classmethod
    def of(cls, vectors: Floats, owner: NDArray[np.integer]) -> Self:
        """Of vectors (rows, dims), where `owner` (rows,) says whose each is, from 0."""
        counts = np.bincount(owner)
        sums = np.zeros((counts.size, vectors.shape[1]))
        np.add.at(sums, owner, vectors)
        means = sums / counts[:, None]
        off = vectors - means[owner]
        return cls(means, counts, off.T @ off, len(vectors))


def discriminants(vectors: Floats, owner: NDArray[np.integer], kept: int) -> Floats:
    """Directions in which people differ most, against how much each differs from itself.

    Args:
        vectors: (rows, dims).
        owner: (rows,) whose each is, from 0.
        kept: directions wanted.

    Returns:
        (kept, dims), the best first; in these coordinates occasions have about unit covariance.

    Source: Rao, "The utilization of multiple measurements in problems of biological
        classification", J. R. Stat. Soc. B 10, 1948.
    """
    from scipy.linalg import eigh

    scatter = Scatter.of(vectors, owner)
    dims = vectors.shape[1]
    within = scatter.within / max(scatter.rows - len(scatter.means), 1)
    size = np.trace(within) / dims
    within = (1 - SHRINKAGE) * within + SHRINKAGE * (size if size > 0 else 1.0) * np.eye(dims)
    centred = scatter.means - scatter.means.mean(axis=0)
    _, axes = eigh(centred.T @ centred / len(centred), within)
    return np.asarray(axes[:, ::-1][:, : min(kept, dims)].T)
