"""Where nobody speaks: the places where a background would be heard alone.

Speech is what stands out, after denoising, relative to the recording's own speech level; so
neither the level of a recording nor the strength of its background matters much. What is cut
out is decided once the whole recording was heard.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.resample import Resampler
from voxnym.recording.denoise import Denoiser
from voxnym.records import Block

RATE_HZ = 16_000
FRAME_SAMPLES = 160
"""0.01 s at 16 kHz."""
HANG_OVER_FRAMES = 10
"""Before and after speech, 0.1 s each: weak onsets and ends lie there."""
RANGE_DB = 25.0
"""Speech that is further below the speaker's loud sounds is not heard beside comfort noise."""
ABOVE_FLOOR_DB = 8.0
"""How much speech stands out from what the denoiser leaves of a loud background."""
LEAST_RANGE_DB = 18.0
"""However loud the background, sounds down to here count as speech."""
LOUD_PERCENTILE = 95
FLOOR_PERCENTILE = 10
STANDS_OUT_DB = 10.0
DIGITAL_SILENCE_DB = -150.0
LEAST_DYNAMICS_DB = 12.0
"""Where loud and quiet differ by less, nobody speaks."""
WINDOW_FRAMES = 1_000
"""10 s: who speaks more softly than the others has a scale of their own."""
SPEECH_DYNAMICS_DB = 20.0
"""Only what goes up and down like speech may have one."""
MOST_WEAKER_DB = 20.0


class PauseFinder:
    """Collects the pauses of one voice that comes in blocks, its edges included.

    Args:
        rate: Hz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = Resampler(rate, RATE_HZ, 1)
        self._denoiser = Denoiser(RATE_HZ, 1)
        self._waiting: Block = np.zeros(0, np.float32)
        self._levels: list[NDArray[np.int16]] = []
        self._length = 0
        self._finished = False

    def add(self, block: Block) -> None:
        """The next (1, n) samples of the voice as it was recorded."""
        self._length += block.shape[1]
        self._measure(self._denoiser.push(self._resampler.push(block)))

    def runs(self) -> NDArray[np.int64]:
        """Pauses, (count, 2): first sample, and the one after the last. Ends the recording."""
        if not self._finished:
            self._finished = True
            self._measure(self._denoiser.push(self._resampler.finish()))
            self._measure(self._denoiser.finish())
            self._measure(np.zeros((1, -self._waiting.size % FRAME_SAMPLES), np.float32))
        levels_db = np.concatenate([np.zeros(0, np.int16), *self._levels]) / 100
        quiet = ~_dilated(_speech(levels_db), HANG_OVER_FRAMES)
        edges = np.flatnonzero(np.diff(quiet.view(np.int8), prepend=0, append=0))
        samples = edges.astype(np.int64) * FRAME_SAMPLES * self._rate // RATE_HZ
        return np.minimum(samples, self._length).reshape(-1, 2)

    def _measure(self, block: Block) -> None:
        samples = np.concatenate([self._waiting, block[0]])
        whole = samples.size // FRAME_SAMPLES * FRAME_SAMPLES
        self._waiting = samples[whole:]
        frames = samples[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float64)
        levels_db = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-20)
        # Two bytes a frame: an hour takes 720 kB.
        self._levels.append(np.round(levels_db * 100).astype(np.int16))


def _speech(levels_db: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Frames that stand out as speech, in the whole recording or around their own place."""
    whole = _Scale.of(levels_db)
    if whole.range_db < LEAST_DYNAMICS_DB:
        return np.zeros(levels_db.size, bool)
    threshold = np.full(levels_db.size, whole.threshold_db)
    for first in range(0, max(levels_db.size - WINDOW_FRAMES // 2, 1), WINDOW_FRAMES // 2):
        around = slice(first, first + WINDOW_FRAMES)
        here = _Scale.of(levels_db[around])
        weaker_db = whole.loud_db - here.loud_db
        if here.range_db >= SPEECH_DYNAMICS_DB and weaker_db <= MOST_WEAKER_DB:
            threshold[around] = np.minimum(threshold[around], here.threshold_db)
    return np.asarray(levels_db > threshold)


@dataclass(frozen=True)
class _Scale:
    """Levels of the loud and of the quiet frames of a stretch, dB."""

    loud_db: float
    floor_db: float

    @classmethod
    def of(cls, levels_db: NDArray[np.float64]) -> _Scale:
        # Digital silence says nothing about a background.
        sounding = levels_db[levels_db > DIGITAL_SILENCE_DB]
        if not sounding.size:
            return cls(0.0, 0.0)
        floor = np.percentile(sounding, FLOOR_PERCENTILE)
        # Of a few words in a long pause the loud sounds count, not the percentile of the pause.
        active = sounding[sounding >= floor + STANDS_OUT_DB]
        loud = np.percentile(active if active.size else sounding, LOUD_PERCENTILE)
        return cls(float(loud), float(floor))

    @property
    def range_db(self) -> float:
        return self.loud_db - self.floor_db

    @property
    def threshold_db(self) -> float:
        above_floor = min(self.floor_db + ABOVE_FLOOR_DB, self.loud_db - LEAST_RANGE_DB)
        return max(self.loud_db - RANGE_DB, above_floor)


def _dilated(speech: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Speech and so many frames before and after it."""
    count = np.concatenate([[0], np.cumsum(speech)])
    index = np.arange(speech.size)
    first = np.maximum(index - frames, 0)
    last = np.minimum(index + frames + 1, speech.size)
    return np.asarray(count[last] > count[first])
