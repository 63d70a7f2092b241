"""The first pass: what stages want to know of a whole recording, gathered in constant memory."""

from __future__ import annotations

import math

import numpy as np

from voxnym.analysis.pitch import CEILING_HZ, FLOOR_HZ, FRAME_S, estimate_pitch
from voxnym.records import Block, Survey

PITCH_FACTS = frozenset({"log_pitch_mean", "log_pitch_spread", "log_pitch_median", "voiced_share"})
_SEGMENT_S = 8
# A thousandth in ln F0 is a sixtieth of a semitone: finer than any tracker.
_BIN = 0.001


class Surveyor:
    """Gathers a `Survey` block by block.

    Pitch is estimated with swift-f0 on segments of 8 s of an own grid, so that the caller's
    cuts do not matter; ln F0 goes into running sums and a histogram.

    Args:
        rate: samples per second, Hz.
        needs: names of `Survey` fields that will be used. Where none of them is about pitch
            nothing is computed; fields that this pass does not know (loudness, voice) are left
            to others.

    >>> Surveyor(16000, frozenset()).result()
    Survey(log_pitch_mean=None, log_pitch_spread=None, log_pitch_median=None, ...)
    """

    def __init__(self, rate: int, needs: frozenset[str]) -> None:
        self._rate = rate
        self._idle = not needs & PITCH_FACTS
        self._segment = _SEGMENT_S * rate
        self._waiting: list[Block] = []
        self._waiting_samples = 0
        self._bins = np.zeros(math.ceil(math.log(CEILING_HZ / FLOOR_HZ) / _BIN) + 1, np.int64)
        self._voiced = self._frames = 0
        self._sum = self._squares = 0.0

    def add(self, block: Block) -> None:
        """Take in (n,) float32 samples."""
        if self._idle:
            return
        while len(block):
            part = block[: self._segment - self._waiting_samples]
            block = block[len(part) :]
            # A copy, because callers may use one buffer again for every block.
            self._waiting.append(part.copy())
            self._waiting_samples += len(part)
            if self._waiting_samples == self._segment:
                self._measure()

    def result(self) -> Survey:
        """What was found so far, as the end of the recording; fields None where nothing is known.

        Without one voiced frame the pitch fields are None and `voiced_share` is 0; without a
        sample all are None.
        """
        if self._waiting_samples:
            self._measure()
        if not self._frames:
            return Survey()
        share = self._voiced / self._frames
        if not self._voiced:
            return Survey(voiced_share=share)
        mean = self._sum / self._voiced
        spread = math.sqrt(max(self._squares / self._voiced - mean**2, 0.0))
        return Survey(mean, spread, self._median(), voiced_share=share)

    def _median(self) -> float:
        below = np.cumsum(self._bins)
        half = (int(np.searchsorted(below, below[-1] / 2)) + 0.5) * _BIN
        return math.log(FLOOR_HZ) + half

    def _measure(self) -> None:
        samples = np.concatenate(self._waiting)
        self._waiting, self._waiting_samples = [], 0
        track = estimate_pitch(samples, self._rate, frame_s=FRAME_S)
        pitch = track.pitch_hz[: max(1, int(len(samples) / (self._rate * FRAME_S) + 1e-6))]
        # Sums about the floor keep the difference of squares exact over many hours.
        level = np.log(pitch[pitch > 0])
        places = ((level - math.log(FLOOR_HZ)) / _BIN).astype(np.int64)
        np.add.at(self._bins, np.clip(places, 0, len(self._bins) - 1), 1)
        self._frames += len(pitch)
        self._voiced += len(level)
        self._sum += float(level.sum())
        self._squares += float(np.square(level).sum())
