"""A back-end trained on anonymized speech, on vectors of a network that stays as it is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import (
    Hears,
    Knowledge,
    Training,
    Vectors,
    Verdict,
    cosine_scores,
    enrolment_means,
)
from voxnym.evaluation.attackers.cepstra import timbre
from voxnym.evaluation.attackers.discriminants import (
    Discriminants,
    class_means,
    fit_discriminants,
)
from voxnym.evaluation.attackers.pretrained import unit
from voxnym.evaluation.attackers.prosody import pitch_mean, prosody
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, Take
from voxnym.protocols import Embedder
from voxnym.records import Audio

Floats = NDArray[np.float64]
BackEnd = Literal["lda", "plda"]

SHRINKAGES: Final = (0.02, 0.1, 0.3, 0.6)
"""Tried on held-out utterances of the training people."""

_LEAST_UTTERANCES: Final = 3


@dataclass(frozen=True)
class Adapted:
    """Linear discriminants of people, learned on what the system makes of others.

    Cheap, and weaker than an attacker whose network learns: its figure alone is no privacy.

    Args:
        embedder: its vectors are what is learned from; the network itself stays.
        back_end: "lda" compares projections by cosine, "plda" by likelihood ratio.
        is_joined: statistics of cepstra, pitch and intonation beside the network's vector.
        draws: pseudo-voices of each training utterance.
        most: directions kept.
        is_original: learns from originals and attacks originals: the control.
        is_permuted: training labels are mixed up: the control that must find nobody.

    Raises:
        InputError: an unknown back-end, no draw or no direction.
    """

    embedder: Embedder
    back_end: BackEnd = "lda"
    is_joined: bool = True
    draws: int = 3
    most: int = 100
    is_original: bool = False
    is_permuted: bool = False
    hears: ClassVar[Hears] = "voice"

    def __post_init__(self) -> None:
        if self.back_end not in ("lda", "plda"):
            raise InputError(f"back_end={self.back_end!r}: expected lda or plda")
        if self.draws < 1 or self.most < 1:
            raise InputError(f"draws={self.draws}, most={self.most}: expected 1 or more")

    @property
    def name(self) -> str:
        """Network, back-end, and what else makes it differ."""
        joined = ", with timbre and pitch" if self.is_joined else ""
        mixed = ", labels permuted" if self.is_permuted else ""
        return f"{self.embedder.id}, {self.back_end.upper()} adapted{joined}{mixed}"

    @property
    def knowledge(self) -> Knowledge:
        """Trained on the system's output, or on originals as a control."""
        return "unprotected" if self.is_original else "semi-informed"

    def __call__(self, scene: Scene) -> Verdict:
        """Learn on the training speech, choose the shrinkage there, attack the trials.

        Raises:
            InputError: too few training people with several utterances.
        """
        started = time.perf_counter()
        ids, people = learnable(scene)
        takes = self._takes(scene)
        rows = [self._rows(scene, ids, take) for take in takes]
        held = last_of_each(people)
        if self.is_permuted:
            shuffled = scene.generator("permuted labels").permutation(len(people))
            people = [people[place] for place in shuffled]
        chosen = choose_shrinkage(rows, people, held, self.most)
        model = fit_discriminants(
            np.concatenate(rows), people * len(rows), self.most, chosen.shrinkage
        )
        sides = [
            model.project(self._rows(scene, side, ORIGINAL if self.is_original else take))
            for side, take in scene.sides
        ]
        vectors = Vectors(*sides)
        training = self._record(scene, ids, people, takes, chosen, started)
        return Verdict(self._scores(model, vectors, scene), vectors, training)

    def _takes(self, scene: Scene) -> tuple[Take, ...]:
        if self.is_original:
            return (ORIGINAL,)
        draws = self.draws if scene.subject.is_fresh else 1
        return tuple(Take("train", draw) for draw in range(draws))

    def _rows(self, scene: Scene, ids: Sequence[str], take: Take) -> Floats:
        voices = scene.table(self.embedder.id, self.embedder, ids, take)
        if not self.is_joined:
            return voices
        return np.concatenate([voices, scene.table("timbre and pitch", manner, ids, take)], axis=1)

    def _scores(self, model: Discriminants, vectors: Vectors, scene: Scene) -> Floats:
        trials = scene.trials
        if self.back_end == "lda":
            return cosine_scores(vectors, trials)
        counts = np.bincount(trials.enrolment_owner, minlength=len(trials.speakers))
        return model.likelihood_ratios(
            enrolment_means(vectors.enrol, trials), counts, vectors.trial
        )

    def _record(
        self,
        scene: Scene,
        ids: Sequence[str],
        people: Sequence[str],
        takes: Sequence[Take],
        chosen: Chosen,
        started: float,
    ) -> Training:
        count = len(set(people))
        seconds = float(scene.table("seconds", seconds_of, ids, ORIGINAL).sum())
        return Training(
            speakers=count,
            clips=len(ids) * len(takes),
            hours=seconds * len(takes) / 3600,
            draws=len(takes),
            seed=scene.seed,
            steps=0,
            train_accuracy=chosen.train_accuracy,
            validation_accuracy=chosen.validation_accuracy,
            chance=1 / count,
            seconds=time.perf_counter() - started,
        )


