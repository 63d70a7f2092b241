"""Pseudo-voices that are distributed like real ones: a mixture of Gaussians on main axes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.cloud import Cloud
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.gender_voices import GenderVoices
from voxnym.voices.gmm_settings import GmmSettings
from voxnym.voices.margins import Margins
from voxnym.voices.mixture import Mixture
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.norm_law import POINTS, as_long_as
from voxnym.voices.parts import fact, floats, integers, settings_of

_EVERYBODY: Final = "all"
_ORDER: Final[tuple[Gender, ...]] = ("f", "m", "unknown")


@dataclass(frozen=True, eq=False)
class GmmVoices:
    """A model of kind "gmm"; `voxnym.voices.gmm_fit` makes it.

    Args:
        embedder: id of what made the vectors that it was fitted to.
        of: law of each gender; of "unknown" alone where everybody was taken as one.
        line: between the genders.
        norms: (33,) quantiles of the norms of people's vectors.
        settings: it was fitted with.
        about: numbers of people, hash of the pool, sizes that were chosen; for its card.
    """

    embedder: str
    of: Mapping[Gender, GenderVoices]
    line: GenderLine
    norms: Floats
    settings: GmmSettings
    about: Mapping[str, Fact]

    kind = "gmm"

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(next(iter(self.of.values())).mean.size)

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that have a law of their own."""
        return frozenset(self.of) - {"unknown"}

    @property
    def gender_line(self) -> GenderLine:
        """Guesses the gender of a source."""
        return self.line

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """One pseudo-voice; see `voxnym.voices.model.VoiceModel`. The source is not looked at.

        Raises:
            InputError: a gender that the model does not know.
        """
        return self.draw_at(float(rng.random()), rng, wish)

    def draw_at(self, first: float, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """The same with a first number that is given.

        It is the share of voices of the gender that lie before this one on the axis on which
        people differ most, men's end last. Where any gender will do, each has an equal part of the
        way from 0 to 1, in the order f, m.

        Args:
            first: 0 or more, below 1.
            rng: all else.
            wish: only its gender counts.

        Raises:
            InputError: see `draw`.
        """
        gender, place = self._place(first, wish.gender)
        vector = self.of[gender].voice(place, rng)
        if self.settings.norm == "pool":
            vector = as_long_as(vector, self.norms, rng)
        return PseudoVoice(vector, gender)

    def centre(self, gender: Gender) -> Floats:
        """(dims,) mean vector of real people of a gender.

        Raises:
            InputError: a gender that the model does not know.
        """
        if gender not in self.of:
            raise self._stranger(gender)
        return self.of[gender].centre

    def _place(self, first: float, gender: Gender) -> tuple[Gender, float]:
        if gender in self.of:
            return gender, first
        if gender != "unknown":
            raise self._stranger(gender)
        known = [each for each in _ORDER if each in self.of]
        whole = min(int(first * len(known)), len(known) - 1)
        return known[whole], first * len(known) - whole

    def _stranger(self, gender: Gender) -> InputError:
        known = ", ".join(sorted(self.of))
        return InputError(f"gender {gender!r}: the model was not fitted to it; it knows {known}")

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """All laws; what genders share stands there once."""
        found: dict[str, NDArray[np.generic]] = {
            "gender_line": self.line.array(),
            "norms": self.norms,
            "varied": next(iter(self.of.values())).varied.astype(np.int8),
        }
        for gender, law in self.of.items():
            found |= {f"{gender}.centre": law.centre, f"{gender}.mean": law.mean}
            where = _EVERYBODY if self.settings.shares_covariance else gender
            found |= {f"{where}.{name}": array for name, array in _cloud_arrays(law.cloud).items()}
            if law.margins is not None:
                where = _EVERYBODY if self.settings.margins == "all" else gender
                found[f"{where}.quantiles"] = law.margins.quantiles
        return found

    def facts(self) -> Mapping[str, Fact]:
        """Settings, and what was told of the fit."""
        return {"settings": dataclasses.asdict(self.settings), "about": dict(self.about)}

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        settings = _settings(settings_of(facts))
        varied = integers(arrays, "varied", (None,)).astype(bool)
        laws = {
            gender: _law(gender, arrays, varied, settings)
            for gender in _ORDER
            if f"{gender}.mean" in arrays
        }
        if not laws:
            raise InputError("voices: no gender's mean among the arrays")
        line = GenderLine.of_array(floats(arrays, "gender_line", (None,)), varied.size)
        norms = floats(arrays, "norms", (POINTS,))
        return cls(embedder, laws, line, norms, settings, settings_of(facts, "about"))


def _cloud_arrays(cloud: Cloud) -> dict[str, NDArray[np.generic]]:
    return {
        "axes": cloud.axes,
        "weights": cloud.mixture.weights,
        "means": cloud.mixture.means,
        "factors": cloud.mixture.factors,
        "spread": cloud.spread,
        "floor": np.array([cloud.floor]),
    }


def _law(
    gender: Gender,
    arrays: Mapping[str, NDArray[np.generic]],
    varied: NDArray[np.bool_],
    settings: GmmSettings,
) -> GenderVoices:
    dims, where = varied.size, _EVERYBODY if settings.shares_covariance else gender
    weights = floats(arrays, f"{where}.weights", (None,))
    means = floats(arrays, f"{where}.means", (weights.size, None))
    count = means.shape[1]
    mixture = Mixture(
        weights, means, floats(arrays, f"{where}.factors", (weights.size, count, count))
    )
    cloud = Cloud(
        floats(arrays, f"{where}.axes", (None, int(varied.sum()))),
        mixture,
        floats(arrays, f"{where}.spread", (None,)),
        float(floats(arrays, f"{where}.floor", (1,))[0]),
    )
    margins = None
    if settings.margins != "none":
        where = _EVERYBODY if settings.margins == "all" else gender
        margins = Margins(floats(arrays, f"{where}.quantiles", (None, dims)))
    centre, mean = (floats(arrays, f"{gender}.{name}", (dims,)) for name in ("centre", "mean"))
    return GenderVoices(centre, mean, varied, cloud, margins)


def _settings(told: Mapping[str, Fact]) -> GmmSettings:
    known = {field.name for field in dataclasses.fields(GmmSettings)}
    if told.keys() != known:
        odd = ", ".join(sorted(told.keys() ^ known))
        raise InputError(f"voices: settings missing or unknown: {odd}")
    for name in ("shares_covariance", "by_gender"):
        fact(told, name, bool)
    for name in ("held_out_share", "tolerance"):
        fact(told, name, float)
    fact(told, "atom_rounds", int)
    return GmmSettings(**told)  # type: ignore[arg-type]
