"""Probabilistic linear discriminant analysis: were two vectors said by one person?

A vector is a person plus an occasion, both Gaussian; the score is how much likelier two vectors
are as two occasions of one person than as two people. Vectors are centred, reduced to what
distinguishes people, and brought to one length first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.model import Floats
from voxnym.voices.parts import floats
from voxnym.voices.pool import Pool
from voxnym.voices.scatter import Scatter, discriminants

DIMS = 200
"""Directions kept, where there are so many: as in the challenge's recipe."""
ROUNDS = 10


@dataclass(frozen=True, eq=False)
class Plda:
    """A fitted model, in coordinates where occasions vary by 1 and people by `between`.

    Args:
        mean: (dims,) of the vectors it was fitted to.
        reduction: (kept, dims) to what distinguishes people.
        shift: (kept,) mean of the vectors that were brought to one length.
        whitening: (kept, kept) after which the model is diagonal.
        between: (kept,) variance of people, falling, 0 or more.

    Source:
        Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006 (diagonal form); Brümmer and
        de Villiers, "The speaker partitioning problem", Odyssey 2010 (two covariances);
        Garcia-Romero and Espy-Wilson, "Analysis of i-vector length normalization", Interspeech
        2011 (one length).
    """

    mean: Floats
    reduction: Floats
    shift: Floats
    whitening: Floats
    between: Floats

    @classmethod
    def fit(cls, pool: Pool, dims: int = DIMS, rounds: int = ROUNDS) -> Self:
        """Fit to several vectors of each of many people.

        Args:
            pool: people of whom there is only one vector tell how people differ, not occasions.
            dims: directions kept, at most; fewer where there are not so many people.
            rounds: of expectation and maximisation.

        Raises:
            InputError: fewer than three people, or fewer than two with several vectors.
        """
        names, owner, counts = np.unique(
            np.asarray(pool.speakers), return_inverse=True, return_counts=True
        )
        if names.size < 3 or np.sum(counts > 1) < 2:
            raise InputError(
                f"PLDA: {names.size} people, {np.sum(counts > 1)} of them with several vectors; "
                "expected three or more, two of them with several"
            )
        mean = pool.vectors.mean(axis=0)
        reduction = discriminants(pool.vectors - mean, owner, min(dims, names.size - 1))
        reduced = _one_length((pool.vectors - mean) @ reduction.T)
        shift = reduced.mean(axis=0)
        within, between = _two_covariances(Scatter.of(reduced - shift, owner), rounds)
        whitening, variances = _diagonal(within, between)
        return cls(mean, reduction, shift, whitening, variances)

    def scores(self, sources: Floats, pool: Floats) -> Floats:
        """Log likelihood ratios of every pair; see `voxnym.voices.affinity.Affinity`.

        Args:
            sources: (n, dims).
            pool: (m, dims).

        Returns:
            (n, m), natural logarithms; above 0 speaks for one person.

        Raises:
            InputError: vectors that are not of the model's length.
        """
        a, b = self._coordinates(sources), self._coordinates(pool)
        total = 1.0 + self.between
        # Two vectors of one person: variance `total` each, covariance `between`.
        determinant = total**2 - self.between**2
        square = (total / determinant - 1 / total) / 2
        product = self.between / determinant
        constant = float(np.sum(np.log(total) - np.log(determinant) / 2))
        return np.asarray(
            constant - (a**2 @ square)[:, None] - (b**2 @ square)[None] + (a * product) @ b.T
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For a file, each name with "plda." before it."""
        names = ("mean", "reduction", "shift", "whitening", "between")
        return {f"plda.{name}": getattr(self, name) for name in names}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], dims: int) -> Self:
        """From `arrays`.

        Raises:
            InputError: parts are missing or do not fit together.
        """
        reduction = floats(arrays, "plda.reduction", (None, dims))
        kept = len(reduction)
        between = floats(arrays, "plda.between", (kept,))
        if (between < 0).any():
            raise InputError("voices: plda.between has negative variances")
        return cls(
            floats(arrays, "plda.mean", (dims,)),
            reduction,
            floats(arrays, "plda.shift", (kept,)),
            floats(arrays, "plda.whitening", (kept, kept)),
            between,
        )

    def _coordinates(self, vectors: Floats) -> Floats:
        if vectors.shape[1:] != self.mean.shape:
            raise InputError(
                f"voices of shape {vectors.shape[1:]}; expected {self.mean.shape} for the PLDA"
            )
        reduced = _one_length((vectors - self.mean) @ self.reduction.T)
        return np.asarray((reduced - self.shift) @ self.whitening.T)


def _one_length(vectors: Floats) -> Floats:
    """Norms of the square root of the dimensions, so that an entry is about 1."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors * (np.sqrt(vectors.shape[1]) / np.maximum(norms, 1e-12)))


def _two_covariances(scatter: Scatter, rounds: int) -> tuple[Floats, Floats]:
    """Covariances of occasions and of people, by expectation and maximisation.

    Source: the usual equations of a Gaussian with a hidden mean: for a person with n vectors of
        mean x, given covariances B and W, the person's place has covariance C = (1/B + n/W)^-1 and
        mean C (n/W) x.
    """
    dims = scatter.means.shape[1]
    within = scatter.within / max(scatter.rows - len(scatter.means), 1)
    within += 1e-3 * np.trace(within) / dims * np.eye(dims)
    between = np.cov(scatter.means.T, bias=True).reshape(dims, dims)
    for _ in range(rounds):
        new_within, new_between = scatter.within.copy(), np.zeros_like(between)
        for count in np.unique(scatter.counts):
            means = scatter.means[scatter.counts == count]
            # C (n/W) = B (B + W/n)^-1, which needs no inverse of B.
            gain = np.linalg.solve(between + within / count, between).T
            places = means @ gain.T
            spread = between - gain @ between
            new_between += places.T @ places + len(means) * spread
            off = means - places
            new_within += count * (off.T @ off + len(means) * spread)
        between = _symmetric(new_between / len(scatter.means))
        within = _symmetric(new_within / scatter.rows)
    return within, between


def _diagonal(within: Floats, between: Floats) -> tuple[Floats, Floats]:
    """Coordinates in which occasions have covariance 1 and people a diagonal one."""
    variances, axes = np.linalg.eigh(within)
    white = axes / np.sqrt(np.maximum(variances, 1e-12 * variances[-1]))
    spreads, turns = np.linalg.eigh(white.T @ between @ white)
    order = np.argsort(spreads)[::-1]
    return (white @ turns[:, order]).T, np.maximum(spreads[order], 0.0)


def _symmetric(matrix: Floats) -> Floats:
    return np.asarray((matrix + matrix.T) / 2)
