"""The attack by inversion: learn on other people, choose the way on them, undo, compare."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.attackers.adapted import (
    Chosen,
    choose_shrinkage,
    last_of_each,
    learnable,
    seconds_of,
)
from voxnym.evaluation.attackers.attack import Training, Vectors, Verdict
from voxnym.evaluation.attackers.discriminants import fit_discriminants
from voxnym.evaluation.attackers.inversion import (
    Inverse,
    Search,
    Sides,
    Undoer,
    Way,
    learned_estimator,
    mean_scores,
    scores_of,
    ways_of,
)
from voxnym.evaluation.attackers.pretrained import people_means
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL, Take

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene
    from voxnym.protocols import Embedder

Floats = NDArray[np.float64]

_AXES: Final = 100
_TRIED_PEOPLE: Final = 40
_TRIED_ENROLMENTS: Final = 2
_TRIED_UTTERANCES: Final = 3


class Method(Protocol):
    """Parameters of an attack by inversion."""

    @property
    def embedder(self) -> Embedder:
        """Hears what was undone."""
        ...

    @property
    def searches(self) -> tuple[Search, ...]:
        """Ways to find parameters that are tried on training people."""
        ...

    @property
    def is_adapted(self) -> bool:
        """Whether discriminants are learned on training speech undone."""
        ...

    @property
    def draws(self) -> int:
        """Pseudo-voices of each training utterance."""
        ...

    @property
    def grid(self) -> int:
        """Parameters tried by a search."""
        ...


def attack_by_inversion(scene: Scene, inverse: Inverse, method: Method) -> Verdict:
    """Learn, choose, undo, compare.

    Args:
        scene: the attack.
        inverse: the system with its parameters.
        method: how.

    Raises:
        InputError: too little training speech.
    """
    ids, people = learnable(scene)
    draws = tuple(Take("train", draw) for draw in range(method.draws))
    clear = scene.table(method.embedder.id, method.embedder, ids, ORIGINAL)
    others = people_means(clear, people)
    undoer = Undoer(
        scene,
        inverse,
        method.embedder,
        learned_estimator(scene, inverse, ids, draws),
        others,
        method.grid,
    )
    halves = _halves(people)
    half = _without(undoer, ids, people, halves == 1, draws)
    trials = scene.trials
    sides = Sides(trials.enrolments, trials.enrolment_owner, trials.utterances, (ENROL, TRIAL))
    if method.is_adapted:
        other_half = _without(undoer, ids, people, halves == 0, draws)
        return _adapted(undoer, (half, other_half), ids, people, draws[:1], sides)
    way, rate = _best_way(half, ids, people, halves == 1, method.searches)
    scores, vectors = scores_of(undoer, sides, way)
    note = (
        f"chosen on training people ({rate:.0f} % equal error rate there): "
        f"parameters by {way.search}, enrolment {way.enrolment}"
    )
    return Verdict(scores, vectors, notes=(note,))


def _halves(people: Sequence[str]) -> NDArray[np.intp]:
    """(utterances,) 0 or 1 by person."""
    names = {name: number % 2 for number, name in enumerate(sorted(set(people)))}
    return np.array([names[name] for name in people])


def _without(
    undoer: Undoer,
    ids: Sequence[str],
    people: Sequence[str],
    left_out: NDArray[np.bool_],
    draws: Sequence[Take],
) -> Undoer:
    """The same attacker who has not learned from these utterances."""
    kept = [id for id, out in zip(ids, left_out, strict=True) if not out]
    known = [name for name, out in zip(people, left_out, strict=True) if not out]
    return replace(
        undoer,
        estimator=learned_estimator(undoer.scene, undoer.inverse, kept, draws),
        others=people_means(undoer.original(kept), known),
    )


def _best_way(
    undoer: Undoer,
    ids: Sequence[str],
    people: Sequence[str],
    unseen: NDArray[np.bool_],
    searches: tuple[Search, ...],
) -> tuple[Way, float]:
    """The way that finds training people best from whom nothing was learned, and its rate, %."""
    from voxnym.evaluation.metrics.eer import eer

    sides, speaking = _practice(ids, people, unseen)
    own = np.arange(int(sides.owner.max()) + 1)[:, None] == speaking

    def rate(way: Way) -> float:
        scores, _ = scores_of(undoer, sides, way)
        return 100 * eer(scores[own], scores[~own]).value

    rates = {way: rate(way) for way in ways_of(searches)}
    best = min(rates, key=lambda way: rates[way])
    return best, rates[best]


def _practice(
    ids: Sequence[str], people: Sequence[str], unseen: NDArray[np.bool_]
) -> tuple[Sides, NDArray[np.intp]]:
    """Trials among training people, and who speaks in each."""
    names = sorted({name for name, yes in zip(people, unseen, strict=True) if yes})
    enrol: list[tuple[str, int]] = []
    tried: list[tuple[str, int]] = []
    for number, name in enumerate(names[:_TRIED_PEOPLE]):
        own = [id for id, speaker in zip(ids, people, strict=True) if speaker == name]
        enrol += [(id, number) for id in own[:_TRIED_ENROLMENTS]]
        tried += [(id, number) for id in own[_TRIED_ENROLMENTS:][:_TRIED_UTTERANCES]]
    sides = Sides(
        tuple(id for id, _ in enrol),
        np.array([number for _, number in enrol]),
        tuple(id for id, _ in tried),
        (Take("train", 0), Take("train", 0)),
    )
    return sides, np.array([number for _, number in tried])


def _adapted(
    undoer: Undoer,
    halves: tuple[Undoer, Undoer],
    ids: Sequence[str],
    people: list[str],
    draws: Sequence[Take],
    sides: Sides,
) -> Verdict:
    """Discriminants learned from originals and from speech undone, both for enrolment.

    What was undone by an estimator that had learned from the same utterance would look better
    than any trial can, so each half of the people is undone by what the other half taught.
    """
    started = time.perf_counter()
    rows = [undoer.original(ids)]
    which = _halves(people)
    for take in draws:
        undone = np.empty_like(rows[0])
        for half, number in zip(halves, (1, 0), strict=True):
            mine = np.flatnonzero(which == number).tolist()
            undone[mine] = half.undone([ids[i] for i in mine], take, "regression")[:, 0]
        rows.append(undone)
    chosen = choose_shrinkage(rows, people, last_of_each(people), _AXES)
    model = fit_discriminants(np.concatenate(rows), people * len(rows), _AXES, chosen.shrinkage)
    clear = model.project(undoer.original(sides.enrolments))
    enrol, trial = (
        model.project(undoer.undone(side, take, "regression")[:, 0])
        for side, take in zip((sides.enrolments, sides.trials), sides.takes, strict=True)
    )
    scores = mean_scores((clear, enrol), sides.owner, trial)
    training = _record(undoer.scene, ids, people, len(draws), chosen, started)
    return Verdict(scores, Vectors(enrol, trial), training)


def _record(
    scene: Scene,
    ids: Sequence[str],
    people: Sequence[str],
    draws: int,
    chosen: Chosen,
    started: float,
) -> Training:
    count = len(set(people))
    seconds = float(scene.table("seconds", seconds_of, ids, ORIGINAL).sum())
    return Training(
        speakers=count,
        clips=len(ids) * draws,
        hours=seconds * draws / 3600,
        draws=draws,
        seed=scene.seed,
        steps=0,
        train_accuracy=chosen.train_accuracy,
        validation_accuracy=chosen.validation_accuracy,
        chance=1 / count,
        seconds=time.perf_counter() - started,
    )
