"""Attackers that hear how somebody speaks, not with which voice: intonation, voicing, loudness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.attackers.attack import (
    Hears,
    Knowledge,
    Vectors,
    Verdict,
    cosine_scores,
    distance_scores,
)
from voxnym.evaluation.attackers.cepstra import levels_db
from voxnym.evaluation.attackers.sides import heard_vectors, must_be_untrained, training_take
from voxnym.evaluation.clips import RATE
from voxnym.evaluation.scene import Scene
from voxnym.records import Audio

Floats = NDArray[np.float64]

STATISTICS: Final = 15
_FRAME_S: Final = 0.01
_PITCH_PERCENTILES: Final = (5, 25, 50, 75, 95)
_LEVEL_PERCENTILES: Final = (10, 25, 50, 75)
_LOUD_PERCENTILE: Final = 95
_UNKNOWN_LN_HZ: Final = 5.0


def prosody(audio: Audio) -> Floats:
    """Fifteen statistics of intonation, voicing and loudness; register and level left out.

    Args:
        audio: one channel at 16 kHz.

    Returns:
        (15,): deviation and five percentiles of ln F0 about its mean; its slope per second over
        the utterance, and the mean size of its movement per second; share of voiced frames; mean
        and deviation of the logarithm of voiced runs' length; four percentiles of the frames'
        level below the 95th, dB.
    """
    pitch_hz = _pitch(audio)
    levels = levels_db(audio.samples[0])
    loud = np.percentile(levels, _LOUD_PERCENTILE)
    return np.concatenate(
        [_melody(pitch_hz), _voicing(pitch_hz), np.percentile(levels, _LEVEL_PERCENTILES) - loud]
    )


def pitch_mean(audio: Audio) -> Floats:
    """Mean of ln(F0/Hz) over voiced frames: (1,); 5 (148 Hz) where nothing is voiced."""
    pitch_hz = _pitch(audio)
    voiced = pitch_hz[pitch_hz > 0]
    return np.array([np.log(voiced).mean() if voiced.size else _UNKNOWN_LN_HZ])


def _pitch(audio: Audio) -> Floats:
    from voxnym.analysis.pitch import estimate_pitch

    return estimate_pitch(audio.samples[0], RATE, method="dio", frame_s=_FRAME_S).pitch_hz


def _melody(pitch_hz: Floats) -> Floats:
    """Deviation, percentiles, slope and movement of ln F0: (8,), zeros without a melody."""
    places = np.flatnonzero(pitch_hz > 0)
    if places.size < 3:
        return np.zeros(3 + len(_PITCH_PERCENTILES))
    melody = np.log(pitch_hz[places])
    melody = melody - melody.mean()
    times = places * _FRAME_S
    slope = np.polyfit(times - times.mean(), melody, 1)[0]
    beside = np.diff(places) == 1
    steps = np.abs(np.diff(melody))[beside] / _FRAME_S
    movement = steps.mean() if steps.size else 0.0
    return np.array([melody.std(), *np.percentile(melody, _PITCH_PERCENTILES), slope, movement])


def _voicing(pitch_hz: Floats) -> Floats:
    """Share of voiced frames, mean and deviation of ln length of voiced runs: (3,)."""
    voiced = np.concatenate([[False], pitch_hz > 0, [False]])
    changes = np.flatnonzero(np.diff(voiced))
    runs = np.log(np.diff(changes)[::2])
    if not runs.size:
        return np.zeros(3)
    return np.array([voiced[1:-1].mean(), runs.mean(), runs.std()])


@dataclass(frozen=True)
class Prosody:
    """Fifteen statistics of intonation, voicing and loudness, compared by cosine.

    They are standardised with those of other people in the same condition; without training
    speech, with those of all trial utterances.

    Args:
        knowledge: originals or anonymized speech on the two sides.

    Raises:
        InputError: knowledge that cannot be used.
    """

    knowledge: Knowledge = "lazy-informed"
    hears: ClassVar[Hears] = "prosody"

    def __post_init__(self) -> None:
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """What it looks at."""
        return f"{STATISTICS} prosody statistics"

    def __call__(self, scene: Scene) -> Verdict:
        """Standardise and compare."""
        name = "prosody statistics"
        found = heard_vectors(scene, name, prosody, self.knowledge)
        usual = found.trial
        if scene.training:
            take = training_take(self.knowledge)
            usual = scene.table(name, prosody, scene.some_training(), take)
        mean, spread = usual.mean(axis=0), usual.std(axis=0)
        scale = 1 / np.where(spread > 0, spread, 1.0)
        vectors = Vectors((found.enrol - mean) * scale, (found.trial - mean) * scale)
        return Verdict(cosine_scores(vectors, scene.trials), vectors)


@dataclass(frozen=True)
class PitchMean:
    """The mean pitch alone, compared by distance.

    Args:
        knowledge: originals or anonymized speech on the two sides.

    Raises:
        InputError: knowledge that cannot be used.
    """

    knowledge: Knowledge = "lazy-informed"
    hears: ClassVar[Hears] = "prosody"

    def __post_init__(self) -> None:
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """What it looks at."""
        return "mean pitch alone"

    def __call__(self, scene: Scene) -> Verdict:
        """Compare the means."""
        vectors = heard_vectors(scene, "mean pitch", pitch_mean, self.knowledge)
        return Verdict(distance_scores(vectors, scene.trials), vectors)
