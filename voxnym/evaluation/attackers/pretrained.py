"""Attackers with a network that was trained on original speech only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import (
    Floats,
    Hears,
    Knowledge,
    Vectors,
    Verdict,
    cosine_scores,
    enrolment_means,
)
from voxnym.evaluation.attackers.discriminants import class_means
from voxnym.evaluation.attackers.sides import TRAIN, heard_vectors
from voxnym.evaluation.scene import Scene
from voxnym.protocols import Embedder


def voices(scene: Scene, embedder: Embedder, knowledge: Knowledge) -> Vectors:
    """Embeddings of both sides, as heard with edges cut and level set."""
    return heard_vectors(scene, embedder.id, embedder, knowledge)


@dataclass(frozen=True)
class _Untrained:
    """What the three conditions share: a network as it is, and cosines."""

    embedder: Embedder
    hears: ClassVar[Hears] = "voice"
    knowledge: ClassVar[Knowledge]

    @property
    def name(self) -> str:
        """Network and condition."""
        return f"{self.embedder.id}, {self.knowledge}"

    def __call__(self, scene: Scene) -> Verdict:
        """Compare both sides by cosine."""
        vectors = voices(scene, self.embedder, self.knowledge)
        return Verdict(cosine_scores(vectors, scene.trials), vectors)


@dataclass(frozen=True)
class Unprotected(_Untrained):
    """Originals on both sides: how well the network knows people whom nothing protects.

    Args:
        embedder: tells voices apart.
    """

    knowledge: ClassVar[Knowledge] = "unprotected"


@dataclass(frozen=True)
class Ignorant(_Untrained):
    """Original enrolment against anonymized trials: somebody who does not know of the system.

    Args:
        embedder: tells voices apart.
    """

    knowledge: ClassVar[Knowledge] = "ignorant"


@dataclass(frozen=True)
class LazyInformed(_Untrained):
    """Both sides anonymized, the network trained on originals: an upper bound of privacy only.

    Args:
        embedder: tells voices apart.
    """

    knowledge: ClassVar[Knowledge] = "lazy-informed"


@dataclass(frozen=True)
class Normalised:
    """Lazy-informed with scores put right by anonymized speech of other people.

    The mean of their vectors, which is what the system does to everybody, is subtracted; then
    each score is measured against how high the same enrolment and the same trial score with the
    people most like them.

    Args:
        embedder: tells voices apart.
        nearest: how many of the other people count for the adaptive normalisation; 0 for
            subtracting the mean only.

    Raises:
        InputError: 1 person, who has no spread, or fewer than none.

    Source: Matějka et al., "Analysis of score normalization in multilingual speaker
        recognition", Interspeech 2017, section 2 (adaptive s-norm).
    """

    embedder: Embedder
    nearest: int = 0
    hears: ClassVar[Hears] = "voice"
    knowledge: ClassVar[Knowledge] = "semi-informed"

    def __post_init__(self) -> None:
        if self.nearest < 0 or self.nearest == 1:
            raise InputError(f"nearest={self.nearest}: expected 0, or 2 or more")

    @property
    def name(self) -> str:
        """Network and method."""
        way = f", s-norm of {self.nearest}" if self.nearest else ""
        return f"{self.embedder.id}, mean of anonymized speech subtracted{way}"

    def __call__(self, scene: Scene) -> Verdict:
        """Centre, compare by cosine, normalise.

        Raises:
            InputError: the scene has no training speech.
        """
        if not scene.training:
            raise InputError("no training speech: nothing is known of what the system does to all")
        others = scene.table(self.embedder.id, self.embedder, scene.training, TRAIN)
        found = voices(scene, self.embedder, self.knowledge)
        mean = others.mean(axis=0)
        vectors = Vectors(found.enrol - mean, found.trial - mean)
        scores = cosine_scores(vectors, scene.trials)
        if self.nearest:
            cohort = people_means(others - mean, [_person(scene, id) for id in scene.training])
            people = enrolment_means(unit(vectors.enrol), scene.trials)
            scores = adaptive_norm(scores, people, vectors.trial, cohort, self.nearest)
        return Verdict(scores, vectors)


def _person(scene: Scene, id: str) -> str:
    return scene.utterances[id].speaker or id


def unit(vectors: Floats) -> Floats:
    """Rows of length 1; rows of zeros stay.

    >>> unit(np.array([[3.0, 4.0]])).tolist()
    [[0.6, 0.8]]
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12))


def people_means(vectors: Floats, people: list[str]) -> Floats:
    """Mean unit vector of each person, in the order of their sorted names: (people, dims)."""
    _, owner = np.unique(people, return_inverse=True)
    return class_means(unit(vectors), owner)


def adaptive_norm(
    scores: Floats, enrolled: Floats, trial: Floats, cohort: Floats, nearest: int
) -> Floats:
    """Symmetric normalisation of scores by the most similar people of a cohort.

    Args:
        scores: (speakers, utterances).
        enrolled: (speakers, dims), what the scores come from.
        trial: (utterances, dims).
        cohort: (people, dims).
        nearest: how many of them count, at least 2; all, where there are fewer.

    Returns:
        (speakers, utterances): mean of how many standard deviations a score lies above those of
        the enrolment's neighbours, and above those of the trial's.
    """

    def level(vectors: Floats) -> tuple[Floats, Floats]:
        alike = np.sort(unit(vectors) @ unit(cohort).T, axis=1)[:, -nearest:]
        return alike.mean(axis=1), np.maximum(alike.std(axis=1), 1e-6)

    (enrol_mean, enrol_spread), (trial_mean, trial_spread) = level(enrolled), level(trial)
    by_enrol = (scores - enrol_mean[:, None]) / enrol_spread[:, None]
    return np.asarray((by_enrol + (scores - trial_mean) / trial_spread) / 2)
