"""All that is left to work with: words, sound, melody, emotion, and what can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.plan import Material
from voxnym.evaluation.results import Attribute, Check, Use
from voxnym.evaluation.scene import Scene

T = TypeVar("T")

_MOST_FOR_SEX = 10
_LEAST_PEOPLE = 4


def uses(scene: Scene, material: Material) -> Iterator[Use | Check]:
    """Utility, measure by measure; a check says what could not be measured and why."""
    from voxnym.evaluation.utility.emotion_use import emotion_use
    from voxnym.evaluation.utility.phones_use import phone_use
    from voxnym.evaluation.utility.sound_use import melody_use, quality_use
    from voxnym.evaluation.utility.words_use import spoken_sample

    of_each = material.protocol.word_utterances
    ids = spoken_sample(scene, of_each) or scene.trials.utterances[: 2 * len(scene.trials.speakers)]
    yield from _tried("words", lambda: _words(scene, of_each))
    told = spoken_sample(scene, 1)
    if told:
        yield from _tried("phones", lambda: phone_use(scene, told))
    yield from _tried("quality", lambda: quality_use(scene, ids))
    yield from _tried("melody", lambda: melody_use(scene, ids))
    emotional = emotional_ids(material)
    if emotional:
        yield from _tried("emotion", lambda: emotion_use(scene, emotional))


def _words(scene: Scene, of_each: int) -> Use | None:
    from voxnym.evaluation.utility.pocketsphinx_words import ClosedWords
    from voxnym.evaluation.utility.words_use import word_use

    texts = [scene.utterances[id].text or "" for id in scene.trials.utterances]
    if not of_each or not any(texts):
        return None
    return word_use(scene, ClosedWords.of_texts(texts), of_each)


def attributes(scene: Scene, material: Material) -> Iterator[Attribute | Check]:
    """Sex from the trials' speech, emotion from the emotional corpora."""
    from voxnym.evaluation.utility.emotion_use import attribute

    people = scene.trials.genders
    taken: dict[str, int] = {}
    ids, labels = [], []
    for id, person in zip(scene.trials.utterances, scene.trials.utterance_speaker, strict=True):
        gender = people.get(person, "unknown")
        taken[person] = taken.get(person, 0) + 1
        if gender != "unknown" and taken[person] <= _MOST_FOR_SEX:
            ids.append(id)
            labels.append(gender)
    if len(set(labels)) == 2 and len(taken) >= _LEAST_PEOPLE:
        yield from _tried("sex", lambda: attribute(scene, ids, labels, "sex"))


def emotional_ids(material: Material) -> tuple[str, ...]:
    """Utterances with an emotion and a speaker, of the protocol's emotional corpora."""
    found = material.collection.of_corpora(material.protocol.emotion_corpora)
    return tuple(each.id for each in found if each.emotion and each.speaker)


def _tried(name: str, measure: Callable[[], T | None]) -> Iterator[T | Check]:
    """What a measure gives, or a check that says what it lacks; never silence."""
    try:
        found = measure()
    except (MissingExtraError, InputError) as error:
        yield Check(f"measure: {name}", None, str(error), "measured")
        return
    if found is None:
        yield Check(f"measure: {name}", None, "the corpus has no labels for it", "measured")
    else:
        yield found
