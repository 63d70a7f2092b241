"""A mixture of Gaussians whose first coordinate can be chosen by a number between 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from voxnym.errors import InputError
from voxnym.voices.model import Floats

_HALVINGS: Final = 60
_EDGE: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Mixture:
    """Plain arrays of a Gaussian mixture.

    Args:
        weights: (parts,) above 0, of sum 1.
        means: (parts, coordinates).
        factors: (parts, coordinates, coordinates) lower triangular: each times its transpose is
            the covariance of a part.

    Raises:
        InputError: shapes that differ, weights of another sum, or a diagonal that is not positive.
    """

    weights: Floats
    means: Floats
    factors: Floats

    def __post_init__(self) -> None:
        parts, count = self.means.shape
        if self.weights.shape != (parts,) or self.factors.shape != (parts, count, count):
            raise InputError(
                f"mixture of {self.weights.shape} weights, {self.means.shape} means and "
                f"{self.factors.shape} factors: expected (p,), (p, c) and (p, c, c)"
            )
        if not (self.weights > 0).all() or abs(self.weights.sum() - 1) > 1e-6:
            raise InputError(f"mixture weights of sum {self.weights.sum():.6f}; expected 1")
        if not (np.diagonal(self.factors, axis1=1, axis2=2) > 0).all():
            raise InputError("mixture factors without a positive diagonal")

    @property
    def coordinates(self) -> int:
        """Length of a point."""
        return int(self.means.shape[1])

    def scaled(self, factor: Floats) -> Mixture:
        """The law of points times (coordinates,) positive factors."""
        return Mixture(self.weights, self.means * factor, self.factors * factor[:, None])

    def draw(self, first: float, rng: np.random.Generator) -> Floats:
        """A point of which the first coordinate is the quantile at `first`.

        Where `first` is even between 0 and 1, points follow the mixture exactly: the part is then
        drawn by its odds at that coordinate, and all else given both.

        Args:
            first: 0 or more, below 1.
            rng: takes one number for the part and one for each coordinate but the first.

        Returns:
            (coordinates,).
        """
        place = self.first_quantile(first)
        spread = self.factors[:, 0, 0]
        steps = (place - self.means[:, 0]) / spread
        odds = np.log(self.weights) - np.log(spread) - steps**2 / 2
        shares = np.cumsum(np.exp(odds - logsumexp(odds)))
        part = min(int(np.searchsorted(shares, rng.random(), side="right")), len(shares) - 1)
        noise = rng.standard_normal(self.coordinates)
        noise[0] = steps[part]
        return np.asarray(self.means[part] + self.factors[part] @ noise)

    def first_quantile(self, level: float) -> float:
        """Where the first coordinate has a share `level` of the mixture below it."""
        centre, spread = self.means[:, 0], self.factors[:, 0, 0]
        ends = centre + spread * ndtri(np.clip(level, _EDGE, 1 - _EDGE))
        low, high = float(ends.min()), float(ends.max())
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            if self.weights @ ndtr((middle - centre) / spread) < level:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    def log_density(self, points: Floats) -> Floats:
        """Natural logarithm of the density.

        Args:
            points: (n, coordinates).

        Returns:
            (n,).
        """
        from scipy.linalg import solve_triangular

        found = []
        for weight, mean, factor in zip(self.weights, self.means, self.factors, strict=True):
            steps = solve_triangular(factor, (points - mean).T, lower=True)
            volume = np.log(np.diagonal(factor)).sum() + self.coordinates * np.log(2 * np.pi) / 2
            found.append(np.log(weight) - volume - (steps**2).sum(axis=0) / 2)
        return np.asarray(logsumexp(np.stack(found), axis=0))
