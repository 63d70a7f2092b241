"""Pseudo-voices from a generator that learned, against a critic, to make what could be real."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.affinity import Cosine
from voxnym.voices.gan_network import GanNetwork
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.norm_law import POINTS, NormLaw, as_long_as
from voxnym.voices.parts import fact, floats, settings_of
from voxnym.voices.sorted_draw import picked

_MOST_ROUNDS: Final = 32
"""So often as many voices as are wanted are made, to find enough of the gender wished for."""


@dataclass(frozen=True)
class GanDrawing:
    """How voices are drawn from a generator.

    Args:
        distance: 1 - cosine to the source that a voice must exceed; None where any voice will do.
        tries: voices that are looked at.
        stock: voices that are made once and then drawn from; 0 to make new ones each time. A stock
            is the same for everybody who has the model.
        stock_seed: of the stock.
        norm: whether vectors stay as long as they come out, or become as long as the pool's.

    Raises:
        InputError: a value out of range.
    """

    distance: float | None = 0.3
    tries: int = 32
    stock: int = 0
    stock_seed: int = 0
    norm: NormLaw = "pool"

    def __post_init__(self) -> None:
        if self.distance is not None and not 0 <= self.distance < 2:
            raise InputError(f"distance={self.distance}; expected 0 or more, below 2")
        if self.tries < 1 or self.stock < 0 or 0 < self.stock < self.tries:
            raise InputError(
                f"tries={self.tries}, stock={self.stock}; expected 1 or more, and a stock of 0 or "
                "of at least as many"
            )
        if self.norm not in ("kept", "pool"):
            raise InputError(f"norm={self.norm!r}; expected kept or pool")


NEW_EACH_TIME: Final = GanDrawing()
"""Ours: nobody else can have the same voice."""
STOCKED: Final = GanDrawing(tries=20, stock=5000, norm="kept")
"""As published for baseline B3 of the challenge, except that a voice is not taken out of the stock
(what one person got would depend on who came before), and that a failure is told.

Source: Meyer et al., "Anonymizing speech with generative adversarial networks to preserve speaker
    privacy", SLT 2022; its system in the VoicePrivacy 2024 Challenge.
