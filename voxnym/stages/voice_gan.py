"""Every frame in one pseudo-voice that a generator makes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from voxnym.voices.gan import GanVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoiceGan(VoiceStage):
    """Replaces the voice by one that a generator makes; see `voxnym.voices.gan`.

    Args:
        distance: 1 - cosine to the person's voice that must be exceeded; None where any will do.

    Raises:
        PresetError: as of `VoiceStage`, or a distance that no voice can have.
    """

    distance: float | None = 0.3

    name = "voice_gan"
    kind = GanVoices

    def used(self, model: GanVoices) -> GanVoices:
        """The model that keeps this distance."""
        drawing = dataclasses.replace(model.drawing, distance=self.distance)
        return dataclasses.replace(model, drawing=drawing)
