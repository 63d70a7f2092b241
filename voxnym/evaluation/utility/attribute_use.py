"""What can still be told about a person by classifiers trained on anonymized speech."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Attribute, Figure
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.evaluation.utility.attributes import area, area_replicates
from voxnym.evaluation.utility.probe import METHOD, Guess, told, windows_of
from voxnym.evaluation.utility.resampled import recall_figure

TRAIN = Take("train")
_HOW = f"{METHOD}; trained on anonymized speech"


def area_of(scene: Scene, ids: Sequence[str], labels: Sequence[str], name: str) -> Attribute:
    """How well one of two labels is told, as area under the curve in percent; guessing gives 50.

    Args:
        scene: whose system is used.
        ids: utterances with speakers.
        labels: of each utterance, two in all.
        name: "sex", ….
    """
    people = [scene.utterances[id].speaker or "" for id in ids]
    positive = np.asarray(labels) == max(labels)

    def figure(guess: Guess) -> Figure:
        scores = guess.scores[:, 1] - guess.scores[:, 0]
        value = 100 * area(scores, positive)
        count = len(set(people))
        counts = metrics.resamples(count, scene.generator(f"attribute/{name}"))
        found = metrics.interval(value, 100 * area_replicates(scores, positive, people, counts))
        basis = f"{count} speakers, {len(ids)} utterances"
        return Figure(value, found.low, found.high, "%", basis)

    after, before = _before_and_after(scene, ids, labels, people, figure)
    return Attribute(name, f"area under the curve, {_HOW}", after, before, 50.0)


def recall_of(scene: Scene, ids: Sequence[str], labels: Sequence[str], name: str) -> Attribute:
    """How well one of several labels is told, as unweighted average recall in percent.

    Args:
        scene: whose system is used.
        ids: utterances with speakers.
        labels: of each utterance.
        name: "language", "accent", ….
    """
    people = [scene.utterances[id].speaker or "" for id in ids]

    def figure(guess: Guess) -> Figure:
        return recall_figure(labels, guess.said, people, scene.generator(f"attribute/{name}"))

    after, before = _before_and_after(scene, ids, labels, people, figure)
    chance = 100 / len(set(labels))
    return Attribute(name, f"unweighted average recall, {_HOW}", after, before, chance)


def _before_and_after(
    scene: Scene,
    ids: Sequence[str],
    labels: Sequence[str],
    people: Sequence[str],
    figure: Callable[[Guess], Figure],
) -> tuple[Figure, Figure]:
    """Of anonymized speech, learned from other draws of it, and of originals."""
    original = windows_of(scene, ids, ORIGINAL)
    made = windows_of(scene, ids, TRIAL)
    fresh = windows_of(scene, ids, TRAIN) if scene.subject.is_fresh else made
    return (
        figure(told(fresh, made, labels, people)),
        figure(told(original, original, labels, people)),
    )
