"""One update of a curve: draw a place on each segment, pull both of its ends to what is near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnym.voices.adam import Adam

Singles = NDArray[np.float32]


def extended(vectors: Singles) -> Singles:
    """(rows, dims + 1) vectors with a last column of -1.

    With half their squared norm as last column of the places, a single product of matrices gives
    what has to be largest at the nearest place; and a single product with the chosen ones gives
    the sum of each place's vectors, and as last column how many there are, negative.
    """
    return np.concatenate([vectors, np.full((len(vectors), 1), -1, np.float32)], axis=1)


class CurveStep:
    """Corners that are being learned.

    The loss is the mean squared difference, per component, between vectors and their nearest
    places; one place is drawn on each segment for a whole batch. Its gradient reaches both ends
    of the segment, by how near they are to the place.

    Args:
        corners: (corners, dims) to begin with.
        batch: rows of all batches to come.

    Source: Vali and Bäckström, "Interpretable Latent Space Using Space-Filling Curves for
        Phonetic Analysis in Voice Conversion", Interspeech 2023, section 2.1.
    """

    def __init__(self, corners: Singles, batch: int) -> None:
        count, dims = corners.shape
        self.corners = np.array(corners, np.float32)
        self._adam = Adam(corners.shape)
        self._places = np.empty((count - 1, dims + 1), np.float32)
        self._gradient = np.empty((count, dims), np.float32)
        self._likeness = np.empty((batch, count - 1), np.float32)
        self._chosen = np.zeros((batch, count - 1), np.float32)
        self._sums = np.empty((count - 1, dims + 1), np.float32)
        self._firsts = np.arange(batch) * (count - 1)
        self._scale = np.float32(2 / (batch * dims))

    def take(self, batch: Singles, shares: Singles, rate: float) -> None:
        """Learn from a batch.

        Args:
            batch: (batch, dims + 1), as `extended` makes it.
            shares: (corners - 1,) places on the segments, 0 to 1.
            rate: of Adam.
        """
        corners, places, sums = self.corners, self._places, self._sums
        points, share = places[:, :-1], shares[:, None]
        np.subtract(corners[1:], corners[:-1], out=points)
        np.multiply(points, share, out=points)
        np.add(points, corners[:-1], out=points)
        np.einsum("kd,kd->k", points, points, out=places[:, -1])
        places[:, -1] *= np.float32(0.5)
        np.matmul(batch, places.T, out=self._likeness)
        nearest = self._likeness.argmax(axis=1)
        nearest += self._firsts
        self._chosen.fill(0)
        self._chosen.ravel()[nearest] = 1
        np.matmul(self._chosen.T, batch, out=sums)
        # Where a place has m vectors: scale · (m · place - sum of vectors); column -1 has -m.
        points *= sums[:, -1:]
        pull = np.add(points, sums[:, :-1], out=points)
        pull *= -self._scale
        gradient = self._gradient
        gradient[0] = 0
        np.multiply(pull, share, out=gradient[1:])
        pull -= gradient[1:]
        gradient[:-1] += pull
        self._adam.step(corners, gradient, rate)

    def error(self, batch: Singles) -> float:
        """Mean squared difference that the last batch had before it was learned from."""
        vectors = batch[:, :-1]
        norms = float(np.einsum("id,id->", vectors, vectors))
        return (norms - 2 * float(self._likeness.max(axis=1).sum())) / vectors.size
