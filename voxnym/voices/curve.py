"""A curve through a space of voices: corners in order, and where along it a vector lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

TIE = 1e-12
"""Squared distances that differ by no more than this share count as equal: both segments of a
corner see it, and rounding must not decide which."""
_AT_ONCE = 1 << 21
"""Distances held at a time."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where on a curve vectors lie.

    Args:
        segment: (rows,) number of the segment, 0 to corners - 2.
        share: (rows,) how far along it, 0 to 1.
        points: (rows, dims) the place in space.
        order: (rows,) complex: the position (segment + share) as real part, and as imaginary part
            how far a vector whose nearest point is a corner lies ahead of that corner. NumPy
            compares complex numbers by their real parts, then by their imaginary ones.
    """

    segment: Indices
    share: Floats
    points: Floats
    order: NDArray[np.complex128]

    @property
    def at_corner(self) -> NDArray[np.bool_]:
        """(rows,) whether the place is a corner."""
        return np.asarray((self.share == 0) | (self.share == 1))


@dataclass(frozen=True, eq=False)
class Curve:
    """Straight segments between corners.

    A corner is the nearest point for a whole wedge of space: in 64 dimensions for a fifth of all
    vectors. Position alone could not tell these apart, hence the second number of `Places.order`.

    Args:
        corners: (corners, dims), 2 or more, finite.

    Raises:
        InputError: something else.

    Source:
        Vali and Bäckström, "Interpretable Latent Space Using Space-Filling Curves for Phonetic
        Analysis in Voice Conversion", Interspeech 2023, section 2 (the curve); "Privacy
        PORCUPINE", Interspeech 2024, equation 3 (projection). The order of what shares a corner is
        ours.

    >>> line = Curve(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]))
    >>> line.project(np.array([[0.25, 0.5], [3.0, 1.0]])).order.real.tolist()
    [0.25, 1.5]
    """

    corners: Floats

    def __post_init__(self) -> None:
        corners = np.asarray(self.corners, np.float64)
        if corners.ndim != 2 or len(corners) < 2 or not corners.shape[1]:
            raise InputError(f"corners of shape {corners.shape}: expected (2 or more, dims)")
        if not np.isfinite(corners).all():
            raise InputError("corners hold NaN or infinity")
        object.__setattr__(self, "corners", corners)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.corners.shape[1])

    def project(self, vectors: Floats) -> Places:
        """Nearest points of the whole curve; of equally near ones the first.

        Args:
            vectors: (rows, dims).

        Raises:
            InputError: another shape, or numbers that are not finite.
        """
        vectors = self._checked(vectors)
        chosen = [self._nearest_segment(vectors[rows]) for rows in self._portions(len(vectors))]
        return self._placed(vectors, np.concatenate([np.zeros(0, np.intp), *chosen]))

    def project_nearby(self, vectors: Floats) -> Places:
        """Nearest points of the two segments that meet at the nearest inner corner (published).

        The nearest point of the whole curve may lie elsewhere: in two dimensions this costs about
        a tenth of the distortion, in 64 next to nothing.

        Args:
            vectors: (rows, dims).

        Raises:
            InputError: another shape, or numbers that are not finite.
        """
        vectors = self._checked(vectors)
        if len(self.corners) == 2:
            return self.project(vectors)
        inner = np.clip(self.nearest_corner(vectors), 1, len(self.corners) - 2)
        before = self._placed(vectors, inner - 1)
        after = self._placed(vectors, inner)
        gain = _squares(vectors - before.points) - _squares(vectors - after.points)
        slack = TIE * (1 + _squares(vectors))
        return self._placed(vectors, np.where(gain > slack, inner, inner - 1))

    def nearest_corner(self, vectors: Floats) -> Indices:
        """(rows,) index of the nearest corner; of equally near ones the first."""
        vectors = self._checked(vectors)
        halves = _squares(self.corners) / 2
        chosen = [
            np.argmin(halves - vectors[rows] @ self.corners.T, axis=1)
            for rows in self._portions(len(vectors))
        ]
        return np.concatenate([np.zeros(0, np.intp), *chosen])

    def at(self, positions: Floats) -> Floats:
        """(rows, dims) points at positions from 0 to corners - 1, held at the ends."""
        clipped = np.clip(np.asarray(positions, np.float64), 0, len(self.corners) - 1)
        segment = np.minimum(clipped.astype(np.intp), len(self.corners) - 2)
        return self.corners[segment] + (clipped - segment)[:, None] * self._spans[segment]

    @cached_property
    def _spans(self) -> Floats:
        return np.diff(self.corners, axis=0)

    @cached_property
    def _headings(self) -> Floats:
        """(corners, dims) unit vectors from the corner before to the one after."""
        outer = self.corners[2:] - self.corners[:-2]
        along = np.concatenate([self._spans[:1], outer, self._spans[-1:]])
        return along / np.maximum(np.sqrt(_squares(along)), np.finfo(float).tiny)[:, None]

    def _checked(self, vectors: Floats) -> Floats:
        found = np.asarray(vectors, np.float64)
        if found.ndim != 2 or found.shape[1] != self.dims:
            raise InputError(f"vectors of shape {found.shape}: expected (rows, {self.dims})")
        if not np.isfinite(found).all():
            raise InputError("vectors hold NaN or infinity")
        return found

    def _portions(self, rows: int) -> Iterator[slice]:
        size = max(1, _AT_ONCE // len(self.corners))
        return (slice(start, start + size) for start in range(0, rows, size))

    def _nearest_segment(self, vectors: Floats) -> Indices:
        """|x - c - t·d|² = |x - c|² - 2t·q + t²·|d|² with q = <x - c, d>, for all pairs at once."""
        products = vectors @ self.corners.T
        starts = self.corners[:-1]
        lengths = _squares(self._spans)
        ahead = products[:, 1:] - products[:, :-1] - np.einsum("kd,kd->k", starts, self._spans)
        share = np.clip(ahead / np.maximum(lengths, np.finfo(float).tiny), 0, 1)
        away = _squares(starts) - 2 * products[:, :-1]
        away += share * (share * lengths - 2 * ahead)
        slack = TIE * (1 + _squares(vectors))
        return np.asarray(np.argmax(away <= (away.min(axis=1) + slack)[:, None], axis=1))

    def _placed(self, vectors: Floats, segment: Indices) -> Places:
        starts, spans = self.corners[segment], self._spans[segment]
        ahead = np.einsum("id,id->i", vectors - starts, spans)
        share = np.clip(ahead / np.maximum(_squares(spans), np.finfo(float).tiny), 0, 1)
        corner = segment + (share == 1)
        beyond = np.einsum("id,id->i", vectors - self.corners[corner], self._headings[corner])
        inside = (share > 0) & (share < 1)
        order = segment + share + 1j * np.where(inside, 0.0, beyond)
        return Places(segment, share, starts + share[:, None] * spans, order)


def _squares(rows: Floats) -> Floats:
    return np.asarray(np.einsum("id,id->i", rows, rows))
