"""Every frame in one pseudo-voice: independent noise around the mean of a pool."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.noise import NoiseVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoiceNoise(VoiceStage):
    """Replaces the voice by independent noise around the mean of a pool.

    How voices are drawn is a matter of the model; see `voxnym.voices.noise`.
    """

    name = "voice_noise"
    kind = NoiseVoices
