"""Moves formants: warps the frequency axis of a spectral envelope by a factor drawn by key."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import PresetError
from voxnym.records import Speech, Survey


@dataclass(frozen=True)
class ContentWarp:
    """Vocal-tract length warping of the log envelope, one factor for the whole recording.

    Below a knee all frequencies are multiplied by the factor, so that every formant of speech
    moves by the same ratio, as if the vocal tract had another length; above it a second straight
    line leads to the Nyquist frequency, which stays. A bilinear warp would need no knee, but
    moves low formants by more than high ones, which no vocal tract does.

    The factor is drawn evenly in logarithm from [`low`, `high`] without the neighbourhood of 1,
    where the voice would hardly change.

    Args:
        low: smallest factor; below 1 formants fall (a longer vocal tract).
        high: largest factor; above 1 formants rise.
        distance: no factor f with |ln f| below it is drawn; the default is ln 1.08.
        knee_share: where the knee lies, as a share of the Nyquist frequency (for factors above 1,
            of its image).

    Raises:
        PresetError: a range that is empty or out of [0.5, 2], or a knee out of (0, 1).

    Source:
        Lee, Rose, "A frequency warping approach to speaker normalization", IEEE Trans. Speech
        and Audio Processing 6(1), 1998: piecewise linear warp.
    """

    low: float = 0.82
    high: float = 1.2
    distance: float = math.log(1.08)
    knee_share: float = 0.875

    reads = frozenset({"content"})
    writes = frozenset({"content"})
    kinds = frozenset({"envelope"})
    needs = frozenset[str]()
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if not 0.5 <= self.low <= self.high <= 2:
            raise PresetError(f"low={self.low}, high={self.high}: expected 0.5 <= low <= high <= 2")
        if not self.distance >= 0 or not sum(b - a for a, b in self._ranges()) >= 0:
            raise PresetError(f"distance={self.distance}: expected 0 or more")
        if not self._ranges():
            raise PresetError(
                f"distance={self.distance}: leaves no factor between {self.low} and {self.high}; "
                "make it smaller or the range wider"
            )
        if not 0 < self.knee_share < 1:
            raise PresetError(f"knee_share={self.knee_share}: expected between 0 and 1")

    def _ranges(self) -> list[tuple[float, float]]:
        """The parts of the range of ln f that may be drawn."""
        low, high = math.log(self.low), math.log(self.high)
        if self.distance == 0:
            return [(low, high)]
        parts = [(low, min(high, -self.distance)), (max(low, self.distance), high)]
        return [(start, end) for start, end in parts if start <= end]

    def start(self, rng: np.random.Generator, survey: Survey) -> Warping:
        """Draw the factor."""
        ranges = self._ranges()
        place = rng.random() * sum(end - start for start, end in ranges)
        for start, end in ranges[:-1]:
            if place <= end - start:
                return Warping(math.exp(start + place), self.knee_share)
            place -= end - start
        return Warping(math.exp(ranges[-1][0] + place), self.knee_share)


class Warping:
    """A warp by a known factor."""

    def __init__(self, factor: float, knee_share: float) -> None:
        self.factor = factor
        self._knee = knee_share
        self._below: NDArray[np.intp] = np.zeros(0, np.intp)
        self._weight: NDArray[np.float32] = np.zeros(0, np.float32)

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames with the frequency axis warped."""
        bins = speech.content.shape[1]
        if len(self._below) != bins:
            place = source_places(self.factor, bins, self._knee)
            self._below = np.minimum(place.astype(np.intp), bins - 2)
            self._weight = (place - self._below).astype(np.float32)
        left = speech.content[:, self._below]
        right = speech.content[:, self._below + 1]
        return speech.replace(content=left + self._weight * (right - left))


def source_places(factor: float, bins: int, knee_share: float) -> NDArray[np.float64]:
    """(bins,) from which place of the old axis, 0 to bins - 1, each new bin is taken.

    >>> source_places(1.25, 9, 0.875).round(3).tolist()[:3]
    [0.0, 0.8, 1.6]
    """
    nyquist = bins - 1
    old_knee = knee_share * nyquist * min(1.0, 1.0 / factor)
    new_knee = old_knee * factor
    return np.interp(np.arange(bins), [0.0, new_knee, nyquist], [0.0, old_knee, nyquist])
