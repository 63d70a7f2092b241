"""Decoded frames to float32 samples, and the timeline that they lie on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.refusals import DAMAGED
from voxnym.errors import InputError
from voxnym.records import Block

TOLERANCE_S = Fraction(20, 1000)
"""Time stamps jitter: Matroska rounds them to milliseconds, telephones stamp by a clock of their
own. Up to this much the samples are taken to follow each other without a seam; it is half of what
a viewer notices between lips and sound."""
MOST_SILENCE_S = 3_600
_SILENCE_FRAMES = 65_536


def samples_of(frame: Any, channels: int) -> Block:
    """Samples of an av.AudioFrame.

    Args:
        frame: of any sample format.
        channels: number of channels that the recording has.

    Returns:
        float32, shape (channels, n), contiguous; integers are scaled by 2^-(bits-1).
    """
    kind = frame.format
    count = frame.samples
    if kind.is_planar:
        # frame.to_ndarray fails for eight planes, and planes are longer than their samples.
        planes = [np.frombuffer(plane, _TYPES[kind.name], count) for plane in frame.planes]
        samples = np.stack(planes)
    else:
        packed = np.frombuffer(frame.planes[0], _TYPES[kind.name], count * channels)
        samples = packed.reshape(count, channels).T
    return _scaled(samples)


_TYPES = {
    name + suffix: np.dtype(kind)
    for name, kind in {
        "u8": "u1",
        "s16": "i2",
        "s32": "i4",
        "s64": "i8",
        "flt": "f4",
        "dbl": "f8",
    }.items()
    for suffix in ("", "p")
}


def _scaled(samples: NDArray[Any]) -> Block:
    kind = samples.dtype
    if kind.kind == "f":
        return np.ascontiguousarray(samples, np.float32)
    if kind.kind == "u":
        return np.ascontiguousarray((samples.astype(np.float32) - 128) / 128)
    scaled = samples.astype(np.float64) * 2.0 ** (1 - 8 * kind.itemsize)
    return np.ascontiguousarray(scaled, np.float32)


class Timeline:
    """Puts decoded pieces where their time stamps say: gaps become silence, overlaps are cut.

    The first piece fixes the start. A piece whose stamp differs by no more than `TOLERANCE_S` from
    where the samples before it end follows without a seam.

    Args:
        rate: samples per second, Hz.
        channels: number of channels.
        name: what error texts call the recording.
    """

    def __init__(self, rate: int, channels: int, name: str) -> None:
        self._rate, self._channels, self._name = rate, channels, name
        self._silence_left = MOST_SILENCE_S * rate
        self.start: Fraction | None = None
        """Time of the first sample, s."""
        self.given = 0
        """Samples of one channel that came out so far."""

    def place(self, at: Fraction | None, block: Block) -> Iterator[Block]:
        """The piece with the silence before it, or what is left of it.

        Args:
            at: time of its first sample, s; None where there is no stamp.
            block: float32, shape (channels, n).

        Raises:
            InputError: stamps jump by more than an hour, all jumps together.
        """
        if self.start is None:
            self.start = at or Fraction(0)
        if at is not None:
            away = at - self.start - Fraction(self.given, self._rate)
            if away > TOLERANCE_S:
                yield from self._silence(round(away * self._rate))
            elif away < -TOLERANCE_S:
                block = np.ascontiguousarray(block[:, round(-away * self._rate) :])
        if block.shape[1]:
            self.given += block.shape[1]
            yield block

    def _silence(self, count: int) -> Iterator[Block]:
        self._silence_left -= count
        if self._silence_left < 0:
            raise InputError(
                f"{self._name}: its time stamps leave gaps of more than {MOST_SILENCE_S} s; "
                f"{DAMAGED}"
            )
        self.given += count
        while count:
            piece = min(count, _SILENCE_FRAMES)
            yield np.zeros((self._channels, piece), np.float32)
            count -= piece
