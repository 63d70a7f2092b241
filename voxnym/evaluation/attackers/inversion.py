"""Inversion of a system that declares its parameters: what it drew is found out and undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.attackers.attack import Vectors
from voxnym.evaluation.attackers.discriminants import class_means
from voxnym.evaluation.attackers.estimator import Estimator, fit_estimator
from voxnym.evaluation.attackers.pretrained import unit
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, Rule, Take
from voxnym.protocols import Embedder
from voxnym.records import Audio, Utterance

Floats = NDArray[np.float64]

Search = Literal["regression", "typical", "score"]
SEARCHES: Final[tuple[Search, ...]] = ("regression", "typical", "score")
Enrolment = Literal["original", "undone", "both"]

_NEAREST: Final = 10
"""People that a voice is compared with to tell how typical it is."""


class Inverse(Protocol):
    """A system with declared parameters, as somebody sees it who wants to undo it."""

    @property
    def id(self) -> str:
        """Name for what is measured with it."""
        ...

    @property
    def known(self) -> Floats | None:
        """(parameters,) where the preset fixes them; None where they are drawn."""
        ...

    def traces(self, audio: Audio) -> Floats:
        """Statistics of an utterance from which parameters can be learned: (traces,)."""
        ...

    def drawn(self, utterance: Utterance, take: Take, rule: Rule, seed: int) -> Floats:
        """Parameters that were drawn for speech that the attacker anonymized: (parameters,)."""
        ...

    def candidates(self, count: int) -> Floats:
        """Parameters over the declared range: (about count, parameters)."""
        ...

    def undone(self, audio: Audio, parameters: Floats) -> Audio:
        """The audio as it may have been before."""
        ...


@dataclass(frozen=True)
class Way:
    """How parameters are found, and what trials are compared with.

    Args:
        search: see `SEARCHES`.
        enrolment: original speech, anonymized speech undone, or the sum of both scores.
    """

    search: Search
    enrolment: Enrolment


def ways_of(searches: Sequence[Search]) -> tuple[Way, ...]:
    """All ways that make sense; a search by score needs an enrolment that is not searched for."""
    enrolments: tuple[Enrolment, ...] = ("original", "undone", "both")
    return tuple(
        Way(search, enrolment)
        for search in searches
        for enrolment in (enrolments if search != "score" else enrolments[:1])
    )


@dataclass(frozen=True, eq=False)
class Undoer:
    """What an attacker has learned, ready to undo utterances.

    Args:
        scene: the attack.
        inverse: the system.
        embedder: hears what was undone.
        estimator: parameters from traces; None where they are known.
        others: (people, dims) original voices, to tell what is typical.
        grid: parameters tried by a search.
    """

    scene: Scene
    inverse: Inverse
    embedder: Embedder
    estimator: Estimator | None
    others: Floats
    grid: int
    _memo: dict[tuple[str, Take], Floats] = field(default_factory=dict, init=False, repr=False)

    def original(self, ids: Sequence[str]) -> Floats:
        """Vectors of originals: (utterances, dims)."""
        return self.scene.table(self.embedder.id, self.embedder, ids, ORIGINAL)

    def undone(self, ids: Sequence[str], take: Take, search: Search) -> Floats:
        """Vectors of utterances undone: (utterances, ways to undo them, dims)."""
        if search == "regression" or self.inverse.known is not None:
            return self._estimated(ids, take)[:, None]
        tried = self.inverse.candidates(self.grid)
        flat = self.scene.table(
            f"{self.inverse.id} grid {self.grid} {self.embedder.id}",
            lambda audio: np.concatenate(
                [self.embedder(self.inverse.undone(audio, each)) for each in tried]
            ),
            ids,
            take,
        )
        found = flat.reshape(len(ids), len(tried), -1)
        return found if search == "score" else self._most_typical(found)

    def _estimated(self, ids: Sequence[str], take: Take) -> Floats:
        todo = [id for id in dict.fromkeys(ids) if (id, take) not in self._memo]
        for id, audio in zip(todo, self.scene.heard(todo, take), strict=True):
            self._memo[id, take] = self.embedder(self._undo(audio)).astype(np.float64)
        return np.stack([self._memo[id, take] for id in ids])

    def _undo(self, audio: Audio) -> Audio:
        parameters = self.inverse.known
        if parameters is None:
            assert self.estimator is not None, "nothing known and nothing learned"
            parameters = self.estimator(self.inverse.traces(audio)[None])[0]
        return self.inverse.undone(audio, parameters)

    def _most_typical(self, found: Floats) -> Floats:
        alike = np.sort(unit(found) @ unit(self.others).T, axis=2)[:, :, -_NEAREST:].mean(axis=2)
        best = alike.argmax(axis=1)
        return np.asarray(found[np.arange(len(found)), best][:, None])


@dataclass(frozen=True, eq=False)
class Sides:
    """Who is enrolled with which utterances, and which utterances are tried.

    Args:
        enrolments: utterances.
        owner: (enrolments,) whose they are.
        trials: utterances.
        takes: versions of the two sides.
    """

    enrolments: tuple[str, ...]
    owner: NDArray[np.intp]
    trials: tuple[str, ...]
    takes: tuple[Take, Take]


def scores_of(undoer: Undoer, sides: Sides, way: Way) -> tuple[Floats, Vectors | None]:
    """Scores of all enrolled people with all trials, and the vectors that they come from."""
    trial = undoer.undone(sides.trials, sides.takes[1], way.search)
    scores: list[Floats] = []
    vectors = None
    if way.enrolment != "undone":
        clear = _means(undoer.original(sides.enrolments), sides.owner)
        each = np.einsum("pd,nkd->pnk", unit(clear), unit(trial))
        scores.append(each.max(axis=2))
    if way.enrolment != "original":
        enrol = undoer.undone(sides.enrolments, sides.takes[0], way.search)[:, 0]
        scores.append(unit(_means(enrol, sides.owner)) @ unit(trial[:, 0]).T)
        vectors = Vectors(enrol, trial[:, 0])
    elif trial.shape[1] == 1:
        vectors = Vectors(undoer.original(sides.enrolments), trial[:, 0])
    return np.asarray(np.sum(scores, axis=0)), vectors


def _means(vectors: Floats, owner: NDArray[np.intp]) -> Floats:
    """Mean unit vector of each owner: (people, dims)."""
    return class_means(unit(vectors), owner)


def mean_scores(enrolments: Sequence[Floats], owner: NDArray[np.intp], trial: Floats) -> Floats:
    """Mean cosine of trials with people enrolled in several versions: (people, utterances)."""
    each = [unit(_means(enrol, owner)) @ unit(trial).T for enrol in enrolments]
    return np.asarray(np.mean(each, axis=0))


def learned_estimator(
    scene: Scene, inverse: Inverse, ids: Sequence[str], draws: Sequence[Take]
) -> Estimator | None:
    """Learn to find parameters in speech that the attacker anonymized; None where they are known.

    Args:
        scene: the attack.
        inverse: the system.
        ids: training utterances.
        draws: versions of them.
    """
    if inverse.known is not None:
        return None
    rows = [scene.table(f"{inverse.id} traces", inverse.traces, ids, take) for take in draws]
    drawn = [
        inverse.drawn(scene.utterances[id], take, scene.rule, scene.seed)
        for take in draws
        for id in ids
    ]
    return fit_estimator(np.concatenate(rows), np.stack(drawn))
