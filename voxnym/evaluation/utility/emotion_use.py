"""How well emotions are told, before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voxnym.evaluation import metrics
from voxnym.evaluation.results import Figure, Use
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.evaluation.utility.emotion import EmotionProbe, four_emotions, likeliest
from voxnym.evaluation.utility.probe import METHOD, Windows, told, told_across, windows_of
from voxnym.evaluation.utility.resampled import recall_figure

TRAIN = Take("train")


def emotion_use(scene: Scene, ids: Sequence[str], name: str = "emotion") -> Use:
    """Unweighted average recall of emotions of anonymized and original speech.

    The classifier is trained on originals, as in the challenge; the part "retrained" is one that
    was trained on anonymized speech, as somebody would who works with it.

    Args:
        scene: whose system is used; `ids` need not be in its trials.
        ids: utterances of two people or more, with emotions.
        name: as reports call it.
    """
    labels = [scene.utterances[id].emotion or "" for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    original = windows_of(scene, ids, ORIGINAL)
    made = windows_of(scene, ids, TRIAL)
    fresh = windows_of(scene, ids, TRAIN) if scene.subject.is_fresh else made

    def said(learned: Windows, heard: Windows) -> tuple[str, ...]:
        return told(learned, heard, labels, people).said

    before, after, retrained = said(original, original), said(original, made), said(fresh, made)
    more = {"retrained": _figure(scene, labels, retrained, people)}
    return _use(scene, name, METHOD, (labels, after, before, people), more)


def emotion_across(
    scene: Scene, learned: Sequence[str], ids: Sequence[str], name: str = "emotion"
) -> Use:
    """The same of another corpus, which may be of one person, with the first corpus's classifier.

    Args:
        scene: whose system is used.
        learned: utterances of the first corpus; their originals are learned from.
        ids: utterances of the other one.
        name: as reports call it.
    """
    known = [four_emotions(scene.utterances[id].emotion or "") for id in learned]
    labels = [four_emotions(scene.utterances[id].emotion or "") for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    lessons = windows_of(scene, learned, ORIGINAL)
    before, after = (
        told_across(lessons, known, windows_of(scene, ids, take)).said for take in (ORIGINAL, TRIAL)
    )
    method = f"{METHOD}; trained on another corpus"
    return _use(scene, name, method, (labels, after, before, people), {})


def emotion_by(scene: Scene, ids: Sequence[str], probe: EmotionProbe, name: str = "emotion") -> Use:
    """The same by a network that came trained.

    Args:
        scene: whose system is used.
        ids: utterances with emotions.
        probe: the network.
        name: as reports call it.
    """
    labels = [four_emotions(scene.utterances[id].emotion or "") for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    classes = sorted(set(labels))
    before, after = (
        tuple(likeliest(probe(audio), classes) for audio in scene.heard(ids, take))
        for take in (ORIGINAL, TRIAL)
    )
    return _use(scene, name, probe.id, (labels, after, before, people), {})


def length_only(scene: Scene, ids: Sequence[str]) -> Figure:
    """Recall of emotions by length and level of the clips alone: the trap that windows avoid."""
    rows = [
        [np.log(audio.duration), np.log(np.sqrt((audio.samples**2).mean()) + 1e-6)]
        for audio in scene.raw(ids, ORIGINAL)
    ]
    found = Windows(np.array(rows), np.arange(len(ids)))
    labels = [scene.utterances[id].emotion or "" for id in ids]
    people = [scene.utterances[id].speaker or "" for id in ids]
    return _figure(scene, labels, told(found, found, labels, people).said, people)


def _use(
    scene: Scene,
    name: str,
    method: str,
    heard: tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[str]],
    more: dict[str, Figure],
) -> Use:
    """From (labels, said after, said before, people) to the figures."""
    labels, after, before, people = heard
    recalls = metrics.unweighted_recall(labels, after)
    parts = more | {
        f"recall of {emotion}": Figure(100 * value)
        for emotion, value in zip(recalls.classes, recalls.recalls, strict=True)
    }
    figures = (_figure(scene, labels, said, people) for said in (after, before))
    note = f"Guessing gives {100 * recalls.chance:.0f} %. Acted emotions."
    return Use(name, "UAR", method, next(figures), next(figures), "high", parts, note)


def _figure(
    scene: Scene, labels: Sequence[str], said: Sequence[str], people: Sequence[str]
) -> Figure:
    return recall_figure(labels, said, people, scene.generator("emotion"))
