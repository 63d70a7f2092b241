"""Flattens the pitch contour towards a mean, and may add noise to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import PresetError
from voxnym.records import Frames, Speech, Survey

LOWEST_HZ, HIGHEST_HZ = 50.0, 600.0
Mean = Literal["running", "cumulative", "utterance", "corpus", "moving"]
Noise = Literal["snr", "absolute"]
# The variance for "snr" starts as that of so many seconds with so much relative deviation.
_PRIOR_S = 0.5
_PRIOR_DEVIATION = 0.05


@dataclass(frozen=True)
class PitchRevert:
    """Mean reversion f' = (1 - alpha) f + alpha m of the voiced frames, in Hz.

    Readings of the mean m (the published description leaves it open):

    - "running": of the voiced frames within `window_s`, centred. The only reading that changes
      the shape of a contour and may be used without a survey.
    - "cumulative": of the voiced frames so far.
    - "utterance": of the whole recording, from the survey: exp(mean + spread² / 2) of ln F0, the
      mean in Hz of a log-normal contour; live, without a survey, as "cumulative".
    - "corpus": `mean_hz`.
    - "moving": the moving average of the published code, kept for comparison: unvoiced zeros
      enter it and unvoiced frames get a pitch, so that voicing is smeared; nothing is clipped.

    Before a mean-variance normalisation of the recording, "utterance" and "corpus" change
    nothing at all: a constant mean and a constant factor are what it takes away.

    Noise is white and Gaussian, one value per `noise_hold_s` (the hop of the published pitch
    tracker; at 5 ms it would be roughness), on voiced frames only, after the reversion:

    - "snr": `noise_db` below the variance of the reverted contour. It is taken over the voiced
      frames up to the present one, begun with 0.5 s of 5 % deviation, so that no look-ahead is
      needed.
    - "absolute": variance 10^(noise_db / 10) Hz².

    Args:
        alpha: share of the mean, 0 to 1.
        mean: reading of the mean.
        window_s: window of "running" and "moving", seconds.
        mean_hz: mean of "corpus", Hz.
        noise: reading of the noise, None for none.
        noise_db: its strength, see above.
        noise_hold_s: how long one value of it lasts, seconds.

    Raises:
        PresetError: a value out of its range, or "corpus" without `mean_hz`.

    Source:
        Kuzmin et al., "NTU-NPU System for Voice Privacy 2024 Challenge", SPSC 2024; "moving":
        github.com/deep-privacy/SA-toolkit, hifigan/nn.py.
    """

    alpha: float = 0.75
    mean: Mean = "running"
    window_s: float = 0.64
    mean_hz: float | None = None
    noise: Noise | None = None
    noise_db: float = 10.0
    noise_hold_s: float = 0.02

    reads = frozenset({"pitch"})
    writes = frozenset({"pitch"})
    kinds = None

    def __post_init__(self) -> None:
        if not 0 <= self.alpha <= 1:
            raise PresetError(f"alpha={self.alpha}: expected 0 to 1")
        if self.mean not in get_args(Mean):
            raise PresetError(f"mean={self.mean!r}: expected one of {', '.join(get_args(Mean))}")
        if not 0 < self.window_s <= 20:
            raise PresetError(f"window_s={self.window_s}: expected above 0, at most 20 s")
        if (self.mean == "corpus") != (self.mean_hz is not None):
            raise PresetError(f"mean_hz={self.mean_hz}: expected with mean='corpus' and only there")
        if self.mean_hz is not None and not LOWEST_HZ <= self.mean_hz <= HIGHEST_HZ:
            raise PresetError(f"mean_hz={self.mean_hz}: expected 50 to 600 Hz")
        if self.noise is not None and self.noise not in get_args(Noise):
            raise PresetError(f"noise={self.noise!r}: expected snr, absolute or none")
        if not -20 <= self.noise_db <= 60:
            raise PresetError(f"noise_db={self.noise_db}: expected -20 to 60 dB")
        if not 0 <= self.noise_hold_s <= 1:
            raise PresetError(f"noise_hold_s={self.noise_hold_s}: expected 0 to 1 s")

    @property
    def needs(self) -> frozenset[str]:
        """Mean and spread for "utterance", else nothing."""
        facts = {"log_pitch_mean", "log_pitch_spread"} if self.mean == "utterance" else set()
        return frozenset(facts)

    @property
    def look_ahead(self) -> float:
        """Half of the window, where there is one."""
        return self.window_s / 2 if self.mean in ("running", "moving") else 0.0

    def start(self, rng: np.random.Generator, survey: Survey) -> Reverting:
        """Begin a recording; noise is drawn in the order of the frames."""
        return Reverting(self, rng, survey)


class Reverting:
    """Holds back half a window of frames, and remembers the half before."""

    def __init__(self, stage: PitchRevert, rng: np.random.Generator, survey: Survey) -> None:
        self._stage = stage
        self._rng = rng
        self._mean_hz = stage.mean_hz
        if stage.mean == "utterance" and survey.log_pitch_mean is not None:
            self._mean_hz = math.exp(
                survey.log_pitch_mean + (survey.log_pitch_spread or 0.0) ** 2 / 2
            )
        self._held: Speech | None = None
        self._past: Frames | None = None
        self._sums = np.zeros(2)
        self._moments: Frames | None = None
        self._noise_value = 0.0
        self._noise_left = 0

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """Frames whose window is known; unvoiced ones stay 0, all within 50 to 600 Hz."""
        if speech.pitch is None:
            return speech
        if self._held is not None:
            speech = self._held.joined(speech)
        if not speech.frames:
            return speech
        pitch = np.asarray(speech.pitch, dtype=np.float64)
        before, after = self._reach(speech.frame_rate)
        ready = len(pitch) if last else max(0, len(pitch) - after)
        self._held = speech[ready:]
        means, counted = self._means(pitch, ready, before, after)
        alpha = self._stage.alpha
        pitch = np.where(counted, (1 - alpha) * pitch[:ready] + alpha * means, 0.0)
        pitch = self._noisy(pitch, speech.frame_rate)
        if self._stage.mean != "moving":
            pitch = np.where(pitch > 0, np.clip(pitch, LOWEST_HZ, HIGHEST_HZ), 0.0)
        return speech[:ready].replace(pitch=pitch)

    def _reach(self, frame_rate: float) -> tuple[int, int]:
        """Frames of the window before and after its centre."""
        if self._stage.mean not in ("running", "moving"):
            return 0, 0
        width = max(1, round(self._stage.window_s * frame_rate))
        # The published average of an even width reaches one frame further back than ahead.
        return width // 2, (width - 1) // 2 if self._stage.mean == "moving" else width // 2

    def _means(
        self, pitch: Frames, ready: int, before: int, after: int
    ) -> tuple[Frames | float, NDArray[np.bool_]]:
        """Mean for each ready frame, and which of them have a pitch afterwards."""
        voiced = pitch[:ready] > 0
        if self._mean_hz is not None:
            return self._mean_hz, voiced
        if self._stage.mean not in ("running", "moving"):
            return self._cumulative(pitch[:ready], voiced), voiced
        past = np.zeros(before) if self._past is None else self._past
        around = np.concatenate([past, pitch, np.zeros(after)])
        self._past = around[ready : ready + before]
        windows = np.lib.stride_tricks.sliding_window_view(around, before + after + 1)[:ready]
        total = windows.sum(axis=1)
        if self._stage.mean == "moving":
            width = before + after + 1
            return total / width, np.ones(ready, bool)
        return total / np.maximum((windows > 0).sum(axis=1), 1), voiced

    def _cumulative(self, pitch: Frames, voiced: NDArray[np.bool_]) -> Frames:
        steps = np.stack([voiced, np.where(voiced, pitch, 0.0)])
        sums = np.cumsum(np.concatenate([self._sums[:, None], steps], axis=1), axis=1)
        self._sums = sums[:, -1]
        return np.asarray(sums[1, 1:] / np.maximum(sums[0, 1:], 1))

    def _noisy(self, pitch: Frames, frame_rate: float) -> Frames:
        stage = self._stage
        if stage.noise is None or not len(pitch):
            return pitch
        noise = self._noise(len(pitch), max(1, round(stage.noise_hold_s * frame_rate)))
        scale: Frames | float = 10 ** (stage.noise_db / 20)
        if stage.noise == "snr":
            scale = self._deviation(pitch, frame_rate) / scale
        # Noise must not take a frame's voicing away, however strong it is.
        return np.where(pitch > 0, np.maximum(pitch + scale * noise, LOWEST_HZ), 0.0)

    def _noise(self, frames: int, hold: int) -> Frames:
        """White noise of variance 1 on an own grid of `hold` frames."""
        fresh = max(0, -(-(frames - self._noise_left) // hold))
        values = np.concatenate([[self._noise_value], self._rng.standard_normal(fresh)])
        repeats = np.full(fresh + 1, hold)
        repeats[0] = self._noise_left
        noise = np.repeat(values, repeats)
        self._noise_value, self._noise_left = float(values[-1]), len(noise) - frames
        return noise[:frames]

    def _deviation(self, pitch: Frames, frame_rate: float) -> Frames:
        """Standard deviation of the voiced frames up to each, Hz."""
        voiced = pitch > 0
        if self._moments is None:
            if not voiced.any():
                return np.zeros(len(pitch))
            first = float(pitch[np.argmax(voiced)])
            weight = _PRIOR_S * frame_rate
            spread = (_PRIOR_DEVIATION * first) ** 2
            self._moments = weight * np.array([1.0, first, first**2 + spread])
        steps = np.stack([voiced, pitch, pitch**2])
        sums = np.cumsum(np.concatenate([self._moments[:, None], steps], axis=1), axis=1)
        self._moments = sums[:, -1]
        count, total, squares = sums[:, 1:]
        variance = squares / count - (total / count) ** 2
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
