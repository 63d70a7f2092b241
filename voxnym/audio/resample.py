"""Another sample rate, block by block, with an exact number of samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Block

# Inputs are handed on in pieces of this size, so that the caller's cuts cannot matter.
GRID_FRAMES = 4_096


def resampled_length(length: int, rate_in: int, rate_out: int) -> int:
    """How many samples `length` samples become: length · rate_out / rate_in, rounded up.

    Rounded up, so that the way there and back never gives fewer samples than went in.

    >>> resampled_length(44_101, 44_100, 16_000), resampled_length(16_001, 16_000, 44_100)
    (16001, 44103)
    """
    return -(-length * rate_out // rate_in)


class Resampler:
    """Changes the sample rate of a recording that comes in blocks.

    Linear phase, without shift: sample n of the output lies at n / rate_out seconds. Any cut into
    blocks gives the same output. Equal rates pass everything through untouched.

    Args:
        rate_in: Hz.
        rate_out: Hz.
        channels: number of channels.
        grid_frames: samples that are handed on at a time; fewer for less delay when live.

    Raises:
        InputError: a rate, channel count or grid below 1.

    Source: libsoxr, quality "HQ" (20 bit precision, 91 % of the bandwidth kept).
    """

    def __init__(
        self, rate_in: int, rate_out: int, channels: int, grid_frames: int = GRID_FRAMES
    ) -> None:
        if min(rate_in, rate_out, channels, grid_frames) < 1:
            raise InputError(
                f"rate_in={rate_in}, rate_out={rate_out}, channels={channels}, "
                f"grid_frames={grid_frames}: expected at least 1"
            )
        self._grid = grid_frames
        self.rate_in = rate_in
        self.rate_out = rate_out
        self.channels = channels
        self._taken = 0
        self._given = 0
        self._waiting: list[Block] = []
        self._waiting_frames = 0
        self._stream = _stream(rate_in, rate_out, channels)

    def push(self, block: Block) -> Block:
        """Samples at the new rate that are complete after these.

        Args:
            block: float32, shape (channels, n) at `rate_in`.

        Returns:
            float32, shape (channels, m) at `rate_out`; m may be 0.

        Raises:
            InputError: another number of channels.
        """
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise InputError(f"block.shape={block.shape}: expected ({self.channels}, n)")
        self._taken += block.shape[1]
        if self._stream is None:
            return block
        self._waiting.append(block)
        self._waiting_frames += block.shape[1]
        if self._waiting_frames < self._grid:
            return self._empty()
        waiting = np.concatenate(self._waiting, axis=1)
        whole = waiting.shape[1] // self._grid * self._grid
        self._waiting = [waiting[:, whole:]]
        self._waiting_frames = waiting.shape[1] - whole
        pieces = [self._pass(waiting[:, i : i + self._grid]) for i in range(0, whole, self._grid)]
        return np.concatenate(pieces, axis=1)

    def finish(self) -> Block:
        """The rest; afterwards `resampled_length` of all that was pushed came out."""
        if self._stream is None:
            return self._empty()
        rest = np.concatenate([*self._waiting, self._empty()], axis=1)
        # libsoxr rounds its length down; silence after the end brings the last sample out.
        silence = np.zeros((self.channels, -(-2 * self.rate_in // self.rate_out)), np.float32)
        missing = resampled_length(self._taken, self.rate_in, self.rate_out) - self._given
        out = self._pass(np.concatenate([rest, silence], axis=1), last=True)
        return np.ascontiguousarray(out[:, :missing])

    def _pass(self, piece: Block, last: bool = False) -> Block:
        frames = np.ascontiguousarray(piece.T, np.float32)
        out: Block = np.ascontiguousarray(self._stream.resample_chunk(frames, last=last).T)
        self._given += out.shape[1]
        return out

    def _empty(self) -> Block:
        return np.zeros((self.channels, 0), np.float32)


def resample(samples: Block, rate_in: int, rate_out: int) -> Block:
    """A whole recording at another sample rate.

    Args:
        samples: float32, shape (channels, n).
        rate_in: Hz.
        rate_out: Hz.

    Returns:
        float32, shape (channels, resampled_length(n, rate_in, rate_out)).
    """
    resampler = Resampler(rate_in, rate_out, samples.shape[0])
    first = resampler.push(samples)
    return np.concatenate([first, resampler.finish()], axis=1)


def _stream(rate_in: int, rate_out: int, channels: int) -> Any:
    if rate_in == rate_out:
        return None
    import soxr

    return soxr.ResampleStream(rate_in, rate_out, channels, dtype="float32", quality="HQ")
