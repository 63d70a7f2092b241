"""Attackers that hear everything but the voice: floor, level, edges, length, background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import (
    Hears,
    Knowledge,
    Vectors,
    Verdict,
    cosine_scores,
    distance_scores,
)
from voxnym.evaluation.attackers.cepstra import cepstra, levels_db
from voxnym.evaluation.attackers.sides import heard_vectors, must_be_untrained
from voxnym.evaluation.scene import Scene
from voxnym.records import Audio

Floats = NDArray[np.float64]
Cue = Literal["noise floor", "level", "edges", "length", "pauses", "background"]

SPEECH_DB: Final = 30.0
"""Frames within this of the loud ones (95th percentile) are speech."""
_LOUD_PERCENTILE: Final = 95.0
_FLOOR_PERCENTILE: Final = 5.0
_QUIET_PERCENTILE: Final = 20.0
_FLOOR_WINDOW: Final = 512
_BACKGROUND_CEPSTRA: Final = 13


def noise_floor(audio: Audio) -> Floats:
    """5th percentile of the level of 32 ms frames, dB."""
    levels = levels_db(audio.samples[0], _FLOOR_WINDOW, _FLOOR_WINDOW // 2)
    return np.array([np.percentile(levels, _FLOOR_PERCENTILE)])


def level(audio: Audio) -> Floats:
    """Root mean square of the whole, dB re full scale."""
    power = np.mean(audio.samples[0].astype(np.float64) ** 2)
    return np.array([10 * np.log10(power + 1e-10)])


def edges(audio: Audio) -> Floats:
    """Frames of 10 ms before the first and after the last that is speech."""
    where = np.flatnonzero(_speech(levels_db(audio.samples[0])))
    count = levels_db(audio.samples[0]).size
    return np.array([where[0], count - 1 - where[-1]], np.float64)


def length(audio: Audio) -> Floats:
    """Natural logarithm of the seconds."""
    return np.array([np.log(max(audio.duration, 1e-3))])


def pauses(audio: Audio) -> Floats:
    """Share of frames that are no speech."""
    return np.array([np.mean(~_speech(levels_db(audio.samples[0])))])


def background(audio: Audio) -> Floats:
    """Mean cepstrum of the quietest fifth of the frames: (13,)."""
    samples = audio.samples[0]
    levels = levels_db(samples)
    quiet = levels <= np.percentile(levels, _QUIET_PERCENTILE)
    return np.asarray(cepstra(samples, _BACKGROUND_CEPSTRA)[quiet].mean(axis=0))


def _speech(levels: Floats) -> NDArray[np.bool_]:
    return np.asarray(levels >= np.percentile(levels, _LOUD_PERCENTILE) - SPEECH_DB)


MEASURES: Final[Mapping[Cue, Callable[[Audio], Floats]]] = {
    "noise floor": noise_floor,
    "level": level,
    "edges": edges,
    "length": length,
    "pauses": pauses,
    "background": background,
}


@dataclass(frozen=True)
class CueOnly:
    """One cue of the recording, no voice: whatever it finds, the surroundings give away.

    Heard as the system gives it, with edges and level. Cues of one or two numbers are compared
    by distance, the background's spectrum by cosine.

    Args:
        cue: which.
        knowledge: originals or anonymized speech on the two sides.

    Raises:
        InputError: an unknown cue, or knowledge that cannot be used.
    """

    cue: Cue
    knowledge: Knowledge = "lazy-informed"
    hears: ClassVar[Hears] = "surroundings"

    def __post_init__(self) -> None:
        if self.cue not in get_args(Cue):
            raise InputError(f"cue={self.cue!r}: expected one of {', '.join(get_args(Cue))}")
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """The cue alone."""
        return f"{self.cue} alone"

    def __call__(self, scene: Scene) -> Verdict:
        """Compare the cue of enrolment and trial."""
        vectors = heard_vectors(
            scene, f"cue {self.cue}", MEASURES[self.cue], self.knowledge, raw=True
        )
        if self.cue != "background":
            return Verdict(distance_scores(vectors, scene.trials), vectors)
        mean, spread = vectors.trial.mean(axis=0), vectors.trial.std(axis=0)
        scale = 1 / np.where(spread > 0, spread, 1.0)
        vectors = Vectors((vectors.enrol - mean) * scale, (vectors.trial - mean) * scale)
        return Verdict(cosine_scores(vectors, scene.trials), vectors)


CUES: Final = tuple(CueOnly(cue) for cue in MEASURES)
"""Every cue, on anonymized speech."""
