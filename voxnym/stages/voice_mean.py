"""Every frame in one pseudo-voice: the mean of a pool, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.mean import MeanVoice
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoiceMean(VoiceStage):
    """Replaces the voice by the mean of a pool, the same for everybody.

    How voices are drawn is a matter of the model; see `voxnym.voices.mean`.
    """

    name = "voice_mean"
    kind = MeanVoice
