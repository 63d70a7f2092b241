"""Mel-cepstra of an utterance, and what they are on average."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.clips import RATE
from voxnym.records import Audio

Floats = NDArray[np.float64]

BANDS: Final = 26
CEPSTRA: Final = 20
_WINDOW: Final = 400
_HOP: Final = 160
_SIZE: Final = 512
_FLOOR: Final = 1e-10


def frames_of(samples: NDArray[np.floating], window: int = _WINDOW, hop: int = _HOP) -> Floats:
    """Frames of samples; those shorter than one window are padded with zeros: (frames, window)."""
    samples = np.asarray(samples, np.float64)
    samples = np.pad(samples, (0, max(0, window - samples.size)))
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


def levels_db(samples: NDArray[np.floating], window: int = _WINDOW, hop: int = _HOP) -> Floats:
    """Mean power of each frame, dB re full scale, at least -100: (frames,)."""
    power = np.mean(frames_of(samples, window, hop) ** 2, axis=1)
    return np.asarray(10 * np.log10(power + _FLOOR))


def log_mel(samples: NDArray[np.floating], bands: int = BANDS) -> Floats:
    """Log power in mel bands of 25 ms frames every 10 ms: (frames, bands), natural logarithm."""
    power = np.abs(np.fft.rfft(frames_of(samples) * np.hamming(_WINDOW), _SIZE)) ** 2
    return np.asarray(np.log(power @ _mel_bank(bands).T + _FLOOR))


def cepstra(samples: NDArray[np.floating], count: int = CEPSTRA) -> Floats:
    """Orthonormal cosine transform of the log mel spectrum: (frames, count), level first.

    Source: Davis, Mermelstein, "Comparison of parametric representations for monosyllabic word
        recognition", IEEE Trans. ASSP 28(4), 1980.
    """
    turns = np.outer(np.arange(count), np.arange(BANDS) + 0.5) * np.pi / BANDS
    table = np.cos(turns) * np.sqrt(2 / BANDS)
    table[0] /= np.sqrt(2)
    return np.asarray(log_mel(samples) @ table.T)


def timbre(audio: Audio) -> Floats:
    """Means and deviations of cepstra without the level, over the louder half of the frames.

    Args:
        audio: one channel at 16 kHz.

    Returns:
        (2 * (CEPSTRA - 1),).
    """
    found = cepstra(audio.samples[0])
    loud = found[found[:, 0] >= np.median(found[:, 0])][:, 1:]
    return np.concatenate([loud.mean(axis=0), loud.std(axis=0)])


@lru_cache(maxsize=8)
def _mel_bank(bands: int) -> Floats:
    """Triangles from 20 Hz to half the rate, evenly spaced in mel: (bands, bins)."""
    low, top = (2595 * np.log10(1 + hertz / 700) for hertz in (20.0, RATE / 2))
    points = 700 * (10 ** (np.linspace(low, top, bands + 2) / 2595) - 1)
    hertz = np.arange(_SIZE // 2 + 1) * RATE / _SIZE
    rising = (hertz - points[:-2, None]) / np.diff(points)[:-1, None]
    falling = (points[2:, None] - hertz) / np.diff(points)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))
