"""Comfort noise: a quiet floor under every result that has nothing to do with the original's.

It is added to the whole result, pauses and speech alike. So cuts in pauses are not heard as
holes, and what a denoiser leaves is covered.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Block

LEVEL_DB = -55.0
"""RMS re full scale (a sample of 1.0), beside speech at -23 LUFS."""
LEVEL_SPREAD_DB = 2.0
SLOPE = -1.0
"""Power falls with frequency: pink noise, -3 dB an octave."""
SLOPE_SPREAD = 0.5
FLAT_BELOW_HZ = 200.0
LOWEST_HZ = 80.0
HOP_SAMPLES = 4_096
"""Frames overlap by half; the caller's cuts do not matter."""


class ComfortNoise:
    """Endless steady Gaussian noise, about pink, the same whatever the cuts.

    Pink, since residues of backgrounds lie at all frequencies: noise shaped like speech would be
    too weak above 4 kHz to cover the band by which microphones and lossy codecs differ, white
    noise of the same effect would hiss. Below 200 Hz it is flat, and below 80 Hz there is none:
    rumble costs level and covers nothing that is heard.

    Level and slope of a recording's floor are drawn by chance, a little to both sides. Were they
    always the same, the statistics of the quiet frames of a result would tell how much of it is
    pause, and that is a habit of the speaker.

    Args:
        rng: gives level, slope and samples; equal generators give equal noise.
        rate: Hz.
        level_db: the mean level, RMS in dB re full scale.
        level_spread_db: the drawn level lies at most so far from it.
        slope_spread: the same for the exponent of the power's fall, which is -1 in the mean.

    Raises:
        InputError: a rate that is too low for any noise, or a negative spread.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        rate: int,
        level_db: float = LEVEL_DB,
        *,
        level_spread_db: float = LEVEL_SPREAD_DB,
        slope_spread: float = SLOPE_SPREAD,
    ) -> None:
        if rate <= 2 * LOWEST_HZ:
            raise InputError(f"rate={rate}: expected more than {2 * LOWEST_HZ:.0f} Hz")
        if min(level_spread_db, slope_spread) < 0:
            raise InputError(
                f"level_spread_db={level_spread_db}, slope_spread={slope_spread}: "
                "expected 0 or more"
            )
        self._rng = rng
        drawn_db = level_db + level_spread_db * rng.uniform(-1, 1)
        slope = SLOPE + slope_spread * rng.uniform(-1, 1)
        self._shape = (_amplitudes(rate, slope) * 10 ** (drawn_db / 20)).astype(np.float32)
        # Squares of a sine window and of the next one, half a window later, add up to one.
        place = (np.arange(2 * HOP_SAMPLES) + 0.5) / (2 * HOP_SAMPLES)
        self._window = np.sin(np.pi * place).astype(np.float32)
        self._ready: Block = np.zeros(0, np.float32)
        self._tail = self._frame()[HOP_SAMPLES:]

    def take(self, count: int) -> Block:
        """The next (count,) float32 samples."""
        pieces, missing = [self._ready], count - self._ready.size
        while missing > 0:
            frame = self._frame()
            pieces.append(self._tail + frame[:HOP_SAMPLES])
            self._tail = frame[HOP_SAMPLES:]
            missing -= HOP_SAMPLES
        ready = np.concatenate(pieces)
        taken, self._ready = ready[:count], ready[count:]
        return taken

    def _frame(self) -> Block:
        parts = self._rng.standard_normal((HOP_SAMPLES + 1, 2), np.float32)
        spectrum = parts.view(np.complex64)[:, 0] * self._shape
        return np.fft.irfft(spectrum, 2 * HOP_SAMPLES).astype(np.float32) * self._window


def _amplitudes(rate: int, slope: float) -> NDArray[np.float64]:
    """Standard deviation of real and imaginary part of each bin, for noise of unit power."""
    size = 2 * HOP_SAMPLES
    frequency = np.arange(HOP_SAMPLES + 1) * rate / size
    shape = np.maximum(frequency, FLAT_BELOW_HZ) ** (slope / 2)
    shape[frequency < LOWEST_HZ] = 0.0
    shape[-1] = 0.0
    # Parseval: every other bin stands for two, and has two parts of this variance.
    power = 4 * float(np.sum(shape**2)) / size**2
    return shape / math.sqrt(power)
