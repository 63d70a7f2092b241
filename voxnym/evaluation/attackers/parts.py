"""Leakage by part: how well each stream of a codec tells people apart, before synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.adapted import choose_shrinkage, last_of_each, learnable
from voxnym.evaluation.attackers.attack import Vectors, cosine_scores
from voxnym.evaluation.attackers.discriminants import fit_discriminants
from voxnym.evaluation.attackers.streams import streams_of
from voxnym.evaluation.clips import RATE
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL, Take, key_of, who_of
from voxnym.records import Audio

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene
    from voxnym.keys import Key
    from voxnym.protocols import Codec, Stage
    from voxnym.records import Who

Floats = NDArray[np.float64]

_AXES: Final = 60
_TRAIN: Final = Take("train")


@dataclass(frozen=True)
class PartLeak:
    """What one stream gives away.

    Args:
        part: name of the stream.
        dims: numbers that an utterance's vector has.
        raw: equal error rate, %, of the cosine of standardised vectors.
        trained: the same of linear discriminants learned on other people; None where too few
            are there to learn from.
    """

    part: str
    dims: int
    raw: float
    trained: float | None


def leakage_by_part(
    codec: Codec, stages: Sequence[Stage] | None, scene: Scene, *, most: int = 400
) -> tuple[PartLeak, ...]:
    """Attack single streams of a codec's speech, with nothing synthesized.

    Args:
        codec: takes originals apart.
        stages: change the parts, with fresh draws for each utterance and side; None for the
            parts as they are.
        scene: trials and training speech; its system is not used.
        most: training utterances at most.

    Returns:
        One record for each stream, the most telling first.

    Raises:
        InputError: an utterance too short for a single frame.
    """
    reader = _Reader(codec, tuple(stages or ()), scene)
    trials = scene.trials
    enrol = reader.read(trials.enrolments, ENROL)
    trial = reader.read(trials.utterances, TRIAL)
    ids, people = _some(scene, most)
    train = reader.read(ids, _TRAIN)
    leaks = []
    for part in trial[0]:
        width = max(each[part].size for rows in (enrol, trial, train) for each in rows)
        vectors = [_stacked(rows, part, width) for rows in (enrol, trial, train)]
        leaks.append(_leak(part, vectors, people, scene))
    return tuple(sorted(leaks, key=lambda leak: min(leak.raw, leak.trained or leak.raw)))


@dataclass(frozen=True)
class _Reader:
    """Takes utterances apart; the codec's own rate, a survey only where it is needed."""

    codec: Codec
    stages: tuple[Stage, ...]
    scene: Scene

    def read(self, ids: Sequence[str], take: Take) -> list[dict[str, Floats]]:
        key = key_of(self.scene.seed, take, self.scene.rule)
        found = []
        for id, audio in zip(ids, self.scene.heard(ids, ORIGINAL), strict=True):
            who = who_of(self.scene.utterances[id], self.scene.rule)
            found.append(self._streams(id, audio, key, who))
        return found

    def _streams(self, id: str, audio: Audio, key: Key, who: Who) -> dict[str, Floats]:
        from voxnym.analysis.survey import Surveyor
        from voxnym.audio.resample import resample

        samples = audio.samples
        if self.codec.rate != RATE:
            samples = resample(samples, RATE, self.codec.rate)
        needs = self.codec.needs.union(*(stage.needs for stage in self.stages))
        surveyor = Surveyor(self.codec.rate, needs)
        surveyor.add(samples[0])
        survey = surveyor.result()
        speech = self.codec.start(survey).analyze(samples[0], True)
        for number, stage in enumerate(self.stages):
            purpose = f"part {number} {type(stage).__name__}"
            speech = stage.start(key.generator(purpose, who), survey)(speech, True)
        if not speech.frames:
            raise InputError(f"{id}: too short for a single frame")
        return streams_of(speech)


def _some(scene: Scene, most: int) -> tuple[list[str], list[str]]:
    """Training utterances of as many whole people as `most` allows, drawn by the scene's seed."""
    try:
        ids, people = learnable(scene)
    except InputError:
        return [], []
    names = sorted(set(people))
    order = scene.generator("people for parts").permutation(len(names))
    kept: set[str] = set()
    count = 0
    for place in order:
        own = people.count(names[place])
        if count + own > most and len(kept) >= 3:
            break
        kept.add(names[place])
        count += own
    chosen = [(id, name) for id, name in zip(ids, people, strict=True) if name in kept]
    return [id for id, _ in chosen], [name for _, name in chosen]


def _stacked(rows: Sequence[dict[str, Floats]], part: str, width: int) -> Floats:
    """(utterances, width); histograms of codes end with the largest code that was seen."""
    if not rows:
        return np.zeros((0, width))
    return np.stack([np.pad(each[part], (0, width - each[part].size)) for each in rows])


def _leak(part: str, vectors: Sequence[Floats], people: list[str], scene: Scene) -> PartLeak:
    enrol, trial, train = vectors
    known = train if len(train) > 1 else trial
    mean, spread = known.mean(axis=0), known.std(axis=0)
    scale = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1.0), 0.0)
    raw = _rate(Vectors((enrol - mean) * scale, (trial - mean) * scale), scene)
    if len(train) < 2:
        return PartLeak(part, enrol.shape[1], raw, None)
    chosen = choose_shrinkage([train], people, last_of_each(people), _AXES)
    model = fit_discriminants(train, people, _AXES, chosen.shrinkage)
    trained = _rate(Vectors(model.project(enrol), model.project(trial)), scene)
    return PartLeak(part, enrol.shape[1], raw, trained)


def _rate(vectors: Vectors, scene: Scene) -> float:
    """Equal error rate, %."""
    from voxnym.evaluation.metrics.eer import eer

    trials = scene.trials
    scores = cosine_scores(vectors, trials)[trials.claim, trials.heard]
    return 100 * eer(scores[trials.target], scores[~trials.target]).value
