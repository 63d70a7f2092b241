"""What the poles of speech tell of a change of its resonances."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.poles import factor
from voxnym.codecs.lpc import Lpc
from voxnym.errors import InputError
from voxnym.evaluation.attackers.cepstra import log_mel
from voxnym.records import Audio, Survey

Floats = NDArray[np.float64]

_RANGE_DB: Final = 30.0
_BINS: Final = 40


def traces(audio: Audio, codec: Lpc) -> Floats:
    """Long-term statistics in which moved poles show.

    Args:
        audio: (1, n) at the codec's rate.
        codec: takes it apart.

    Returns:
        Histograms of the poles' angles, weighted by how sharp they are and not; mean and
        deviation of each pole's angle by order; mean and deviation of the log mel spectrum.
    """
    speech = codec.start(Survey()).analyze(audio.samples[0], True)
    levels = np.zeros(speech.frames) if speech.energy is None else speech.energy
    loud = (levels >= np.percentile(levels, 95) - _RANGE_DB) & speech.content[:, 1:].any(axis=1)
    if not loud.any():
        raise InputError("silence: there are no poles to find")
    factors = factor(np.ascontiguousarray(speech.content[loud].T))
    pairs = 4 * factors.constant > factors.linear**2
    radii = np.minimum(np.sqrt(np.where(pairs, factors.constant, 0.0)), 1.0)
    cosines = np.where(pairs, factors.linear, 0.0) / (-2 * np.where(pairs, radii, 1.0))
    angles = np.where(pairs, np.arccos(np.clip(cosines, -1.0, 1.0)), np.pi)
    edges = np.linspace(0.0, np.pi, _BINS + 1)
    sharp = np.histogram(angles[pairs], edges, weights=1 / (1.0001 - radii[pairs]))[0]
    plain = np.histogram(angles[pairs], edges)[0]
    ordered = np.sort(angles, axis=0)
    mel = log_mel(audio.samples[0], _BINS)
    mel = mel[mel.max(axis=1) >= np.median(mel.max(axis=1))]
    return np.concatenate(
        [
            np.log(sharp / max(sharp.sum(), 1e-9) + 1e-3),
            plain / max(plain.sum(), 1),
            ordered.mean(axis=1),
            ordered.std(axis=1),
            mel.mean(axis=0) - mel.mean(),
            mel.std(axis=0),
        ]
    )
