"""A line between the voices of women and men: a guess, for those whom nobody asked.

A guess may be wrong, and nothing but the choice of a pseudo-voice may depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.model import Floats
from voxnym.voices.pool import Pool

SHRINKAGE: Final = 0.1
"""Share of a round covariance that is mixed in: pools have hardly more people than dimensions."""
LEAST_PEOPLE: Final = 2


@dataclass(frozen=True, eq=False)
class GenderLine:
    """A linear discriminant.

    Args:
        weights: (dims,); no entries where the pool told of no genders.
        bias: added to the product of weights and vector; above 0 means "f".
    """

    weights: Floats
    bias: float = 0.0

    @classmethod
    def unknown(cls) -> Self:
        """A line that tells nothing."""
        return cls(np.zeros(0))

    @classmethod
    def fit(cls, pool: Pool) -> Self:
        """The line between the two genders of a pool, each person counted once.

        Returns:
            One that tells nothing, where there are not two people of each gender.

        Source: Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics
            7, 1936, with equal prior odds.
        """
        people = pool.means()
        sides = [
            people.vectors[[i for i, each in enumerate(people.genders) if each == gender]]
            for gender in ("f", "m")
        ]
        if min(len(side) for side in sides) < LEAST_PEOPLE:
            return cls.unknown()
        f, m = (side.mean(axis=0) for side in sides)
        around = np.concatenate([sides[0] - f, sides[1] - m])
        covariance = around.T @ around / max(len(around) - 2, 1)
        mean_variance = np.trace(covariance) / pool.dims
        if not mean_variance > 0:
            mean_variance = 1.0
        shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * mean_variance * np.eye(pool.dims)
        weights = np.linalg.solve(shrunk, f - m)
        return cls(weights, -float(weights @ (f + m)) / 2)

    @property
    def known(self) -> bool:
        """Whether it can tell."""
        return self.weights.size > 0

    def guess(self, vector: Floats) -> Gender:
        """On which side a voice lies.

        Args:
            vector: (dims,).

        Returns:
            "unknown" where the line tells nothing, or the voice lies on it.

        Raises:
            InputError: a vector of another length.
        """
        return self.guesses(np.asarray(vector)[None])[0]

    def guesses(self, vectors: Floats) -> tuple[Gender, ...]:
        """On which side each of several voices lies; see `guess`.

        Args:
            vectors: (rows, dims).
        """
        if not self.known:
            nothing: tuple[Gender, ...] = ("unknown",)
            return nothing * len(vectors)
        if vectors.shape[1:] != self.weights.shape:
            raise InputError(
                f"voices of shape {vectors.shape[1:]}; expected {self.weights.shape} for the model"
            )
        return tuple(_side(each) for each in (vectors @ self.weights + self.bias).tolist())

    def array(self) -> Floats:
        """(dims + 1,) weights and bias, for a file; (1,) where it tells nothing."""
        return np.append(self.weights, self.bias)

    @classmethod
    def of_array(cls, array: Floats, dims: int) -> Self:
        """From `array`.

        Raises:
            InputError: it is of another length than that of the model's vectors.
        """
        if array.size not in (1, dims + 1):
            raise InputError(f"voices: gender_line of {array.size}; expected {dims + 1} or 1")
        return cls(array[:-1], float(array[-1]))


def _side(value: float) -> Gender:
    if value == 0:
        return "unknown"
    return "f" if value > 0 else "m"
