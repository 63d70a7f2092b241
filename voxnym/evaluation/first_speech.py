"""The first minute of speech of a recording of any length, as attackers hear it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.clips import ACTIVE_DB, RATE, as_heard, sixteen_bits
from voxnym.records import Audio, Block

if TYPE_CHECKING:
    from voxnym.protocols import Source

SPEECH_S: Final = 60.0
"""Seconds of speech; more changes an embedding little."""

SOUND_S: Final = 600.0
"""Seconds of sound after which no more is read, however little of it was speech."""

_FRAME: Final = 320
_FRAME_S: Final = _FRAME / RATE
_LOUD_PERCENTILE: Final = 95.0
_LOOK_EVERY: Final = 50


@dataclass(frozen=True, eq=False)
class FirstSpeech:
    """What was read of a recording.

    Args:
        audio: one channel at 16 kHz, 16 bits, edges cut, speech at -26 dB.
        is_whole: whether that is all of the recording.
    """

    audio: Audio
    is_whole: bool


def first_speech(
    source: Source, speech_s: float = SPEECH_S, sound_s: float = SOUND_S
) -> FirstSpeech:
    """Read a recording until enough speech was heard; the rest is not even decoded.

    A frame of 20 ms is speech if its power is less than 40 dB below the loud ones so far (their
    95th percentile). Channels are averaged.

    Args:
        source: the recording.
        speech_s: seconds of speech that are enough.
        sound_s: seconds of sound after which reading ends in any case.

    Raises:
        InputError: it cannot be read.
    """
    from voxnym.audio.resample import Resampler

    resampler = Resampler(source.rate, RATE, 1)
    reading = _Reading(speech_s, sound_s)
    for block in source.blocks():
        mono = block.mean(axis=0, keepdims=True, dtype=np.float32)
        reading.add(resampler.push(mono))
        if reading.is_enough():
            break
    else:
        reading.add(resampler.finish())
    samples, is_whole = reading.taken()
    return FirstSpeech(as_heard(sixteen_bits(Audio(samples, RATE))), is_whole)


class _Reading:
    """Samples so far, and which of their frames are speech."""

    def __init__(self, speech_s: float, sound_s: float) -> None:
        self._enough = max(1, round(speech_s / _FRAME_S))
        self._most = max(1, round(sound_s / _FRAME_S))
        self._blocks: list[Block] = []
        self._rest: Block = np.zeros((1, 0), np.float32)
        self._powers: list[NDArray[np.float64]] = []
        self._frames = 0
        self._looked = 0
        self._end: int | None = None

    def add(self, block: Block) -> None:
        whole = np.concatenate([self._rest, block], axis=1)
        count = whole.shape[1] // _FRAME
        frames = whole[0, : count * _FRAME].reshape(count, _FRAME)
        self._blocks.append(whole[:, : count * _FRAME])
        self._rest = whole[:, count * _FRAME :]
        self._powers.append((frames.astype(np.float64) ** 2).mean(axis=1))
        self._frames += count

    def is_enough(self) -> bool:
        # Looked at in steps of its own, so that the caller's cuts cannot matter.
        while self._end is None and self._frames >= self._looked + _LOOK_EVERY:
            self._looked += _LOOK_EVERY
            heard = np.flatnonzero(self._speech(self._looked))
            if heard.size > self._enough:
                self._end = int(heard[self._enough])
            elif self._looked >= self._most:
                self._end = self._most
        return self._end is not None

    def taken(self) -> tuple[Block, bool]:
        """Samples of shape (1, n), and whether they are all there are."""
        samples = np.concatenate([*self._blocks, self._rest], axis=1)
        if self._end is None and not self.is_enough():
            return samples, True
        assert self._end is not None
        cut = samples[:, : self._end * _FRAME]
        return cut, cut.shape == samples.shape

    def _speech(self, frames: int) -> NDArray[np.bool_]:
        powers = np.concatenate(self._powers)
        self._powers = [powers]
        powers = powers[:frames]
        loud = np.percentile(powers, _LOUD_PERCENTILE)
        return np.asarray(powers > loud * 10 ** (-ACTIVE_DB / 10))
