"""How alike the voices of a source and of the people of a pool are."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import numpy as np

from voxnym.errors import InputError
from voxnym.voices.model import Floats

AffinityName = Literal["cosine", "plda"]
AFFINITIES: Final = ("cosine", "plda")


class Affinity(Protocol):
    """Scores pairs of voices; the higher, the more alike."""

    def scores(self, sources: Floats, pool: Floats) -> Floats:
        """Of every source with every vector of a pool.

        Args:
            sources: (n, dims).
            pool: (m, dims).

        Returns:
            (n, m).
        """
        ...


class Cosine:
    """Cosine of the angle, -1 to 1, between vectors as they are: neither centred nor averaged."""

    def scores(self, sources: Floats, pool: Floats) -> Floats:
        """See `Affinity.scores`.

        Raises:
            InputError: vectors of different lengths, or one of zeros.

        >>> Cosine().scores(np.eye(2), np.array([[1.0, 1.0]])).round(3)
        array([[0.707],
               [0.707]])
        """
        if sources.shape[1:] != pool.shape[1:]:
            raise InputError(
                f"voices of {sources.shape[1:]} and {pool.shape[1:]} numbers cannot be compared"
            )
        return np.asarray(_unit(sources) @ _unit(pool).T)


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (norms > 0).all():
        raise InputError("a voice of zeros has no direction; expected a speaker embedding")
    return np.asarray(vectors / norms)
