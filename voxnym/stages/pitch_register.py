"""Moves the pitch of a voice to a register drawn by key."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from voxnym.errors import PresetError
from voxnym.records import Frames, Speech, Survey

LOWEST_HZ, HIGHEST_HZ = 50.0, 600.0
# Live, nothing is known at first: as if so many seconds of a voice between the registers of
# women and men had been heard. A quarter of a second holds back the first syllable only.
_PRIOR_HZ = 150.0
_PRIOR_S = 0.25
_PRIOR_SPREAD = 0.2


@dataclass(frozen=True)
class PitchRegister:
    """Shifts ln F0 so that the recording's median lies at a target that the key alone decides.

    The target is drawn evenly in logarithm from [`low_hz`, `high_hz`]: what comes out tells
    nothing of the register that went in. The source register is the survey's median (its mean,
    if there is no median). Live, without a survey, it is the mean of ln F0 over the voiced
    frames up to the present one, begun with 0.25 s at 150 Hz, so that the first seconds still
    move towards the target.

    Args:
        low_hz: lowest target, Hz.
        high_hz: highest target, Hz.
        spread: standard deviation of ln F0 to which the liveliness of the contour is scaled
            about its register; None keeps the person's own. 0.18 is ordinary read speech.

    Raises:
        PresetError: targets out of 50 to 600 Hz or in the wrong order, or a spread out of
            (0, 0.5].
    """

    low_hz: float = 90.0
    high_hz: float = 220.0
    spread: float | None = None

    reads = frozenset({"pitch"})
    writes = frozenset({"pitch"})
    kinds = None
    look_ahead = 0.0

    def __post_init__(self) -> None:
        if not LOWEST_HZ <= self.low_hz <= self.high_hz <= HIGHEST_HZ:
            raise PresetError(
                f"low_hz={self.low_hz}, high_hz={self.high_hz}: "
                f"expected {LOWEST_HZ:.0f} <= low <= high <= {HIGHEST_HZ:.0f}"
            )
        if self.spread is not None and not 0 < self.spread <= 0.5:
            raise PresetError(f"spread={self.spread}: expected above 0, at most 0.5")

    @property
    def needs(self) -> frozenset[str]:
        """Register, and spread if it is to be scaled."""
        facts = {"log_pitch_mean", "log_pitch_median"}
        return frozenset(facts if self.spread is None else facts | {"log_pitch_spread"})

    def start(self, rng: np.random.Generator, survey: Survey) -> Registering:
        """Draw the target."""
        target = float(rng.uniform(math.log(self.low_hz), math.log(self.high_hz)))
        return Registering(target, self.spread, survey)


class Registering:
    """A move to a known register; keeps running sums where the survey says nothing."""

    def __init__(self, target: float, spread: float | None, survey: Survey) -> None:
        self.target_hz = math.exp(target)
        self._target = target
        self._spread = spread
        known = survey.log_pitch_median
        self._centre = survey.log_pitch_mean if known is None else known
        self._source_spread = survey.log_pitch_spread
        self._sums: Frames | None = None

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames in the new register; unvoiced ones stay 0, all within 50 to 600 Hz."""
        if speech.pitch is None:
            return speech
        voiced = speech.pitch > 0
        level = np.log(speech.pitch[voiced])
        centre, spread = self._source(level, speech.frame_rate)
        move = level - centre
        if self._spread is not None:
            move = move * (self._spread / np.maximum(spread, 0.02))
        pitch = np.zeros(speech.frames)
        pitch[voiced] = np.clip(np.exp(self._target + move), LOWEST_HZ, HIGHEST_HZ)
        return speech.replace(pitch=pitch)

    def _source(self, level: Frames, frame_rate: float) -> tuple[Frames | float, Frames | float]:
        """Register and spread of the source, as far as known at each voiced frame."""
        centre, spread = self._centre, self._source_spread
        if centre is not None and (spread is not None or self._spread is None):
            return centre, 1.0 if spread is None else spread
        off = level - math.log(_PRIOR_HZ)
        if self._sums is None:
            self._sums = _PRIOR_S * frame_rate * np.array([1.0, 0.0, _PRIOR_SPREAD**2])
        steps = np.stack([np.ones_like(off), off, off**2])
        # The old sums go first, so that however blocks are cut the same numbers are added in
        # the same order.
        sums = np.cumsum(np.concatenate([self._sums[:, None], steps], axis=1), axis=1)
        self._sums = sums[:, -1]
        count, first, second = sums[:, 1:]
        mean = first / count
        running = np.sqrt(np.maximum(second / count - mean**2, 0.0))
        return (
            mean + math.log(_PRIOR_HZ) if centre is None else centre,
            running if spread is None else spread,
        )
