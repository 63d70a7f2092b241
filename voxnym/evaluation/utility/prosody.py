"""How far the melody of an utterance survives, from the two sounds."""

from __future__ import annotations

from typing import Final

import numpy as np

from voxnym.evaluation.metrics.pitch_correlation import (
    PitchCorrelation,
    Reading,
    pitch_correlation,
)
from voxnym.evaluation.metrics.scores import Floats
from voxnym.records import Audio

FRAME_S: Final = 0.01
_RANGES_HZ: Final = {"voiced": (65.0, 600.0), "vpc2022": (75.0, 500.0)}


def pitch_track(audio: Audio, *, low_hz: float = 65.0, high_hz: float = 600.0) -> Floats:
    """F0 every 10 ms, Hz, 0 where unvoiced.

    Args:
        audio: any rate and channels; the mean of the channels is heard.
        low_hz: lowest F0, Hz.
        high_hz: highest F0, Hz.

    Returns:
        (frames,).
    """
    from voxnym.analysis.pitch import estimate_pitch

    mono = audio.samples.mean(axis=0, dtype=np.float32)
    track = estimate_pitch(mono, audio.rate, floor_hz=low_hz, ceiling_hz=high_hz, frame_s=FRAME_S)
    return np.asarray(track.pitch_hz, np.float64)


def melody_kept(
    original: Audio, anonymized: Audio, *, reading: Reading = "voiced"
) -> PitchCorrelation:
    """Correlation of the pitch of two utterances that run in step.

    Args:
        original: before.
        anonymized: after; delays up to 50 ms do not matter.
        reading: of `pitch_correlation`. "vpc2022" follows the challenge but for its tracker,
            Praat's, so its figures are near the published ones and not the same.

    Raises:
        InputError: one of them is empty.
    """
    low_hz, high_hz = _RANGES_HZ[reading]
    tracks = (
        pitch_track(audio, low_hz=low_hz, high_hz=high_hz) for audio in (original, anonymized)
    )
    return pitch_correlation(*tracks, reading=reading)
