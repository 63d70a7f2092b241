"""Scores behind an atom: what a value would be, had the network not cut it off at its lowest.

Of a value that is cut off, all that is known is that its score lies below a limit. Dealt by chance
alone, such scores would hide how values go together. Here they are drawn given all other scores of
the same person, in turn with the estimate of how scores go together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from voxnym.voices.model import Floats

SWEEPS: Final = 3
_LEAST_CHANCE: Final = 1e-10


@dataclass(frozen=True, eq=False)
class Censored:
    """Which scores are only known to lie below a limit.

    Args:
        cut: (n, dims) whether.
        limits: (n, dims) below which; of no meaning elsewhere.
    """

    cut: NDArray[np.bool_]
    limits: Floats


def redrawn(
    scores: Floats,
    centres: Floats,
    censored: Censored,
    precision: Floats,
    rng: np.random.Generator,
    sweeps: int = SWEEPS,
) -> Floats:
    """The same scores, those that are cut off drawn anew, given all others.

    Args:
        scores: (n, dims).
        centres: (n, dims) mean of each person's law.
        censored: which.
        precision: (dims, dims) inverse covariance.
        rng: one number for each score that is cut off and each sweep.
        sweeps: over all dimensions.

    Returns:
        (n, dims); no score that is cut off lies above its limit.

    Source: Gibbs sampling of a Gaussian copula by its ranks: Hoff, "Extending the rank likelihood
        for semiparametric copula estimation", Annals of Applied Statistics 1, 2007, section 3.
    """
    apart = scores - centres
    limits = censored.limits - centres
    for _ in range(sweeps):
        for column in range(scores.shape[1]):
            rows = np.flatnonzero(censored.cut[:, column])
            if rows.size:
                row, weight = precision[column], float(precision[column, column])
                mean = apart[rows, column] - apart[rows] @ row / weight
                apart[rows, column] = _below(limits[rows, column], mean, weight**-0.5, rng)
    return np.asarray(apart + centres)


def _below(limit: Floats, mean: Floats, spread: float, rng: np.random.Generator) -> Floats:
    """Normal numbers below a limit; the limit itself where hardly any number lies below."""
    chance = ndtr((limit - mean) / spread)
    level = chance * (1.0 - rng.random(len(limit)))
    drawn = mean + spread * ndtri(np.maximum(level, np.finfo(float).tiny))
    return np.where(chance > _LEAST_CHANCE, np.minimum(drawn, limit), limit)
