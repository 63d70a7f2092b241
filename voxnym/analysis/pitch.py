"""Fundamental frequency (F0) of speech, by one of three methods, on one frame grid.

Source: swift-f0: Nieradzik, "SwiftF0: Fast and Accurate Monophonic Pitch Detection", 2025. DIO:
Morise et al., AES 35th Conference, 2009. StoneMask: Morise, Yokomori, Ozawa, IEICE Trans.
E99-D(7), 2016. Harvest: Morise, Interspeech 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Frames

if TYPE_CHECKING:
    from swift_f0 import SwiftF0

PitchMethod = Literal["swift", "dio", "harvest"]

# Speech lies between about 65 and 450 Hz, shouting above. What trackers report above 600 Hz is
# mostly a formant, and below 65 Hz mostly a subharmonic: on LibriSpeech DIO is an octave off in
# 7 to 12 % of the voiced frames with a floor of 55 Hz, in 1 to 3 % with 65 Hz, and no better with
# 71 Hz (benchmarks/pitch_methods.py). The price is deep creak, which counts as unvoiced.
FLOOR_HZ = 65.0
CEILING_HZ = 600.0
FRAME_S = 0.005

_SWIFT_RATE_HZ = 16000
_SWIFT_VOICED = 0.5
# swift-f0 calls all frames unvoiced whose peak is below 1e-3, so quiet recordings are raised
# first; not without bound, since the noise of an empty recording must not be raised to speech.
_SWIFT_PEAK = 0.25
_SWIFT_MAX_GAIN = 100.0
# pyworld reads beyond inputs that are shorter than its own windows.
_WORLD_SHORTEST_S = 0.2
# DIO needs no more than the lowest harmonics; StoneMask refines on the full band afterwards.
_DIO_BAND_HZ = 4000
_DIO_MAX_SPEED = 12

_GUARD_WINDOW_S = 0.4
_GUARD_LONGEST_JUMP_S = 0.1
_GUARD_OFF_OCTAVES = 0.7
_GUARD_FOLD_OCTAVES = 0.3


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """F0 frame by frame.

    Args:
        times_s: (frames,) centre of each frame, seconds.
        pitch_hz: (frames,) F0 in Hz, 0 where unvoiced.
        confidence: (frames,) 0 to 1; the WORLD methods only say 0 or 1.
    """

    times_s: Frames
    pitch_hz: Frames
    confidence: Frames

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """(frames,) whether there is a pitch."""
        return self.pitch_hz > 0


def estimate_pitch(
    samples: NDArray[Any],
    rate: int,
    *,
    method: PitchMethod = "swift",
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
    frame_s: float = FRAME_S,
) -> PitchTrack:
    """F0, voiced decision and confidence; octave jumps repaired by `guard_octaves`.

    Frame k is centred on k * `frame_s`, up to the last sample. Where a method finds no voice,
    silence and very short inputs included, the pitch is 0.

    Args:
        samples: (n,) floats, full scale ±1, finite.
        rate: samples per second, Hz; any.
        method: "swift" (swift-f0, a small network), "dio" (DIO with StoneMask; fits WORLD's
            spectral analysis) or "harvest" (finds the most voice, over 30 times slower).
        floor_hz: lowest F0 that is reported, Hz.
        ceiling_hz: highest F0 that is reported, Hz.
        frame_s: distance of frames, seconds.

    Raises:
        InputError: wrong dimensions, rate, method, frame distance or range.
    """
    _check(samples, rate, method, floor_hz, ceiling_hz, frame_s)
    frames = frame_count(len(samples), rate, frame_s)
    times = np.arange(frames, dtype=np.float64) * frame_s
    # Less than two periods of the lowest pitch cannot show one.
    if len(samples) * floor_hz < 2 * rate or not np.any(samples):
        return PitchTrack(times, np.zeros(frames), np.zeros(frames))
    if method == "swift":
        pitch, confidence = _swift(samples, rate, floor_hz, ceiling_hz, times)
    else:
        pitch = _world(samples, rate, method, floor_hz, ceiling_hz, frame_s, frames)
        confidence = (pitch > 0).astype(np.float64)
    pitch = guard_octaves(pitch, frame_s, floor_hz, ceiling_hz)
    return PitchTrack(times, pitch, confidence)


def frame_count(length: int, rate: int, frame_s: float) -> int:
    """Number of frames of `length` samples.

    >>> frame_count(0, 16000, 0.005), frame_count(1, 16000, 0.005), frame_count(160, 16000, 0.005)
    (0, 1, 3)
    """
    return int(length / (rate * frame_s) + 1e-6) + 1 if length else 0


def guard_octaves(
    pitch_hz: Frames,
    frame_s: float = FRAME_S,
    floor_hz: float = FLOOR_HZ,
    ceiling_hz: float = CEILING_HZ,
) -> Frames:
    """Repairs short jumps by an octave, the usual error of pitch trackers.

    A frame is compared with the median of ln F0 over the voiced frames around it (0.4 s of
    voice). Stretches of at most 0.1 s that lie 0.7 octaves or more away are moved by whole
    octaves if that brings them within 0.3 octaves of the median, else they become unvoiced.
    Longer departures are taken as meant: a real change of register stays.

    Args:
        pitch_hz: (frames,) Hz, 0 where unvoiced.
        frame_s: distance of frames, seconds.
        floor_hz: what falls below becomes unvoiced, Hz.
        ceiling_hz: what rises above becomes unvoiced, Hz.

    >>> guard_octaves(np.array([100.0] * 20 + [200.0] + [100.0] * 20)).round(6)[20].item()
    100.0
    """
    pitch = np.where((pitch_hz >= floor_hz) & (pitch_hz <= ceiling_hz), pitch_hz, 0.0)
    places = np.flatnonzero(pitch)
    if places.size < 3:
        return pitch
    from scipy.ndimage import median_filter

    octaves = np.log2(pitch[places])
    window = 2 * round(_GUARD_WINDOW_S / frame_s / 2) + 1
    away = octaves - median_filter(octaves, size=window, mode="nearest")
    suspect = _short_runs(np.abs(away) >= _GUARD_OFF_OCTAVES, _GUARD_LONGEST_JUMP_S / frame_s)
    folded = octaves - np.where(suspect, np.round(away), 0.0)
    rest = np.abs(away - np.round(away))
    mended = 2.0**folded
    inside = (mended >= floor_hz) & (mended <= ceiling_hz) & (rest <= _GUARD_FOLD_OCTAVES)
    pitch[places] = np.where(suspect, np.where(inside, mended, 0.0), pitch[places])
    return pitch


def _short_runs(flags: NDArray[np.bool_], longest: float) -> NDArray[np.bool_]:
    """The flags that stand in runs of at most `longest`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    kept = np.zeros_like(flags)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        kept[start:end] = end - start <= longest
    return kept


