"""Every frame in one pseudo-voice that a generator makes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from voxnym.errors import InputError, PresetError
from voxnym.records import Survey
from voxnym.voices.finding import model_for_stage
from voxnym.voices.gan import GanVoices
from voxnym.voices.gender_choice import NEEDS_SOURCE, GenderChoice, replacing
from voxnym.voices.replacing import Replacing


@dataclass(frozen=True)
class VoiceGan:
    """Replaces the voice by one that a generator makes; see `voxnym.voices.gan`.

    Args:
        model: name of a model that comes with the package, or a path that ends in .json.
        gender: of the pseudo-voice; "same" and "cross" guess the person's from the voice.
        distance: 1 - cosine to the person's voice that must be exceeded; None where any will do.

    Raises:
        PresetError: no such model, one of another kind, or a distance that no voice can have.
    """

    model: str
    gender: GenderChoice = "any"
    distance: float | None = 0.3

    reads = frozenset({"voice"})
    writes = frozenset({"voice"})
    kinds = None
    look_ahead = 0.0

    def __post_init__(self) -> None:
        _ = self._model

    @property
    def needs(self) -> frozenset[str]:
        """The person's voice, where the pseudo-voice depends on it."""
        by_source = self._model.needs_source or self.gender in NEEDS_SOURCE
        return frozenset({"voice"}) if by_source else frozenset()

    def start(self, rng: np.random.Generator, survey: Survey) -> Replacing:
        """Draw the pseudo-voice.

        Raises:
            InputError: the person's voice is needed and not known, no voice is far enough from it,
                or a gender that the model does not know.
        """
        return replacing(self.gender, self._model, rng, survey)

    @cached_property
    def _model(self) -> GanVoices:
        model = model_for_stage("voice_gan", self.model, GanVoices)
        try:
            drawing = dataclasses.replace(model.drawing, distance=self.distance)
        except InputError as error:
            raise PresetError(f"voice_gan: {error}") from error
        return dataclasses.replace(model, drawing=drawing)
