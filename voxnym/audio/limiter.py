"""Peaks kept under a ceiling by a gain that sees them coming; everything else stays as it is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Block

# float32 products may round up by 6e-8 of their size.
_ROUNDING_MARGIN = 1.0 - 1e-6


class Limiter:
    """Keeps samples under a ceiling; one gain for all channels.

    The gain that each sample needs is held for the look-ahead before and the hold time after it
    (a sliding minimum), then averaged over the look-ahead by a triangle. The average never looks
    further than the minimum reaches, so the gain is at most the needed one everywhere; it moves
    by less than 2 / (look-ahead in samples) per sample. Where no sample within reach exceeds the
    ceiling the gain is exactly 1 and samples pass bit by bit.

    Args:
        rate: samples per second, Hz.
        channels: number of channels.
        ceiling_db: highest sample allowed, dB re full scale.
        look_ahead_s: how long before a peak the gain begins to fall, seconds; the delay when live.
        hold_s: how long the gain stays down after a peak, seconds: longer than a pitch period of
            speech, so that the gain does not follow the waveform.

    Raises:
        InputError: a rate, channel count or time below its lowest sensible value.
    """

    def __init__(
        self,
        rate: int,
        channels: int,
        ceiling_db: float = -1.0,
        look_ahead_s: float = 0.005,
        hold_s: float = 0.015,
    ) -> None:
        if rate < 1 or channels < 1 or not look_ahead_s > 0 or not hold_s >= 0:
            raise InputError(
                f"rate={rate}, channels={channels}, look_ahead_s={look_ahead_s}, "
                f"hold_s={hold_s}: expected positive numbers"
            )
        self.channels = channels
        self._ceiling = 10.0 ** (ceiling_db / 20.0)
        half = max(1, math.ceil(look_ahead_s * rate / 2))
        self._half = half
        self._ahead = 2 * half
        self._hold = round(hold_s * rate)
        # The minimum at n reaches back by the hold, the average by the look-ahead on top.
        self._past = np.ones(self._ahead + self._hold)
        self._waiting = np.zeros((channels, 0), np.float32)
        self._waiting_gain = np.ones(0)
        self._lowest = 1.0

    @property
    def reduction_db(self) -> float:
        """The largest reduction so far, dB, 0 or more."""
        return -20.0 * math.log10(self._lowest) if self._lowest < 1.0 else 0.0

    def push(self, block: Block) -> Block:
        """Samples that are ready after these, delayed by the look-ahead.

        Args:
            block: float32, shape (channels, n), finite.

        Returns:
            float32, shape (channels, m), m may be 0; no sample above the ceiling.

        Raises:
            InputError: another number of channels.
        """
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise InputError(f"block.shape={block.shape}: expected ({self.channels}, n)")
        peak = np.abs(block).max(axis=0, initial=0.0).astype(np.float64)
        ceiling = self._ceiling
        needed = np.where(peak > ceiling, ceiling * _ROUNDING_MARGIN / np.maximum(peak, ceiling), 1)
        return self._ready(block, needed, self._ahead)

    def finish(self) -> Block:
        """The rest; afterwards as many samples came out as went in."""
        nothing = np.zeros((self.channels, 0), np.float32)
        return self._ready(nothing, np.ones(0), 0)

    def _ready(self, block: Block, needed: NDArray[np.float64], keep: int) -> Block:
        samples = np.concatenate([self._waiting, block], axis=1)
        future = np.concatenate([self._waiting_gain, needed])
        count = max(0, samples.shape[1] - keep)
        gains = np.concatenate([self._past, future, np.ones(self._ahead - keep)])
        out = samples[:, :count]
        if count and gains.min() < 1.0:
            gain = self._smoothed(gains)[:count]
            self._lowest = min(self._lowest, float(gain.min()))
            out = out * gain.astype(np.float32)
        self._waiting = samples[:, count:].copy()
        self._waiting_gain = future[count:].copy()
        self._past = gains[count : count + self._past.size].copy()
        return np.ascontiguousarray(out)

    def _smoothed(self, needed: NDArray[np.float64]) -> NDArray[np.float64]:
        """Gain for each sample after the past ones, as far as the look-ahead reaches."""
        from scipy.ndimage import minimum_filter1d

        width = self._hold + self._ahead + 1
        # Position i of the result covers needed[i : i + width].
        held = minimum_filter1d(needed, width, origin=-(width // 2))
        held = held[: needed.size - width + 1]
        # Averaging the reduction instead of the gain leaves exact zeros where there is none.
        reduction = _box(_box(1.0 - held, self._half), self._half + 1)
        return 1.0 - reduction


def _box(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Mean over each full window."""
    total = np.concatenate([np.zeros(1), np.cumsum(values)])
    mean: NDArray[np.float64] = (total[width:] - total[:-width]) / width
    return mean
