"""Pseudo-voices that are sums of a few people's, with weights of either sign.

All weights of a voice sum to 1, so that it stays among voices: between the people (interpolation),
beyond them (extrapolation), or around the pool's mean, which then has a weight of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.norm_law import NormLaw, as_long_as, norm_quantiles
from voxnym.voices.parts import fact, settings_of
from voxnym.voices.people import People
from voxnym.voices.pool import Pool
from voxnym.voices.sorted_draw import DRAWS, picked

WeightLaw = Literal["softmax", "around_mean"]


@dataclass(frozen=True)
class MixSettings:
    """How people are mixed.

    Args:
        people: how many, drawn without replacement; fewer where there are not so many.
        law: "softmax": positive weights, the softmax of normal numbers, pushed outwards by
            `extrapolation`. "around_mean": weights of either sign whose squares sum to 1, on what
            differs from the pool's mean; voices then have the pool's mean and covariance.
        extrapolation: f makes a weight w of n people into w (1 + f) - f / n; 0 stays between them.
        norm: whether vectors stay as long as they come out, or become as long as the pool's.

    Raises:
        InputError: a value out of range.

    Source: Lv et al., "SALT: Distinguishable Speaker Anonymization through Latent Space
        Transformation", ASRU 2023 (four people, softmax weights, extrapolation; there on frames of
        WavLM features, here on speaker vectors).
    """

    people: int = 4
    law: WeightLaw = "softmax"
    extrapolation: float = 0.0
    norm: NormLaw = "kept"

    def __post_init__(self) -> None:
        if self.people < 1:
            raise InputError(f"people={self.people}; expected 1 or more")
        if self.law not in ("softmax", "around_mean") or self.norm not in ("kept", "pool"):
            raise InputError(f"law={self.law!r}, norm={self.norm!r}: unknown")
        if not 0 <= self.extrapolation < float("inf"):
            raise InputError(f"extrapolation={self.extrapolation}; expected 0 or more")

    @property
    def for_release(self) -> bool:
        """Whether what is drawn is nobody's; one person alone is that person."""
        return self.people > 1

    def weights(self, rng: np.random.Generator, draws: int, people: int) -> Floats:
        """Weights of people, several draws at once.

        Args:
            rng: gives draws x people numbers.
            draws: how many.
            people: in each.

        Returns:
            (draws, people); rows sum to 1 for "softmax", their squares do for "around_mean".
        """
        noise = rng.standard_normal((draws, people))
        if self.law == "around_mean":
            return np.asarray(noise / np.linalg.norm(noise, axis=1, keepdims=True))
        positive = np.exp(noise)
        shares = positive / positive.sum(axis=1, keepdims=True)
        return np.asarray(shares * (1 + self.extrapolation) - self.extrapolation / people)


INTERPOLATED: Final = MixSettings()
EXTRAPOLATED: Final = MixSettings(extrapolation=1.0)
AROUND_MEAN: Final = MixSettings(people=8, law="around_mean", norm="pool")
REAL_PERSON: Final = MixSettings(people=1)
"""A random person of the pool as they are: a yardstick, not for release."""


@dataclass(frozen=True, eq=False)
class MixedVoices:
    """A model of kind "mix". It holds vectors of real people: not for release.

    Args:
        embedder: id of what made the vectors.
        people: of the pool, a mean of each, without names.
        settings: how to mix.
        digest: of the pool it was made of.
    """

    embedder: str
    people: People
    settings: MixSettings
    digest: str

    kind = "mix"

    @classmethod
    def fit(cls, pool: Pool, settings: MixSettings = INTERPOLATED) -> Self:
        """A model of the people of a pool."""
        return cls(pool.embedder, People.of(pool.means()), settings, pool.digest)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self.people.dims

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders of which there are people."""
        return self.people.genders

    @cached_property
    def gender_line(self) -> GenderLine:
        """Guesses the gender of a source."""
        return self.people.line()

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice; see `voxnym.voices.model.VoiceModel`.

        Raises:
            InputError: a gender that the pool lacks.
        """
        first = float(rng.random())
        vectors = self.people.vectors[self.people.rows(wish.gender)]
        # One person alone: everybody lines up, so that two first numbers give two people.
        mixed = vectors if self.settings.people == 1 else self._mixed(rng, vectors)
        vector = mixed[picked(first, mixed @ self.people.axis(wish.gender))]
        if self.settings.norm == "pool":
            vector = as_long_as(vector, self._norms, rng)
        return PseudoVoice(vector, wish.gender)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """People without names."""
        return self.people.arrays()

    def facts(self) -> Mapping[str, Fact]:
        """Settings, and what may be done with the model and with what it draws."""
        return {
            "settings": dataclasses.asdict(self.settings),
            "rows": len(self.people.vectors),
            "pool": self.digest,
            "for_release": False,
            "draws_for_release": self.settings.for_release,
        }

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        told = settings_of(facts)
        settings = MixSettings(
            fact(told, "people", int),
            fact(told, "law", str),  # type: ignore[arg-type]
            fact(told, "extrapolation", float),
            fact(told, "norm", str),  # type: ignore[arg-type]
        )
        return cls(embedder, People.of_arrays(arrays), settings, fact(facts, "pool", str))

    @cached_property
    def _norms(self) -> Floats:
        return norm_quantiles(self.people.vectors)

    def _mixed(self, rng: np.random.Generator, vectors: Floats) -> Floats:
        """(draws, dims) sums of a few people."""
        count = min(self.settings.people, len(vectors))
        order = rng.permuted(np.tile(np.arange(len(vectors)), (DRAWS, 1)), axis=1)[:, :count]
        weights = self.settings.weights(rng, DRAWS, count)
        centre = vectors.mean(axis=0) if self.settings.law == "around_mean" else 0.0
        summed = np.einsum("dp,dpv->dv", weights, vectors[order] - centre)
        return np.asarray(centre + summed)
