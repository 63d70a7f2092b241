"""A map from anonymized to original embeddings, learned on other people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Vectors, Verdict, cosine_scores
from voxnym.evaluation.attackers.pretrained import people_means
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.protocols import Embedder

Floats = NDArray[np.float64]
Map = Literal["rotation", "linear"]
RIDGE = 1e-2


@dataclass(frozen=True)
class Aligned:
    """Original enrolment against anonymized trials that a learned map has moved back.

    Args:
        embedder: tells voices apart.
        map: "rotation" (orthogonal Procrustes, to the same utterance's original) or "linear"
            (ridge regression to the mean of the person's originals).
        draws: pseudo-voices of each training utterance.

    Raises:
        InputError: an unknown map, or no draw.

    Source: rotation: P. Schönemann, "A generalized solution of the orthogonal Procrustes
        problem", Psychometrika 31 (1966); as an attack: P. Champion et al., "On the
        invertibility of a voice privacy system using embedding alignment", ASRU 2021.
    """

    embedder: Embedder
    map: Map = "rotation"
    draws: int = 2
    hears: ClassVar[Hears] = "voice"
    knowledge: ClassVar[Knowledge] = "semi-informed"

    def __post_init__(self) -> None:
        if self.map not in ("rotation", "linear"):
            raise InputError(f"map={self.map!r}: expected rotation or linear")
        if self.draws < 1:
            raise InputError(f"draws={self.draws}: expected 1 or more")

    @property
    def name(self) -> str:
        """Network and map."""
        return f"{self.embedder.id}, {self.map} back to originals"

    def __call__(self, scene: Scene) -> Verdict:
        """Learn the map on the training speech and use it on the trials.

        Raises:
            InputError: the scene has no training speech.
        """
        started = time.perf_counter()
        if not scene.training:
            raise InputError("no training speech: no map can be learned")
        draws = self.draws if scene.subject.is_fresh else 1
        name, ids = self.embedder.id, list(scene.training)
        clear = scene.table(name, self.embedder, ids, ORIGINAL)
        if self.map == "linear":
            clear = _of_people(clear, [scene.utterances[id].speaker or id for id in ids])
        hidden = [scene.table(name, self.embedder, ids, Take("train", k)) for k in range(draws)]
        anonymized, original = np.concatenate(hidden), np.tile(clear, (draws, 1))
        moved = (
            rotation(anonymized, original)
            if self.map == "rotation"
            else linear(anonymized, original)
        )
        enrol = scene.table(name, self.embedder, scene.trials.enrolments, ORIGINAL)
        trial = scene.table(name, self.embedder, scene.trials.utterances, TRIAL)
        centre = original.mean(axis=0)
        vectors = Vectors(enrol - centre, moved(trial) - centre)
        seconds = time.perf_counter() - started
        note = f"map learned from {len(ids)} utterances, {draws} draws each, in {seconds:.0f} s"
        return Verdict(cosine_scores(vectors, scene.trials), vectors, notes=(note,))


def _of_people(vectors: Floats, people: list[str]) -> Floats:
    """Each row replaced by its person's mean."""
    _, owner = np.unique(people, return_inverse=True)
    return np.asarray(people_means(vectors, people)[owner])


@dataclass(frozen=True, eq=False)
class Affine:
    """A learned map: (n, dims) to (n, dims).

    Args:
        before: subtracted first.
        matrix: applied from the right.
        after: added last.
    """

    before: Floats
    matrix: Floats
    after: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """The vectors, moved."""
        return np.asarray((vectors - self.before) @ self.matrix + self.after)


def rotation(source: Floats, target: Floats) -> Affine:
    """The rotation (or reflection) about the means that brings source rows nearest to target rows.

    Args:
        source: (n, dims).
        target: (n, dims), row by row what source should become.

    >>> turn = rotation(np.array([[1.0, 0], [0, 1]]), np.array([[0, 1.0], [-1, 0]]))
    >>> turn(np.array([[0.5, 0.5]])).round(6).tolist()
    [[-0.5, 0.5]]
    """
    before, after = source.mean(axis=0), target.mean(axis=0)
    left, _, right = np.linalg.svd((source - before).T @ (target - after))
    return Affine(before, left @ right, after)


def linear(source: Floats, target: Floats, ridge: float = RIDGE) -> Affine:
    """Least squares with a ridge, as a share of the mean variance of the source.

    Args:
        source: (n, dims).
        target: (n, other dims).
        ridge: keeps directions that hardly vary from being blown up.
    """
    before, after = source.mean(axis=0), target.mean(axis=0)
    centred = source - before
    scatter = centred.T @ centred
    scatter += np.eye(len(scatter)) * ridge * max(float(np.trace(scatter)) / len(scatter), 1e-12)
    return Affine(before, np.linalg.solve(scatter, centred.T @ (target - after)), after)
