"""How people lie around the mean voice: a mixture along main axes, and chance in all others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voxnym.errors import InputError
from voxnym.voices.mixture import Mixture
from voxnym.voices.model import Floats


@dataclass(frozen=True, eq=False)
class Cloud:
    """A law of differences from a mean.

    Args:
        axes: (axes, dims) orthonormal; the first is the one along which people differ most.
        mixture: of the coordinates on the first axes.
        spread: (rest,) standard deviation on each of the other axes; 0 or more.
        floor: standard deviation in every direction that no axis spans; 0 where there is nothing.

    Raises:
        InputError: numbers of axes that do not fit, or negative deviations.
    """

    axes: Floats
    mixture: Mixture
    spread: Floats
    floor: float

    def __post_init__(self) -> None:
        held = self.mixture.coordinates + len(self.spread)
        if self.axes.ndim != 2 or len(self.axes) != held or held > self.axes.shape[1]:
            raise InputError(f"axes of shape {self.axes.shape}; expected {held} or more dims")
        if (self.spread < 0).any() or self.floor < 0:
            raise InputError("a cloud with negative deviations")

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.axes.shape[1])

    def draw(self, first: float, rng: np.random.Generator) -> Floats:
        """A difference from the mean.

        Args:
            first: even between 0 and 1; decides the coordinate on the first axis.
            rng: all else.

        Returns:
            (dims,).
        """
        main = self.mixture.draw(first, rng)
        rest = self.spread * rng.standard_normal(len(self.spread))
        noise = self.floor * rng.standard_normal(self.dims)
        beyond = noise - self.axes.T @ (self.axes @ noise)
        return np.asarray(self.axes.T @ np.concatenate([main, rest]) + beyond)

    def log_density(self, differences: Floats) -> Floats:
        """Natural logarithm of the density, in all directions, so that sizes compare.

        Args:
            differences: (n, dims) from the mean.

        Returns:
            (n,); minus infinity where the law holds a direction still, and so has no density.
        """
        held = self.mixture.coordinates
        free = self.dims - len(self.axes)
        if (self.spread == 0).any() or (free and self.floor == 0):
            return np.full(len(differences), -np.inf)
        places = differences @ self.axes.T
        beyond = np.maximum((differences**2).sum(axis=1) - (places**2).sum(axis=1), 0.0)
        squares = ((places[:, held:] / self.spread) ** 2).sum(axis=1)
        volume = np.log(self.spread).sum() + (len(self.spread) + free) * np.log(2 * np.pi) / 2
        if free:
            squares += beyond / self.floor**2
            volume += free * np.log(self.floor)
        return np.asarray(self.mixture.log_density(places[:, :held]) - volume - squares / 2)
