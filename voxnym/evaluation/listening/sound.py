"""Sounds as listeners get them: one rate, one level, one coding, nothing else in the file."""

from __future__ import annotations

import base64
import io
from typing import Final

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Audio

LEVEL_LUFS: Final = -26.0
"""Loudness of all sounds, unless the peak of one asks for less; then of all."""

LOWEST_LUFS: Final = -40.0
"""A recording that cannot be as loud as this without clipping is no speech to be judged."""

ANCHOR_Q_DB: Final = 0.0
"""Speech-to-noise ratio of the anchor; people call 0 dB bad."""

_PEAK: Final = 0.98
_MIME: Final = "audio/flac"


def anchored(audio: Audio, rng: np.random.Generator) -> Audio:
    """The speech with noise that follows its samples, which attentive people rate as bad.

    y = x · (1 + 10^(−Q/20) · n) with Gaussian n of unit variance and Q = 0 dB.

    Args:
        audio: any shape and rate.
        rng: where the noise is drawn.

    Returns:
        The same shape and rate.

    Source: ITU-T P.810 (1996), Modulated noise reference unit; its equation, without its filters.
    """
    noise = rng.standard_normal(audio.samples.shape)
    made = audio.samples * (1 + 10 ** (-ANCHOR_Q_DB / 20) * noise)
    return Audio(made.astype(np.float32), audio.rate)


def loudness(audio: Audio) -> float:
    """Level that is made equal, LUFS; the RMS in dB re full scale below 0.4 s.

    Raises:
        InputError: silence.
    """
    from voxnym.audio.loudness import Meter

    meter = Meter(audio.rate, audio.channels)
    meter.add(audio.samples)
    level = meter.level_db
    if not np.isfinite(level):
        raise InputError("nothing but silence: a listening test needs speech")
    return level


def reachable(audio: Audio) -> float:
    """The highest level, LUFS, that this sound can have without clipping.

    Raises:
        InputError: silence.
    """
    return loudness(audio) + 20 * float(np.log10(_PEAK / np.abs(audio.samples).max()))


def common_level(reachable_levels: list[float]) -> float:
    """The level that all sounds can have: -26 LUFS, or less where a peak asks for it.

    Raises:
        InputError: one would draw all others below -40 LUFS.

    >>> common_level([-20.0, -28.5]), common_level([-20.0])
    (-28.5, -26.0)
    """
    level = min(LEVEL_LUFS, *reachable_levels)
    if level < LOWEST_LUFS:
        raise InputError(
            f"a recording has peaks {-level:.0f} dB above its loudness, so that all others would "
            f"be softer than {LOWEST_LUFS:.0f} LUFS: is it speech?"
        )
    return level


def at_level(audio: Audio, level: float) -> Audio:
    """The sound at a level, LUFS."""
    gain = 10 ** ((level - loudness(audio)) / 20)
    return Audio((audio.samples * np.float32(gain)).astype(np.float32), audio.rate)


def data_uri(audio: Audio) -> str:
    """The sound as a data URI of a FLAC file with 16 bits and no tags."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, audio.samples.T, audio.rate, format="FLAC", subtype="PCM_16")
    return f"data:{_MIME};base64,{base64.b64encode(file.getvalue()).decode()}"
