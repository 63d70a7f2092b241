"""How well emotions are told, and what else can be told about a person, before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Attribute, Figure, Use
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.evaluation.utility.probe import METHOD, Windows, told, windows_of
from voxnym.evaluation.utility.resampled import recall_figure

TRAIN = Take("train")


def emotion_use(scene: Scene, ids: Sequence[str]) -> Use:
    """Unweighted average recall of emotions of anonymized and original speech.

    The classifier is trained on originals, as in the challenge; the part "retrained" is one that
    was trained on anonymized speech, as somebody would who works with it.

    Args:
        scene: whose system is used; `ids` need not be in its trials.
        ids: utterances with emotions and speakers.
    """
    labels = [scene.utterances[id].emotion or "" for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    original = windows_of(scene, ids, ORIGINAL)
    made = windows_of(scene, ids, TRIAL)

    def figure(learned: Windows, heard: Windows) -> tuple[Figure, list[str]]:
        said = told(learned, heard, labels, people)
        return recall_figure(labels, said, people, scene.generator("emotion")), said

    before, _ = figure(original, original)
    after, said = figure(original, made)
    retrained, _ = figure(windows_of(scene, ids, TRAIN) if scene.subject.is_fresh else made, made)
    recalls = metrics.unweighted_recall(labels, said)
    parts = {"retrained": retrained} | {
        f"recall of {name}": Figure(100 * value)
        for name, value in zip(recalls.classes, recalls.recalls, strict=True)
    }
    note = f"Guessing gives {100 * recalls.chance:.0f} %. Acted emotions, a small classifier."
    return Use("emotion", "UAR", METHOD, after, before, "high", parts, note)


def length_only(scene: Scene, ids: Sequence[str]) -> Figure:
    """Recall of emotions by length and level of the clips alone: the trap that windows avoid."""

    def measure(take: Take) -> Windows:
        rows = [
            [np.log(audio.duration), np.log(np.sqrt((audio.samples**2).mean()) + 1e-6)]
            for audio in scene.raw(ids, take)
        ]
        return Windows(np.array(rows), np.arange(len(ids)))

    labels = [scene.utterances[id].emotion or "" for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    found = measure(ORIGINAL)
    said = told(found, found, labels, people)
    return recall_figure(labels, said, people, scene.generator("emotion"))


def attribute(scene: Scene, ids: Sequence[str], labels: Sequence[str], name: str) -> Attribute:
    """How well a label is told by a classifier trained on anonymized speech, original beside.

    Args:
        scene: whose system is used.
        ids: utterances with speakers.
        labels: of each utterance.
        name: "sex", "language", "emotion".
    """
    people = [scene.utterances[id].speaker or "" for id in ids]

    def figure(learned: Windows, heard: Windows) -> Figure:
        said = told(learned, heard, labels, people)
        return recall_figure(labels, said, people, scene.generator(f"attribute/{name}"))

    original = windows_of(scene, ids, ORIGINAL)
    made = windows_of(scene, ids, TRIAL)
    fresh = windows_of(scene, ids, TRAIN) if scene.subject.is_fresh else made
    chance = 100 / len(set(labels))
    method = f"UAR, {METHOD}; trained on anonymized speech"
    return Attribute(name, method, figure(fresh, made), figure(original, original), chance)
