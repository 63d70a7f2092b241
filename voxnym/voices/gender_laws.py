"""Mean and spread of the voices of each gender, and of all: what is left without the people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats
from voxnym.voices.norm_law import POINTS, norm_quantiles
from voxnym.voices.parts import fact, floats
from voxnym.voices.people import People
from voxnym.voices.pool import Pool

LEAST_PEOPLE: Final = 10
"""A mean of fewer would be too much like each of them."""


class Law(NamedTuple):
    """Of one gender.

    Args:
        mean: (dims,).
        spread: (dims,) standard deviation among people.
        axis: (dims,) direction on which they differ most, of unit length.
    """

    mean: Floats
    spread: Floats
    axis: Floats


@dataclass(frozen=True, eq=False)
class GenderLaws:
    """Laws by gender; "unknown" stands for everybody.

    Args:
        laws: of everybody, and of each gender of which there are ten people or more.
        line: between the genders.
        norms: (33,) quantiles of the norms of people's vectors.
    """

    laws: Mapping[Gender, Law]
    line: GenderLine
    norms: Floats

    @classmethod
    def fit(cls, pool: Pool) -> Self:
        """To the people of a pool, each counted once.

        Raises:
            InputError: fewer than ten people.
        """
        if pool.people < LEAST_PEOPLE:
            raise InputError(
                f"a pool of {pool.people} people; expected {LEAST_PEOPLE} or more, so that none of "
                "them shows in the mean"
            )
        means = pool.means()
        people = People.of(means)
        genders: list[Gender] = ["unknown", *sorted(people.genders)]
        laws = {
            gender: Law(
                people.vectors[rows].mean(axis=0), people.spread(gender), people.axis(gender)
            )
            for gender in genders
            for rows in [people.rows(gender)]
            if rows.size >= LEAST_PEOPLE
        }
        return cls(laws, GenderLine.fit(means), norm_quantiles(means.vectors))

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.laws["unknown"].mean.size)

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that have a law of their own."""
        return frozenset(self.laws) - {"unknown"}

    def of(self, gender: Gender) -> Law:
        """The law of a gender.

        Raises:
            InputError: there is none.
        """
        if gender not in self.laws:
            raise InputError(
                f"gender {gender!r}: fewer than {LEAST_PEOPLE} people of it were in the pool"
            )
        return self.laws[gender]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For a file."""
        parts: dict[str, NDArray[np.generic]] = {
            f"{gender}.{name}": array
            for gender, law in self.laws.items()
            for name, array in law._asdict().items()
        }
        return parts | {"gender_line": self.line.array(), "norms": self.norms}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """From `arrays`.

        Raises:
            InputError: parts are missing or do not fit together.
        """
        dims = floats(arrays, "unknown.mean", (None,)).size
        told: tuple[Gender, ...] = ("unknown", "f", "m")
        laws = {
            gender: Law(*(floats(arrays, f"{gender}.{name}", (dims,)) for name in Law._fields))
            for gender in told
            if gender == "unknown" or f"{gender}.mean" in arrays
        }
        line = GenderLine.of_array(floats(arrays, "gender_line", (None,)), dims)
        return cls(laws, line, floats(arrays, "norms", (POINTS,)))


def origin(facts: Mapping[str, Fact]) -> tuple[int, str]:
    """How many people a model was fitted to, and the digest of the pool.

    Raises:
        InputError: one of them is missing.
    """
    return fact(facts, "people", int), fact(facts, "pool", str)