def _check(
    samples: NDArray[Any],
    rate: int,
    method: str,
    floor_hz: float,
    ceiling_hz: float,
    frame_s: float,
) -> None:
    if np.ndim(samples) != 1:
        raise InputError(f"samples.shape={np.shape(samples)}: expected one channel, (n,)")
    if rate <= 0:
        raise InputError(f"rate={rate}: expected a positive number of samples per second")
    if method not in get_args(PitchMethod):
        raise InputError(f"method={method!r}: expected one of {', '.join(get_args(PitchMethod))}")
    if not frame_s * rate >= 1:
        raise InputError(f"frame_s={frame_s}: expected at least one sample (1/{rate} s)")
    if not 47 <= floor_hz < ceiling_hz <= 2000:
        raise InputError(
            f"floor_hz={floor_hz}, ceiling_hz={ceiling_hz}: expected 47 <= floor < ceiling <= 2000"
        )


@cache
def _swift_detector() -> SwiftF0:
    from swift_f0 import SwiftF0

    return SwiftF0(threads=1)


def _swift(
    samples: NDArray[Any], rate: int, floor_hz: float, ceiling_hz: float, times: Frames
) -> tuple[Frames, Frames]:
    import soxr

    signal = np.asarray(samples, dtype=np.float32)
    if rate != _SWIFT_RATE_HZ:
        signal = soxr.resample(signal, rate, _SWIFT_RATE_HZ)
    peak = float(np.abs(signal).max(initial=0.0))
    if peak == 0:
        return np.zeros(len(times)), np.zeros(len(times))
    signal = signal * np.float32(min(max(_SWIFT_PEAK / peak, 1.0), _SWIFT_MAX_GAIN))
    found = _swift_detector().detect(signal, _SWIFT_RATE_HZ, floor_hz, ceiling_hz)
    confidence = np.interp(times, found.timestamps, found.confidence)
    pitch = _onto_grid(found.pitch_hz, found.confidence >= _SWIFT_VOICED, found.timestamps, times)
    return np.where(confidence >= _SWIFT_VOICED, pitch, 0.0), confidence


def _onto_grid(
    pitch: Frames, voiced: NDArray[np.bool_], coarse_s: Frames, times_s: Frames
) -> Frames:
    """Log-linear between two voiced frames, constant beside an unvoiced one."""
    place = np.interp(times_s, coarse_s, np.arange(len(coarse_s)))
    left = place.astype(int)
    right = np.minimum(left + 1, len(coarse_s) - 1)
    weight = place - left
    weight = np.where(voiced[left], np.where(voiced[right], weight, 0.0), 1.0)
    level = np.log(np.where(voiced, pitch, 1.0))
    track = np.exp((1 - weight) * level[left] + weight * level[right])
    return np.where(voiced[left] | voiced[right], track, 0.0)


def _world(
    samples: NDArray[Any],
    rate: int,
    method: str,
    floor_hz: float,
    ceiling_hz: float,
    frame_s: float,
    frames: int,
) -> Frames:
    import pyworld

    short = max(0, round(_WORLD_SHORTEST_S * rate) - len(samples))
    signal = np.pad(np.asarray(samples, dtype=np.float64), (0, short))
    span = {"f0_floor": floor_hz, "f0_ceil": ceiling_hz, "frame_period": 1000 * frame_s}
    if method == "harvest":
        pitch, _ = pyworld.harvest(signal, rate, **span)
    else:
        speed = min(max(rate // _DIO_BAND_HZ, 1), _DIO_MAX_SPEED)
        coarse, times = pyworld.dio(signal, rate, speed=speed, **span)
        pitch = pyworld.stonemask(signal, coarse, times, rate)
    pitch = np.asarray(pitch[:frames], dtype=np.float64)
    return np.pad(pitch, (0, frames - len(pitch)))
