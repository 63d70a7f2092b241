"""How long the vectors of real people are, and making others as long."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from voxnym.errors import InputError
from voxnym.voices.model import Floats

NormLaw = Literal["kept", "pool"]
"""Whether a vector stays as long as it came out, or becomes as long as those of the pool."""
POINTS: Final = 33


def norm_quantiles(vectors: Floats) -> Floats:
    """Norms of a pool, as evenly spaced quantiles from the smallest to the largest.

    Args:
        vectors: (rows, dims).

    Returns:
        (33,) rising; all 1 where the vectors are of unit length.
    """
    norms = np.linalg.norm(vectors, axis=1)
    return np.asarray(np.quantile(norms, np.linspace(0, 1, POINTS)))


def as_long_as(vector: Floats, quantiles: Floats, rng: np.random.Generator) -> Floats:
    """A vector in the same direction with a norm drawn from the pool's.

    Args:
        vector: (dims,).
        quantiles: from `norm_quantiles`.
        rng: gives one number.

    Raises:
        InputError: a vector of zeros, which has no direction.
    """
    length = float(np.linalg.norm(vector))
    drawn = np.interp(rng.random(), np.linspace(0, 1, quantiles.size), quantiles)
    if not length > 0:
        raise InputError("a pseudo-voice of zeros has no direction; the pool may hold only zeros")
    return np.asarray(vector * (drawn / length))
