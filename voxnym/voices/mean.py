"""One average voice for everybody: hides most, and tells nobody from anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_laws import GenderLaws, origin
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, PseudoVoice, Wish
from voxnym.voices.norm_law import NormLaw
from voxnym.voices.parts import fact
from voxnym.voices.pool import Pool


@dataclass(frozen=True, eq=False)
class MeanVoice:
    """A model of kind "mean". The people of one recording cannot be told apart any more.

    Args:
        embedder: id of what made the vectors.
        laws: their means are used.
        people: it was fitted to so many.
        digest: of the pool.
        norm: whether the mean stays as short as it is, or becomes as long as the median person's.

    Raises:
        InputError: an unknown norm.
    """

    embedder: str
    laws: GenderLaws
    people: int
    digest: str
    norm: NormLaw = "kept"

    kind = "mean"

    def __post_init__(self) -> None:
        if self.norm not in ("kept", "pool"):
            raise InputError(f"norm={self.norm!r}; expected kept or pool")

    @classmethod
    def fit(cls, pool: Pool, *, norm: NormLaw = "kept") -> Self:
        """To the people of a pool, each counted once.

        Raises:
            InputError: fewer than ten people.
        """
        return cls(pool.embedder, GenderLaws.fit(pool), pool.people, pool.digest, norm)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self.laws.dims

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders of which there were ten people or more."""
        return self.laws.genders

    @property
    def gender_line(self) -> GenderLine:
        """Guesses the gender of a source."""
        return self.laws.line

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """The mean of a gender; nothing is left to chance, so `rng` gives no number.

        Raises:
            InputError: a gender that the model does not know, or a mean of zeros that should have
                a norm.
        """
        vector = self.laws.of(wish.gender).mean
        length = float(np.linalg.norm(vector))
        if self.norm == "pool":
            if not length > 0:
                raise InputError("the pool's mean is zero, which has no direction")
            vector = vector * (float(np.median(self.laws.norms)) / length)
        return PseudoVoice(vector, wish.gender)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Means and spreads."""
        return self.laws.arrays()

    def facts(self) -> Mapping[str, Fact]:
        """Settings, and of how many people."""
        return {"norm": self.norm, "people": self.people, "pool": self.digest}

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        norm = fact(facts, "norm", str)
        return cls(embedder, GenderLaws.of_arrays(arrays), *origin(facts), norm)  # type: ignore[arg-type]
