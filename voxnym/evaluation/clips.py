"""Where an utterance's sound lies, and how attackers hear it: one rate, one channel, one level."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.records import Audio, Block

RATE: Final = 16_000
"""Hz. Other rates would tell sessions apart by their bandwidth."""

ACTIVE_DB: Final = 40.0
"""Frames less than this below the loud ones are speech; as in challenge systems' trimming."""

LEVEL_DB: Final = -26.0
"""RMS of speech frames, re full scale, at which everything is heard."""

_FRAME: Final = 320
_LOUD_PERCENTILE: Final = 95.0
_GUARD_FRAMES: Final = 2
_PEAK: Final = 0.99


@dataclass(frozen=True)
class Clip:
    """A stretch of one channel of a file.

    Args:
        path: the file.
        start: seconds.
        end: seconds; None for the end of the file.
        channel: from 0; None for the mean of all.
    """

    path: Path
    start: float = 0.0
    end: float | None = None
    channel: int | None = None

    @property
    def stretch(self) -> tuple[float, float | None, int | None]:
        """Start, end and channel."""
        return self.start, self.end, self.channel

    def read(self) -> Audio:
        """The stretch, one channel at 16 kHz, with 16 bits.

        Raises:
            InputError: it cannot be read, or there is nothing in the stretch.
        """
        from voxnym.audio.open import open_source
        from voxnym.audio.resample import Resampler

        source = open_source(self.path)
        first = round(self.start * source.rate)
        last = None if self.end is None else round(self.end * source.rate)
        resampler = Resampler(source.rate, RATE, 1)
        parts: list[Block] = []
        position = 0
        for block in source.blocks():
            stop = block.shape[1] if last is None else max(last - position, 0)
            parts.append(resampler.push(self._mono(block)[:, max(first - position, 0) : stop]))
            position += block.shape[1]
            if last is not None and position >= last:
                break
        parts.append(resampler.finish())
        samples = np.concatenate(parts, axis=1)
        if not samples.size:
            raise InputError(
                f"{printable(self.path)}: nothing between {self.start} and {self.end} s"
            )
        return sixteen_bits(Audio(samples, RATE))

    def _mono(self, block: Block) -> Block:
        if self.channel is None:
            return np.asarray(block.mean(axis=0, keepdims=True, dtype=np.float32))
        if self.channel >= block.shape[0]:
            raise InputError(f"{printable(self.path)}: channel {self.channel} of {block.shape[0]}")
        return block[self.channel : self.channel + 1]


@lru_cache(maxsize=1 << 16)
def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal; taken to stay as it is while we run."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sixteen_bits(audio: Audio) -> Audio:
    """Samples as a 16 bit file would hold them: no side of an attack may be finer than another."""
    whole = np.clip(np.rint(audio.samples * 32768), -32768, 32767)
    return Audio((whole / 32768).astype(np.float32), audio.rate)


def digest_of(audio: Audio) -> str:
    """Hexadecimal digest of rate and samples."""
    whole = np.rint(audio.samples * 32768).astype("<i2")
    return hashlib.sha256(f"{audio.rate}:{audio.channels}:".encode() + whole.tobytes()).hexdigest()


def as_heard(audio: Audio) -> Audio:
    """The same speech without what tells recordings apart: edges cut, level set.

    Silence before and after speech is cut (two frames of 20 ms stay) and the speech frames' RMS
    is brought to -26 dB, or as near as the peak allows. What lies between is as it was.

    Args:
        audio: one channel at 16 kHz.

    Returns:
        One channel at 16 kHz; digital silence comes back as it is.
    """
    samples = audio.samples[0]
    frames = samples[: samples.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    if not power.size or power.max() <= 0:
        return audio
    active = power > np.percentile(power, _LOUD_PERCENTILE) * 10 ** (-ACTIVE_DB / 10)
    where = np.flatnonzero(active)
    start = max(int(where[0]) - _GUARD_FRAMES, 0) * _FRAME
    end = (int(where[-1]) + 1 + _GUARD_FRAMES) * _FRAME
    gain = 10 ** (LEVEL_DB / 20) / np.sqrt(power[active].mean())
    cut = samples[start:end]
    gain = min(gain, _PEAK / max(float(np.abs(cut).max()), 1e-9))
    return Audio((cut * gain).astype(np.float32), audio.rate)