"""


@dataclass(frozen=True, eq=False)
class GanVoices:
    """A model of kind "gan".

    Args:
        embedder: id of what made the vectors it learned from.
        network: the generator.
        mean: (dims,) added to what it makes,
        deviation: (dims,) after this factor.
        axes: (dims,) by gender, "unknown" for all: direction on which people differ most.
        line: between the genders; what lies on the side of a gender counts as one of it.
        norms: (33,) quantiles of the norms of people's vectors.
        drawing: how voices are drawn.
        about: how it was learned, for its card.
    """

    embedder: str
    network: GanNetwork
    mean: Floats
    deviation: Floats
    axes: Mapping[Gender, Floats]
    line: GenderLine
    norms: Floats
    drawing: GanDrawing
    about: Mapping[str, Fact]

    kind = "gan"

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self.network.dims

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that can be told apart."""
        return frozenset(self.axes) - {"unknown"}

    @property
    def gender_line(self) -> GenderLine:
        """Guesses the gender of a source."""
        return self.line

    @property
    def needs_source(self) -> bool:
        """Whether a draw looks at the person who is to be hidden."""
        return self.drawing.distance is not None

    def voices(self, latent: Floats) -> Floats:
        """What the generator makes.

        Args:
            latent: (count, latent) standard normal numbers.

        Returns:
            (count, dims).
        """
        return np.asarray(self.mean + self.deviation * self.network(latent))

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice; see `voxnym.voices.model.VoiceModel`.

        Among the voices that are far enough from the source, the first number chooses along the
        axis on which people differ most. If none is, the farthest comes back, and `unmet` says so.

        Raises:
            InputError: a gender that the model does not know, no source where a distance is to be
                kept, or a generator that hardly makes any voice of the gender.
        """
        if wish.gender not in self.axes:
            raise InputError(f"gender {wish.gender!r}: the model does not know it")
        first = float(rng.random())
        tried, tries = self._tried(rng, wish.gender)
        distances = self._distances(tried, wish)
        limit = -np.inf if self.drawing.distance is None else self.drawing.distance
        far = np.flatnonzero(distances > limit)
        unmet = ""
        if not far.size:
            unmet = (
                f"none of {len(tried)} voices has a cosine distance above {self.drawing.distance} "
                f"from the source; the farthest has {distances.max():.3f}"
            )
            far = np.array([distances.argmax()])
        vector = tried[far[picked(first, tried[far] @ self.axes[wish.gender])]]
        if self.drawing.norm == "pool":
            vector = as_long_as(vector, self.norms, rng)
        return PseudoVoice(vector, wish.gender, tries, unmet)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Weights and scales."""
        parts: dict[str, NDArray[np.generic]] = {
            "mean": self.mean,
            "deviation": self.deviation,
            "gender_line": self.line.array(),
            "norms": self.norms,
        }
        axes: dict[str, NDArray[np.generic]] = {f"axis.{g}": each for g, each in self.axes.items()}
        return parts | axes | self.network.arrays()

    def facts(self) -> Mapping[str, Fact]:
        """How voices are drawn, and how they were learned."""
        return {"drawing": dataclasses.asdict(self.drawing), "about": dict(self.about)}

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        network = GanNetwork.of_arrays(arrays)
        dims = network.dims
        told: tuple[Gender, ...] = ("unknown", "f", "m")
        axes = {
            gender: floats(arrays, f"axis.{gender}", (dims,))
            for gender in told
            if gender == "unknown" or f"axis.{gender}" in arrays
        }
        return cls(
            embedder,
            network,
            floats(arrays, "mean", (dims,)),
            floats(arrays, "deviation", (dims,)),
            axes,
            GenderLine.of_array(floats(arrays, "gender_line", (None,)), dims),
            floats(arrays, "norms", (POINTS,)),
            _drawing_of(settings_of(facts, "drawing")),
            settings_of(facts, "about"),
        )

    @cached_property
    def _stock(self) -> Floats:
        rng = np.random.default_rng(self.drawing.stock_seed)
        return self.voices(rng.standard_normal((self.drawing.stock, self.network.latent)))

    def _tried(self, rng: np.random.Generator, gender: Gender) -> tuple[Floats, int]:
        """(tries, dims) voices of a gender, and how many had to be looked at."""
        wanted = self.drawing.tries
        if self.drawing.stock:
            order = rng.permutation(self.drawing.stock)
            right = np.flatnonzero(self._right(self._stock[order], gender))[:wanted]
            if right.size < wanted:
                raise InputError(f"gender {gender!r}: {right.size} in stock; expected {wanted}")
            return self._stock[order[right]], int(right[-1]) + 1
        found: list[Floats] = []
        missing, looked = wanted, 0
        for _ in range(_MOST_ROUNDS):
            made = self.voices(rng.standard_normal((wanted, self.network.latent)))
            right = np.flatnonzero(self._right(made, gender))[:missing]
            found.append(made[right])
            missing -= right.size
            if not missing:
                return np.concatenate(found), looked + int(right[-1]) + 1
            looked += wanted
        raise InputError(
            f"gender {gender!r}: {wanted - missing} of {looked} voices that were made; expected "
            f"{wanted}"
        )

    def _right(self, voices: Floats, gender: Gender) -> NDArray[np.bool_]:
        if gender == "unknown":
            return np.ones(len(voices), bool)
        return np.array([each == gender for each in self.line.guesses(voices)])

    def _distances(self, voices: Floats, wish: Wish) -> Floats:
        if self.drawing.distance is None:
            return np.full(len(voices), np.inf)
        if wish.source is None:
            raise InputError(
                f"a distance of {self.drawing.distance} needs the voice of the person to hide; it "
                "is not known here"
            )
        source = np.asarray(wish.source, np.float64)
        return np.asarray(1 - Cosine().scores(source[None], voices)[0])


def _drawing_of(told: Mapping[str, Fact]) -> GanDrawing:
    distance = None if told.get("distance") is None else fact(told, "distance", float)
    return GanDrawing(
        distance,
        fact(told, "tries", int),
        fact(told, "stock", int),
        fact(told, "stock_seed", int),
        fact(told, "norm", str),  # type: ignore[arg-type]
    )
