"""Pseudo-voices from independent noise: the pool's mean and spread in each dimension, no more.

A baseline. What people's voices have in common beyond that, how dimensions go together, is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_laws import GenderLaws, origin
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.norm_law import NormLaw, as_long_as
from voxnym.voices.parts import fact
from voxnym.voices.pool import Pool


@dataclass(frozen=True, eq=False)
class NoiseVoices:
    """A model of kind "noise".

    Args:
        embedder: id of what made the vectors.
        laws: means and spreads.
        people: it was fitted to so many.
        digest: of the pool.
        scale: of the spread: below 1, voices lie nearer to the mean. The published mixture of
            a parts pool mean and 1 - a parts random identity is 1 - a.
        norm: whether vectors stay as long as they come out, or become as long as the pool's.

    Raises:
        InputError: a scale that is not above 0, or an unknown norm.

    Source: Yao et al., "NPU-NTU System for Voice Privacy 2024 Challenge", SPSC 2024 (pool mean and
        random identity mixed).
    """

    embedder: str
    laws: GenderLaws
    people: int
    digest: str
    scale: float = 1.0
    norm: NormLaw = "kept"

    kind = "noise"

    def __post_init__(self) -> None:
        if not 0 < self.scale < float("inf") or self.norm not in ("kept", "pool"):
            raise InputError(
                f"scale={self.scale}, norm={self.norm!r}; expected above 0, and kept or pool"
            )

    @classmethod
    def fit(cls, pool: Pool, *, scale: float = 1.0, norm: NormLaw = "kept") -> Self:
        """To the people of a pool; see the class.

        Raises:
            InputError: fewer than ten people, or a setting out of range.
        """
        return cls(pool.embedder, GenderLaws.fit(pool), pool.people, pool.digest, scale, norm)

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
        """One pseudo-voice; see `voxnym.voices.model.VoiceModel`.

        Raises:
            InputError: a gender that the model does not know.
        """
        law = self.laws.of(wish.gender)
        first = float(rng.random())
        noise = rng.standard_normal(self.dims)
        # How far along the pool's main axis: that part of the noise comes from the first number.
        along = law.axis * law.spread
        length = float(np.linalg.norm(along))
        if length > 0:
            along /= length
            noise += along * (_normal(first) - along @ noise)
        vector: Floats = law.mean + self.scale * law.spread * noise
        if self.norm == "pool":
            vector = as_long_as(vector, self.laws.norms, rng)
        return PseudoVoice(vector, wish.gender)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Means and spreads."""
        return self.laws.arrays()

    def facts(self) -> Mapping[str, Fact]:
        """Settings, and of how many people."""
        return {
            "scale": self.scale, "norm": self.norm, "people": self.people, "pool": self.digest,
        }  # fmt: skip

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        laws, scale = GenderLaws.of_arrays(arrays), fact(facts, "scale", float)
        norm = fact(facts, "norm", str)
        return cls(embedder, laws, *origin(facts), scale, norm)  # type: ignore[arg-type]


def _normal(uniform: float) -> float:
    """A standard normal number from one between 0 and 1."""
    return float(ndtri(min(max(uniform, 1e-12), 1 - 1e-12)))
