"""The law of each value of a voice by itself, and the way from it to a normal law and back.

Networks give values that no Gaussian does: never negative, many of them exactly zero. Models of how
values go together work on normal scores instead, and every voice they make has values that a voice
of the pool could have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from voxnym.errors import InputError

MOST_LEVELS: Final = 257
"""A pool of more people is kept as so many quantiles: enough for any law, and no person's value."""
_EDGE: Final = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Margins:
    """Quantiles of each value of a voice.

    Between two quantiles the law is even. A value that repeats, such as the zeros of a rectifying
    network, is an atom: it keeps its exact share, and the law goes on from its edge.

    Args:
        quantiles: (levels, dims), rising along levels; row i holds level (i + 1/2) / levels.

    Raises:
        InputError: another shape, fewer than two levels, or levels that fall.
    """

    quantiles: Floats

    def __post_init__(self) -> None:
        shape = self.quantiles.shape
        if self.quantiles.ndim != 2 or shape[0] < 2:
            raise InputError(f"quantiles of shape {shape}: expected (levels, dims), 2 or more")
        if not (np.diff(self.quantiles, axis=0) >= 0).all():
            raise InputError("quantiles fall along levels: expected them to rise")

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.quantiles.shape[1])

    @property
    def varied(self) -> NDArray[np.bool_]:
        """(dims,) whether a value is ever another."""
        return np.asarray(self.quantiles[0] < self.quantiles[-1])

    def to_normal(self, vectors: Floats, rng: np.random.Generator) -> Floats:
        """Normal scores.

        Args:
            vectors: (n, dims); what lies beyond all quantiles counts as the last of them.
            rng: deals the voices of an atom evenly over its share of the law.

        Returns:
            (n, dims), each column standard normal for voices of the pool.

        Source: rank-based normal scores: van der Waerden, Order tests for the two-sample problem,
            1952; with levels (r - 1/2) / n.
        """
        low, high = self.levels(vectors, "low"), self.levels(vectors, "high")
        level = low + (high - low) * rng.random(low.shape)
        return np.asarray(ndtri(np.clip(level, _EDGE, 1 - _EDGE)))

    def levels(self, vectors: Floats, side: Literal["low", "high"]) -> Floats:
        """Where values stand in their law.

        Args:
            vectors: (n, dims).
            side: of an atom, which end of its share; no difference elsewhere.

        Returns:
            (n, dims), 0 to 1.
        """
        known, count = self.quantiles, len(self.quantiles)
        below, upto = (_ranks(known, vectors, each) for each in ("left", "right"))
        tied = upto - below
        # Of an atom the edges, of a single quantile its level.
        edge = below if side == "low" else upto
        at = np.where(tied > 1, edge, below + 0.5) / count
        first = np.clip(below - 1, 0, count - 2)
        start, stop = self._ends(first)
        under, over = (np.take_along_axis(known, row, axis=0) for row in (first, first + 1))
        step = np.where(over > under, over - under, 1.0)
        share = start + (stop - start) * np.clip((vectors - under) / step, 0.0, 1.0)
        return np.where(tied > 0, at, (first + share + 0.5) / count)

    def from_normal(self, scores: Floats) -> Floats:
        """Values of these normal scores; the way back from `to_normal`.

        Args:
            scores: (n, dims).

        Returns:
            (n, dims), each value within the range of its quantiles.
        """
        known, count = self.quantiles, len(self.quantiles)
        place = np.clip(ndtr(scores) * count - 0.5, 0.0, count - 1.0)
        first = np.minimum(place.astype(np.intp), count - 2)
        start, stop = self._ends(first)
        # Between two atoms the law is a step.
        width = np.where(stop > start, stop - start, 1.0)
        gone = np.where(stop > start, (place - first - start) / width, place - first >= start)
        under, over = (np.take_along_axis(known, row, axis=0) for row in (first, first + 1))
        share = np.clip(gone, 0.0, 1.0)
        return np.asarray(under * (1 - share) + over * share)

    def _ends(self, first: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Which part of the way from one quantile to the next the law goes evenly, 0 to 1.

        An atom takes half a level beyond its outermost quantile, so that its share is exact.
        """
        tied = np.diff(self.quantiles, axis=0) == 0
        never = np.zeros((1, self.dims), bool)
        before, after = np.concatenate([never, tied[:-1]]), np.concatenate([tied[1:], never])
        start, stop = np.where(before, 0.5, 0.0), np.where(after, 0.5, 1.0)
        return np.take_along_axis(start, first, axis=0), np.take_along_axis(stop, first, axis=0)


def fit_margins(vectors: Floats) -> Margins:
    """Margins of a pool.

    Args:
        vectors: (n, dims), n at least 2. Up to `MOST_LEVELS` voices, their values come back
            exactly from their scores.

    Raises:
        InputError: fewer than two voices.
    """
    if vectors.ndim != 2 or len(vectors) < 2:
        raise InputError(f"voices of shape {vectors.shape}: expected (n, dims) with n at least 2")
    if len(vectors) <= MOST_LEVELS:
        return Margins(np.sort(vectors, axis=0))
    levels = (np.arange(MOST_LEVELS) + 0.5) / MOST_LEVELS
    return Margins(np.asarray(np.quantile(vectors, levels, axis=0, method="hazen")))


def _ranks(known: Floats, vectors: Floats, side: Literal["left", "right"]) -> NDArray[np.intp]:
    """(n, dims) how many quantiles of a dimension lie below a value, or up to it."""
    found = [
        np.searchsorted(known[:, column], vectors[:, column], side=side)
        for column in range(known.shape[1])
    ]
    return np.stack(found, axis=1)
