"""How far the melody of speech survives: correlation of two pitch tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

Reading = Literal["voiced", "vpc2022"]
_LOW_HZ: Final = 75.0
_HIGH_HZ: Final = 500.0
_LEAST_FRAMES: Final = 10
_CONSTANT: Final = 1e-9
"""Relative spread below which a track says nothing: what is left is rounding."""


@dataclass(frozen=True)
class PitchCorrelation:
    """Correlation of two tracks.

    Args:
        value: -1 to 1; NaN where too few frames are voiced in both.
        frames: how many it rests on.
        lag: frames by which the second track was moved.
        voicing: share of frames on whose voicing both agree, 0 to 1.
        reading: how it was computed.
        unit: always "1".
    """

    value: float
    frames: int
    lag: int
    voicing: float
    reading: Reading
    unit: str = "1"


def pitch_correlation(
    first: ArrayLike, second: ArrayLike, *, reading: Reading = "voiced", most_lag: int = 5
) -> PitchCorrelation:
    """Correlation of two pitch tracks with frames of the same length, 0 where unvoiced.

    Args:
        first: (frames,) Hz.
        second: (frames,) Hz; lengths may differ.
        reading: "voiced": ln F0 over frames voiced in both; the longer track is cut, and the
            second is moved by at most `most_lag` frames, as voicing agrees best. "vpc2022": the
            challenge's: the shorter track is stretched to the longer, values outside 75 to 500 Hz
            are set to 0, the second is moved round in a circle by any lag, and all frames count,
            unvoiced ones as 0 Hz; so agreement of voicing decides.
        most_lag: frames, 0 or more.

    Raises:
        InputError: an empty track, or values that are negative or not finite.

    Source: VoicePrivacy 2022 evaluation plan, section 4.2.2.
    """
    a, b = (np.asarray(track, np.float64).ravel() for track in (first, second))
    if not a.size or not b.size:
        raise InputError(f"tracks of {a.size} and {b.size} frames: expected some")
    for track in (a, b):
        if not np.isfinite(track).all() or track.min() < 0:
            raise InputError("a pitch track holds values that are negative or not finite")
    if reading == "vpc2022":
        return _published(a, b)
    if reading != "voiced":
        raise InputError(f"reading={reading!r}: expected voiced or vpc2022")
    return _voiced(a, b, most_lag)


def _voiced(a: Floats, b: Floats, most_lag: int) -> PitchCorrelation:
    size = min(a.size, b.size)
    a, b = a[:size], b[:size]
    lags = sorted(range(-min(most_lag, size - 1), min(most_lag, size - 1) + 1), key=abs)
    found = [_at(a, b, lag) for lag in lags]
    # By voicing and not by correlation, which would choose the lag that flatters.
    return max(found, key=lambda each: each.voicing)


def _at(a: Floats, b: Floats, lag: int) -> PitchCorrelation:
    """`b` moved later by `lag` frames."""
    x = a[lag:] if lag >= 0 else a[:lag]
    y = b[: b.size - lag] if lag >= 0 else b[-lag:]
    both = (x > 0) & (y > 0)
    count = int(both.sum())
    voicing = float(((x > 0) == (y > 0)).mean())
    value = float("nan")
    if count >= _LEAST_FRAMES:
        value = _pearson(np.log(x[both]), np.log(y[both]))
    return PitchCorrelation(value, count, lag, voicing, "voiced")


def _published(a: Floats, b: Floats) -> PitchCorrelation:
    size = max(a.size, b.size)
    a, b = (_clipped(_stretched(track, size)) for track in (a, b))
    products = np.correlate(a, b, "full")
    lag = int(np.argmax(products)) - (size - 1)
    moved = np.roll(b, lag)
    value = _pearson(a, moved)
    voicing = float(((a > 0) == (moved > 0)).mean())
    return PitchCorrelation(0.0 if np.isnan(value) else value, size, lag, voicing, "vpc2022")


def _stretched(track: Floats, size: int) -> Floats:
    if track.size == size:
        return track
    places = np.linspace(0, track.size - 1, size)
    return np.asarray(np.interp(places, np.arange(track.size), track))


def _clipped(track: Floats) -> Floats:
    return np.where((track < _LOW_HZ) | (track > _HIGH_HZ), 0.0, track)


def _pearson(x: Floats, y: Floats) -> float:
    if any(np.ptp(each) <= _CONSTANT * np.abs(each).max() for each in (x, y)):
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))
