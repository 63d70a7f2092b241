"""Every frame in one pseudo-voice: a sum of a few people from a pool."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.mix import MixedVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoiceMix(VoiceStage):
    """Replaces the voice by a sum of a few people from a pool.

    How voices are drawn is a matter of the model; see `voxnym.voices.mix`.
    """

    name = "voice_mix"
    kind = MixedVoices
