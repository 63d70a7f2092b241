"""Makes a voice brighter or darker: a slope on its spectral envelope, drawn by key."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import PresetError
from voxnym.records import Speech, Survey

# Below the first formant a straight line in octaves would run to infinity; it stays level there.
_LEVEL_BELOW_HZ = 100.0
_NATS_PER_DB = math.log(10) / 10


@dataclass(frozen=True)
class ContentTilt:
    """Spectral tilt about a pivot, one slope for the whole recording, drawn evenly.

    Args:
        low_db: steepest fall, dB per octave.
        high_db: steepest rise, dB per octave.
        pivot_hz: the frequency that keeps its level.

    Raises:
        PresetError: limits in the wrong order or beyond ±12 dB per octave, or a pivot below
            100 Hz.
    """

    low_db: float = -2.0
    high_db: float = 2.0
    pivot_hz: float = 1000.0

    reads = frozenset({"content"})
    writes = frozenset({"content"})
    kinds = frozenset({"envelope"})
    needs = frozenset[str]()
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if not -12 <= self.low_db <= self.high_db <= 12:
            raise PresetError(
                f"low_db={self.low_db}, high_db={self.high_db}: "
                "expected -12 <= low <= high <= 12 dB per octave"
            )
        if not _LEVEL_BELOW_HZ <= self.pivot_hz < math.inf:
            raise PresetError(f"pivot_hz={self.pivot_hz}: expected {_LEVEL_BELOW_HZ:.0f} or more")

    def start(self, rng: np.random.Generator, survey: Survey) -> Tilting:
        """Draw the slope."""
        return Tilting(float(rng.uniform(self.low_db, self.high_db)), self.pivot_hz)


class Tilting:
    """A tilt by a known slope."""

    def __init__(self, slope_db: float, pivot_hz: float) -> None:
        self.slope_db = slope_db
        self._pivot_hz = pivot_hz
        self._added: NDArray[np.float32] = np.zeros(0, np.float32)

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames, tilted."""
        bins = speech.content.shape[1]
        if len(self._added) != bins:
            hz = np.maximum(np.linspace(0, speech.rate / 2, bins), _LEVEL_BELOW_HZ)
            octaves = np.log2(hz / self._pivot_hz)
            self._added = (self.slope_db * octaves * _NATS_PER_DB).astype(np.float32)
        return speech.replace(content=speech.content + self._added)
