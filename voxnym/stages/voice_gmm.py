"""Everybody gets a voice that is distributed like real people's, and is nobody's."""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.voices.gmm import GmmVoices
from voxnym.voices.guard import Guard, GuardedVoices
from voxnym.voices.voice_stage import VoiceStage


@dataclass(frozen=True)
class VoiceGmm(VoiceStage):
    """Exchanges the voice for one that is drawn from a mixture of Gaussians.

    Args:
        likeness: largest cosine of pseudo-voice and person, both without the mean of the
            pseudo-voice's gender, -1 to 1; strangers have 0 on average. None does not look at the
            person at all: a draw by key alone is like them no more often than a stranger is, and
            tells nothing of them.
        raw: whether that cosine is of the vectors as they are, as published.
        tries: draws at most, to keep it. Without success there is no output.

    Raises:
        PresetError: as of `VoiceStage`, or a likeness out of range, or no tries.

    Source: Turner, Lovisotto and Martinovic, "Speaker anonymization with distribution-preserving
        x-vector generation for the VoicePrivacy Challenge 2020", 2020.
    """

    likeness: float | None = None
    raw: bool = False
    tries: int = 64

    name = "voice_gmm"
    kind = GmmVoices

    @property
    def looks_at_source(self) -> bool:
        """Whether a likeness must be kept."""
        return self.likeness is not None

    def used(self, model: GmmVoices) -> GuardedVoices:
        """The model, looked after."""
        guard = Guard(self.likeness, None, None, tries=self.tries, centred=not self.raw)
        return GuardedVoices(model, guard)
