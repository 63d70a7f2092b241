"""Single streams of a codec's speech, each made into one vector for an utterance."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Speech

Floats = NDArray[np.float64]

BANDS: Final = 40
"""Content of more dimensions is averaged to so many before it is pooled."""
SPEECH_DB: Final = 30.0
_LARGEST_EXTRA: Final = 64
_SPECTRUM: Final = 512


def streams_of(speech: Speech) -> dict[str, Floats]:
    """Every stream of an utterance that can be pooled, by name.

    Args:
        speech: a whole utterance, one frame at least.

    Returns:
        Name to vector: "content" (mean and deviation over loud frames; for codes the square root
        of their histogram), "pitch" (register and melody), "energy" (distribution below the loud
        frames, and its movement), "durations" (loud and quiet stretches, voiced runs), "voice",
        and what else the codec has in at most 64 dimensions.
    """
    loud = _loud(speech)
    found = {"content": _content(speech, loud)}
    if speech.pitch is not None:
        found["pitch"] = _pitch(speech.pitch, speech.frame_rate)
    if speech.energy is not None:
        found["energy"] = _energy(speech.energy)
    runs = [_runs(loud)] if speech.pitch is None else [_runs(loud), _runs(speech.pitch > 0)]
    found["durations"] = np.concatenate(runs)
    if speech.voice is not None:
        found["voice"] = np.asarray(speech.voice, np.float64).ravel()
    for name, array in speech.rest.items():
        is_small = array.ndim == 2 and array.shape[1] <= _LARGEST_EXTRA
        if is_small and np.issubdtype(array.dtype, np.floating):
            found[name] = _pooled(array[loud])
    return found


def _loud(speech: Speech) -> NDArray[np.bool_]:
    if speech.energy is None or not speech.energy.size:
        return np.ones(speech.frames, np.bool_)
    return np.asarray(speech.energy >= np.percentile(speech.energy, 95) - SPEECH_DB)


def _content(speech: Speech, loud: NDArray[np.bool_]) -> Floats:
    content = speech.content
    if np.issubdtype(content.dtype, np.integer):
        codes = np.asarray(content).ravel()
        return np.sqrt(np.bincount(codes) / max(codes.size, 1))
    frames = np.asarray(content[loud], np.float64)
    if speech.kind == "lpc":
        response = np.abs(np.fft.rfft(frames, _SPECTRUM, axis=1)[:, : _SPECTRUM // 2])
        frames = -2 * np.log(np.maximum(response, 1e-6))
    if frames.shape[1] > BANDS:
        edges = np.linspace(0, frames.shape[1], BANDS + 1).astype(np.intp)[:-1]
        frames = np.add.reduceat(frames, edges, axis=1) / np.diff([*edges, frames.shape[1]])
    return _pooled(frames)


def _pooled(frames: NDArray[np.floating]) -> Floats:
    """Mean and deviation: (2 * dims,)."""
    wide = np.asarray(frames, np.float64)
    return np.concatenate([wide.mean(axis=0), wide.std(axis=0)])


def _pitch(pitch_hz: Floats, frame_rate: float) -> Floats:
    """Mean, deviation, percentiles about the mean and movement per second of ln F0: (8,)."""
    places = np.flatnonzero(pitch_hz > 0)
    if places.size < 3:
        return np.zeros(8)
    level = np.log(pitch_hz[places])
    steps = np.abs(np.diff(level))[np.diff(places) == 1] * frame_rate
    melody = np.percentile(level - level.mean(), (5, 25, 50, 75, 95))
    return np.array([level.mean(), level.std(), *melody, steps.mean() if steps.size else 0.0])


def _energy(energy_db: Floats) -> Floats:
    """Percentiles below the loud frames, dB, and movement between frames: (6,)."""
    top = np.percentile(energy_db, 95)
    floored = np.maximum(energy_db, top - 60.0)
    parts = np.percentile(floored, (10, 25, 50, 75)) - top
    return np.array([*parts, floored.std(), np.abs(np.diff(floored, prepend=floored[:1])).mean()])


def _runs(marks: NDArray[np.bool_]) -> Floats:
    """Share of marked frames, mean and deviation of ln length of runs of both kinds: (5,)."""
    changes = np.flatnonzero(np.diff(marks)) + 1
    lengths = np.log(np.diff([0, *changes, marks.size]))
    first = bool(marks[0])
    kinds = [lengths[(0 if first else 1) :: 2], lengths[(1 if first else 0) :: 2]]
    values = [float(marks.mean())]
    for each in kinds:
        values += [float(each.mean()), float(each.std())] if each.size else [0.0, 0.0]
    return np.array(values)
