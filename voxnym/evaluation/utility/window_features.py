"""Statistics of fixed windows of speech, from which a linear classifier can tell much."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.attackers.cepstra import log_mel
from voxnym.evaluation.utility.prosody import FRAME_S, pitch_track
from voxnym.records import Audio

Floats = NDArray[np.float64]

WINDOW_S: Final = 1.5
HOP_S: Final = 0.75
BANDS: Final = 24
_PERCENTILES: Final = (10, 50, 90)


def window_features(audio: Audio) -> Floats:
    """Statistics of windows of 1.5 s: how long a clip is cannot be told from any of them.

    Means, deviations and deviations of differences of 24 log-mel bands; percentiles and spread of
    ln F0 over voiced frames, share of voiced frames; spread and change of the level.

    Args:
        audio: one channel at 16 kHz, edges cut and level set.

    Returns:
        (windows, features); at least one window, the last part is left out if shorter.
    """
    mel = log_mel(audio.samples[0], BANDS)
    pitch = pitch_track(audio)
    size, hop = round(WINDOW_S / FRAME_S), round(HOP_S / FRAME_S)
    starts = range(0, max(len(mel) - size, 0) + 1, hop)
    return np.stack([_window(mel[s : s + size], pitch[s : s + size]) for s in starts])


def _window(mel: Floats, pitch: Floats) -> Floats:
    steps = np.diff(mel, axis=0) if len(mel) > 1 else np.zeros((1, mel.shape[1]))
    level = mel.mean(axis=1)
    voiced = np.log(pitch[pitch > 0]) if (pitch > 0).any() else np.array([5.0])
    melody = np.diff(voiced) if voiced.size > 1 else np.zeros(1)
    return np.concatenate(
        [
            mel.mean(axis=0),
            mel.std(axis=0),
            steps.std(axis=0),
            np.percentile(voiced, _PERCENTILES),
            [voiced.std(), np.abs(melody).mean(), float((pitch > 0).mean())],
            [level.std(), np.abs(np.diff(level)).mean() if level.size > 1 else 0.0],
        ]
    )
