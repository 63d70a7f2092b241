"""Everybody speaks in one of few voices along a curve; a chosen number of bits is their own."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.porcupine import CurveVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoicePorcupine(VoiceStage):
    """Exchanges the voice for what stands for a cell of a curve through many voices.

    Args:
        bits: how many of the person's own the pseudo-voice keeps, 0 to the model's. With 0 the
            cell is drawn by key and nothing of the voice is disclosed. The published method keeps
            all: similar people get similar voices, and whoever knows the model learns so many bits
            of who it is, for each voice that a person is given. "same" and "cross" as gender
            disclose one bit more.

    Raises:
        PresetError: as of `VoiceStage`, or more bits than the model has.

    Source: Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024.
    """

    bits: int = 0

    name = "voice_porcupine"
    kind = CurveVoices

    @property
    def looks_at_source(self) -> bool:
        """Whether bits are kept."""
        return self.bits > 0

    def used(self, model: CurveVoices) -> CurveVoices:
        """The model with so many bits kept."""
        return model.keeping(self.bits)
