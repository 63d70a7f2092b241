"""Speech as linear prediction: what the vocal tract does (poles) and what drives it (residual)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.residual import Predictor, SampleFilter, SpectrumFilter
from voxnym.errors import InputError, PresetError, RenderError
from voxnym.records import Block, Frames, Speech, Survey

# Energy of frames without any sound, which come out as zeros.
SILENCE_DB = -300.0
_SILENCE_POWER = 1e-30
# Frames worked on at a time, so that they stay in the processor's cache.
_CHUNK = 48


@dataclass(frozen=True)
class Lpc:
    """Codec: prediction polynomials (`content`), frame level (`energy`), residual (`rest`).

    Args:
        rate: sample rate, Hz.
        order: number of poles; None for one pair per 2 kHz and two pairs more (20 at 16 kHz).
        window_s: frame length, s; a whole multiple of `hop_s`, at least twice.
        hop_s: distance between frames, s.
        window: "periodic" root-Hann overlaps to exactly 1; "symmetric" ripples by 0.3 %, as in
            the challenge.
        estimator: "autocorrelation" is always stable; "burg" follows librosa.
        white_noise: share of the frame's power added as white noise before prediction; only with
            "autocorrelation".
        smoothing_hz: standard deviation of a Gaussian that smooths the spectrum before prediction,
            so that poles follow resonances and not single harmonics; only with
            "autocorrelation".
        filtering: "spectrum" (fast) or "frame" (sample by sample, each frame from rest); see
            `voxnym.analysis.residual`.
        padding: frames also cover head and tail; without, the last samples that fill no whole
            hop come out as zeros, and a recording shorter than one frame is refused.
        match_energy: each frame comes out with the level in `energy`, whatever the filter.
        offset: added to each sample, and again to each frame before "burg".

    Raises:
        PresetError: a value out of range.

    Source: J. Patino, N. Tomashenko, M. Todisco, A. Nautsch, N. Evans, "Speaker anonymisation
        using the McAdams coefficient", Interspeech 2021 (analysis and synthesis chain).
    """

    rate: int = 16000
    order: int | None = None
    window_s: float = 0.020
    hop_s: float = 0.010
    window: Literal["periodic", "symmetric"] = "periodic"
    estimator: Literal["autocorrelation", "burg"] = "autocorrelation"
    white_noise: float = 1e-9
    smoothing_hz: float = 60.0
    filtering: Literal["spectrum", "frame"] = "spectrum"
    padding: bool = True
    match_energy: bool = True
    offset: float = 0.0

    kind: ClassVar[str] = "lpc"
    needs: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        for name, allowed in (
            ("window", ("periodic", "symmetric")),
            ("estimator", ("autocorrelation", "burg")),
            ("filtering", ("spectrum", "frame")),
        ):
            if getattr(self, name) not in allowed:
                raise PresetError(f"{name}={getattr(self, name)!r}: expected one of {allowed}")
        if not 1000 <= self.rate <= 192_000:
            raise PresetError(f"rate={self.rate}: expected 1000 to 192000 Hz")
        ratio = self.window_s / self.hop_s if 0 < self.hop_s <= 1 else 0.0
        if not (2 <= ratio <= 64 and abs(ratio - round(ratio)) < 1e-6 and self.hop >= 8):
            raise PresetError(
                f"window_s={self.window_s}, hop_s={self.hop_s}: expected a hop of at least "
                "8 samples, and a window of 2 to 64 whole hops"
            )
        if not 2 <= self.poles < self.window_length // 2:
            raise PresetError(
                f"order={self.order}: expected 2 to {self.window_length // 2 - 1} poles"
            )
        if not 0.0 <= self.white_noise < 1.0:
            raise PresetError(f"white_noise={self.white_noise}: expected 0 up to 1")
        if not 0.0 <= self.smoothing_hz <= 1000.0:
            raise PresetError(f"smoothing_hz={self.smoothing_hz}: expected 0 to 1000 Hz")

    @property
    def poles(self) -> int:
        """Order of the prediction polynomials."""
        return 2 * round(self.rate / 2000) + 4 if self.order is None else self.order

    @property
    def hop(self) -> int:
        """Samples between frames."""
        return round(self.hop_s * self.rate)

    @property
    def window_length(self) -> int:
        """Samples of a frame."""
        return self.hop * round(self.window_s / self.hop_s)

    @property
    def frame_rate(self) -> float:
        """Frames per second, Hz."""
        return self.rate / self.hop

    @property
    def look_back(self) -> float:
        """Seconds of the past that a frame depends on."""
        return self.window_length / self.rate

    @property
    def look_ahead(self) -> float:
        """Seconds of the future that a frame depends on."""
        return self.window_length / self.rate

    @property
    def parts(self) -> frozenset[str]:
        """Fields of Speech that it fills and obeys."""
        return frozenset({"content", "energy"} if self.match_energy else {"content"})

    def start(self, survey: Survey) -> LpcRun:
        """Begin a recording."""
        return LpcRun(self)


class LpcRun:
    """One recording inside the codec: samples not yet framed, frames not yet overlapped."""

    def __init__(self, codec: Lpc) -> None:
        self._codec = codec
        self._window = _root_hann(codec.window_length, codec.hop, codec.window == "periodic")
        self._weights = self._window**4
        predictor = Predictor(
            codec.poles,
            codec.estimator,
            codec.white_noise,
            codec.offset,
            codec.smoothing_hz / codec.rate,
        )
        kind = SpectrumFilter if codec.filtering == "spectrum" else SampleFilter
        self._filter: SpectrumFilter | SampleFilter = kind(self._window, predictor)
        self._lead = codec.window_length - codec.hop if codec.padding else 0
        self._pending = np.zeros(self._lead, np.float32)
        self._overlap = np.zeros(codec.window_length - codec.hop, np.float32)
        self._to_skip = self._lead
        self._taken = 0
        self._given = 0

    def analyze(self, block: Block, last: bool) -> Speech:
        """Frames that are complete by now.

        Args:
            block: (n,) float32, n may be 0.
            last: no more follows.

        Returns:
            Speech of kind "lpc": content (frames, order + 1), first column 1; energy in dB re
            full scale, weighted by the fourth power of the window.

        Raises:
            InputError: without padding, a recording shorter than one frame.
        """
        codec = self._codec
        self._taken += len(block)
        pending = np.concatenate([self._pending, block + np.float32(codec.offset)])
        if last:
            pending = self._close(pending)
        count = max(0, 1 + (len(pending) - codec.window_length) // codec.hop)
        self._pending = pending[count * codec.hop :].copy()
        frames = np.zeros((0, codec.window_length), np.float32)
        if count:
            windows = np.lib.stride_tricks.sliding_window_view(pending, codec.window_length)
            frames = windows[:: codec.hop]
        content, residual = self._filter.analyze(frames)
        return Speech(
            kind=codec.kind,
            content=content,
            frame_rate=codec.frame_rate,
            rate=codec.rate,
            energy=self._energy_db(frames) if codec.match_energy else None,
            rest={"residual": residual},
        )

    def synthesize(self, speech: Speech, last: bool) -> Block:
        """Samples that are complete by now; over a recording as many as were analyzed.

        Args:
            speech: frames of `analyze`, content and energy perhaps changed.
            last: no more follows.

        Returns:
            (n,) float32.

        Raises:
            RenderError: a filter overflowed.
        """
        count, hop = speech.frames, self._codec.hop
        sums = np.zeros(count * hop + len(self._overlap), np.float32)
        sums[: len(self._overlap)] = self._overlap
        with np.errstate(all="ignore"):  # what overflows is refused below
            for i in range(0, count, _CHUNK):
                self._add(sums[i * hop :], self._windowed(speech[i : i + _CHUNK]))
        if not np.isfinite(sums).all():
            raise RenderError(
                "the changed prediction filter overflowed on this recording (noise-free tones do "
                "that to the burg estimator); use the autocorrelation estimator"
            )
        self._overlap = sums[count * hop :].copy()
        ready = sums if last else sums[: count * hop]
        skip = min(self._to_skip, len(ready))
        self._to_skip -= skip
        ready = ready[skip:]
        if last:
            missing = self._taken - self._given
            ready = np.pad(ready[:missing], (0, max(0, missing - len(ready))))
        self._given += len(ready)
        return ready

    def _close(self, pending: NDArray[np.float32]) -> NDArray[np.float32]:
        """Zeros behind the end, so that every sample lies in as many frames as any other."""
        codec = self._codec
        if codec.padding:
            hops = math.ceil(self._taken / codec.hop)
            total = hops * codec.hop + 2 * self._lead if hops else 0
            behind = total - self._lead - self._taken
            return np.pad(pending, (0, behind)) if hops else pending[:0]
        if self._taken < codec.window_length:
            raise InputError(
                f"{self._taken} samples: expected at least {codec.window_length} (one frame); "
                "use a system with padding for shorter recordings"
            )
        return pending

    def _windowed(self, speech: Speech) -> Frames:
        """Frames of the output, ready to be overlapped."""
        frames = self._filter.synthesize(speech.content, speech.rest["residual"])
        frames *= self._window
        if self._codec.match_energy and speech.energy is not None:
            wanted = np.where(speech.energy > SILENCE_DB, 10 ** (speech.energy / 10), 0.0)
            power: Frames = np.einsum("ij,ij->i", frames, frames) / self._weights.sum()
            sounding = power > 0
            gain = np.sqrt(wanted / np.where(sounding, power, 1.0)) * sounding
            frames *= gain[:, np.newaxis]
        return frames

    def _energy_db(self, frames: NDArray[np.float32]) -> Frames:
        """Level of each frame as it would be overlapped, hence the window's fourth power."""
        power = np.zeros(len(frames))
        for i in range(0, len(frames), _CHUNK):
            squares = np.square(frames[i : i + _CHUNK], dtype=float)
            power[i : i + _CHUNK] = np.einsum("ij,j->i", squares, self._weights)
        decibels: Frames = 10 * np.log10(np.maximum(power / self._weights.sum(), _SILENCE_POWER))
        return decibels

    def _add(self, sums: NDArray[np.float32], frames: Frames) -> None:
        """Add frames, a hop apart, to the start of `sums`; oldest contributions first."""
        count, hop = len(frames), self._codec.hop
        for part in range(self._codec.window_length // hop - 1, -1, -1):
            slots = sums[part * hop : (part + count) * hop].reshape(count, hop)
            slots += frames[:, part * hop : (part + 1) * hop]


def _root_hann(length: int, hop: int, periodic: bool) -> Frames:
    """Square root of a Hann window whose squares add up to 1 on average."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / (length if periodic else length - 1))
    window: Frames = np.sqrt(hann / (hann.sum() / hop))
    return window
