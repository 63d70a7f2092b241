"""What a model of voices promises, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Gender

Floats = NDArray[np.float64]
Fact = str | int | float | bool | None | list["Fact"] | dict[str, "Fact"]


@dataclass(frozen=True, eq=False)
class Wish:
    """What a pseudo-voice should be like.

    Args:
        gender: of the voice wanted; "unknown" for any.
        source: (dims,) vector of the person who is to be hidden; None where it is not known. Only
            models that look at it need it.
    """

    gender: Gender = "unknown"
    source: Floats | None = None


@dataclass(frozen=True, eq=False)
class PseudoVoice:
    """A voice that belongs to nobody.

    Args:
        vector: (dims,).
        gender: "unknown" where the model knows none.
        tries: draws that it took.
        unmet: which guard could not be kept within the allowed tries, in words; empty where all
            were.
    """

    vector: Floats
    gender: Gender = "unknown"
    tries: int = 1
    unmet: str = ""


class VoiceModel(Protocol):
    """Draws pseudo-voices: a frozen dataclass of plain arrays, fitted to a `Pool`.

    The first number that `draw` takes from its generator decides most of how the voice sounds,
    the nearer two of them the more alike (the rule of `Stage.start`). A draw depends on model,
    generator and wish alone, and is the same whether one voice is drawn or many.
    """

    @property
    def kind(self) -> str:
        """Its name in files: "gmm", "pool", …."""
        ...

    @property
    def embedder(self) -> str:
        """Id of the embedder whose vectors it makes."""
        ...

    @property
    def dims(self) -> int:
        """Length of a vector."""
        ...

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that can be wished for; empty where it knows none."""
        ...

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice.

        Raises:
            InputError: a gender that the model does not know, or a source that it needs.
        """
        ...

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All numbers, for a file."""
        ...

    def facts(self) -> Mapping[str, Fact]:
        """All else: sizes, settings, seed, hash of the pool; JSON."""
        ...

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """The model that `arrays` and `facts` describe.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        ...
