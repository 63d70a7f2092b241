"""Random multipliers on pitch, one for each voiced stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voxnym.errors import PresetError
from voxnym.records import Speech, Survey

LOWEST_HZ, HIGHEST_HZ = 50.0, 600.0


@dataclass(frozen=True)
class PitchScale:
    """Multiplies the pitch of each voiced stretch by a factor of its own, drawn evenly.

    The published systems draw one factor per phone. A codec of frames knows no phones, so here
    a stretch from one unvoiced frame to the next takes their place: a factor then never jumps
    within a sounding stretch. Published ranges are ±0.4 (system B3 of the challenge), ±0.3,
    ±0.2 and ±0.1 around 1.

    Args:
        low: smallest factor.
        high: largest factor, inclusive.

    Raises:
        PresetError: not 0.25 <= low <= high <= 4.

    Source:
        Multipliers and ranges: Meyer et al., "Prosody Is Not Identity", ICASSP 2023; Kuzmin et
        al., "NTU-NPU System for Voice Privacy 2024 Challenge", SPSC 2024.
    """

    low: float = 0.8
    high: float = 1.2

    reads = frozenset({"pitch"})
    writes = frozenset({"pitch"})
    kinds = None
    needs = frozenset[str]()
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if not 0.25 <= self.low <= self.high <= 4:
            raise PresetError(
                f"low={self.low}, high={self.high}: expected 0.25 <= low <= high <= 4"
            )

    def start(self, rng: np.random.Generator, survey: Survey) -> Scaling:
        """Begin a recording; factors are drawn in the order of the stretches."""
        return Scaling(self, rng)


class Scaling:
    """Knows the factor of the stretch that is under way."""

    def __init__(self, stage: PitchScale, rng: np.random.Generator) -> None:
        self._stage = stage
        self._rng = rng
        self._factor = 1.0
        self._sounding = False

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames with scaled pitch; unvoiced ones stay 0, all within 50 to 600 Hz."""
        if speech.pitch is None or not speech.frames:
            return speech
        voiced = speech.pitch > 0
        begins = voiced & ~np.concatenate([[self._sounding], voiced[:-1]])
        drawn = self._rng.uniform(self._stage.low, self._stage.high, int(begins.sum()))
        factors = np.concatenate([[self._factor], drawn])
        pitch = np.clip(speech.pitch * factors[np.cumsum(begins)], LOWEST_HZ, HIGHEST_HZ)
        self._factor, self._sounding = float(factors[-1]), bool(voiced[-1])
        return speech.replace(pitch=np.where(voiced, pitch, 0.0))
