"""Every frame in one pseudo-voice: independent noise around the mean of a pool."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from voxnym.records import Survey
from voxnym.voices.finding import model_for_stage
from voxnym.voices.gender_choice import NEEDS_SOURCE, GenderChoice, replacing
from voxnym.voices.noise import NoiseVoices
from voxnym.voices.replacing import Replacing


@dataclass(frozen=True)
class VoiceNoise:
    """Replaces the voice by independent noise around the mean of a pool.

    How voices are drawn is a matter of the model; see `voxnym.voices.noise`.

    Args:
        model: name of a model that comes with the package, or a path that ends in .json.
        gender: of the pseudo-voice; "same" and "cross" guess the person's from the voice.

    Raises:
        PresetError: no such model, or one of another kind.
    """

    model: str
    gender: GenderChoice = "any"

    reads = frozenset({"voice"})
    writes = frozenset({"voice"})
    kinds = None
    look_ahead = 0.0

    def __post_init__(self) -> None:
        _ = self._model

    @property
    def needs(self) -> frozenset[str]:
        """The person's voice, where the pseudo-voice depends on it."""
        return frozenset({"voice"}) if self.gender in NEEDS_SOURCE else frozenset()

    def start(self, rng: np.random.Generator, survey: Survey) -> Replacing:
        """Draw the pseudo-voice.

        Raises:
            InputError: the person's voice is needed and not known, or a gender that the model does
                not know.
        """
        return replacing(self.gender, self._model, rng, survey)

    @cached_property
    def _model(self) -> NoiseVoices:
        return model_for_stage("voice_noise", self.model, NoiseVoices)
