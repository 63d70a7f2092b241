"""Every frame in one pseudo-voice: an average of people from a pool."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.pool_choice import PoolVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoicePool(VoiceStage):
    """Replaces the voice by an average of people from a pool.

    How voices are drawn is a matter of the model; see `voxnym.voices.pool_choice`.
    """

    name = "voice_pool"
    kind = PoolVoices
