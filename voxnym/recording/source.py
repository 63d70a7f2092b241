"""A recording in memory, read like one from a file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Audio, Block

MOST_CHANNELS = 8
BLOCK_FRAMES = 1 << 16


class AudioSource:
    """A recording in memory as a Source.

    Raises:
        InputError: more than eight channels, or samples that are not finite.
    """

    def __init__(self, audio: Audio) -> None:
        if not 1 <= audio.channels <= MOST_CHANNELS:
            raise InputError(f"{audio.channels} channels: expected 1 to {MOST_CHANNELS}")
        if not np.isfinite(audio.samples).all():
            raise InputError("samples hold NaN or infinity; expected finite numbers")
        self._audio = audio
        self.rate = audio.rate
        self.channels = audio.channels
        self.declared_frames = audio.length

    def blocks(self) -> Iterator[Block]:
        """Pieces of the samples."""
        for start in range(0, self._audio.length, BLOCK_FRAMES):
            yield self._audio.samples[:, start : start + BLOCK_FRAMES]