def manner(audio: Audio) -> Floats:
    """Timbre, mean pitch and intonation of an utterance in one vector."""
    return np.concatenate([timbre(audio), pitch_mean(audio), prosody(audio)])


def seconds_of(audio: Audio) -> Floats:
    """Length of what is heard, s: (1,)."""
    return np.array([audio.duration])


def learnable(scene: Scene) -> tuple[list[str], list[str]]:
    """Training utterances of people with at least three, and who speaks in each.

    Raises:
        InputError: fewer than 3 such people.
    """
    named = [(id, scene.utterances[id].speaker) for id in scene.training]
    counts = Counter(speaker for _, speaker in named)
    kept = [(id, s) for id, s in named if s is not None and counts[s] >= _LEAST_UTTERANCES]
    people = [speaker for _, speaker in kept]
    if len(set(people)) < _LEAST_UTTERANCES:
        raise InputError(
            f"{len(set(people))} training people with {_LEAST_UTTERANCES} utterances or more: "
            "expected at least 3"
        )
    return [id for id, _ in kept], people


def last_of_each(people: Sequence[str]) -> NDArray[np.bool_]:
    """(utterances,) whether it is its speaker's last one."""
    last = {speaker: place for place, speaker in enumerate(people)}
    found = np.zeros(len(people), np.bool_)
    found[list(last.values())] = True
    return found


@dataclass(frozen=True)
class Chosen:
    """The shrinkage that names most held-out clips, and the shares named with it, 0 to 1."""

    shrinkage: float
    train_accuracy: float
    validation_accuracy: float


def choose_shrinkage(
    rows: Sequence[Floats], people: Sequence[str], held: NDArray[np.bool_], most: int
) -> Chosen:
    """Try shrinkages on utterances that were held out.

    Args:
        rows: for each draw (utterances, dims).
        people: who speaks in each utterance.
        held: (utterances,) which are held out, in all draws.
        most: directions kept.
    """
    who = np.array(people)
    learned, unseen = (np.concatenate([r[part] for r in rows]) for part in (~held, held))
    known, asked = np.tile(who[~held], len(rows)), np.tile(who[held], len(rows))
    found = []
    for shrinkage in SHRINKAGES:
        model = fit_discriminants(learned, known.tolist(), most, shrinkage)
        names, means = _means(model.project(learned), known)
        shares = [
            float(np.mean(names[(unit(model.project(x)) @ unit(means).T).argmax(axis=1)] == y))
            for x, y in ((learned, known), (unseen, asked))
        ]
        found.append(Chosen(shrinkage, *shares))
    return max(found, key=lambda each: each.validation_accuracy)


def _means(vectors: Floats, people: NDArray[np.str_]) -> tuple[NDArray[np.str_], Floats]:
    names, owner = np.unique(people, return_inverse=True)
    return names, class_means(vectors, owner)
