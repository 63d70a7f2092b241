"""All that is left to work with: words, sound, melody, emotion, and what can be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.plan import Material
from voxnym.evaluation.results import Attribute, Check, Use
from voxnym.evaluation.scene import Scene
from voxnym.records import Utterance

P = ParamSpec("P")
T = TypeVar("T")

_MOST_FOR_SEX = 10
_LEAST_PEOPLE = 4
_MOST_FOR_LANGUAGE = 3
_LEAST_PER_LANGUAGE = 6


def uses(scene: Scene, material: Material) -> Iterator[Use | Check]:
    """Utility, measure by measure; a check says what could not be measured and why."""
    from voxnym.evaluation.utility.phones_use import phone_use
    from voxnym.evaluation.utility.sound_use import melody_use, quality_use
    from voxnym.evaluation.utility.words_use import spoken_sample

    of_each = material.protocol.word_utterances
    ids = spoken_sample(scene, of_each) or scene.trials.utterances[: 2 * len(scene.trials.speakers)]
    for name in material.protocol.recognisers:
        yield from _tried(f"words, {name}", _words, scene, name, of_each)
    told = spoken_sample(scene, 1)
    if told:
        yield from _tried("phones", phone_use, scene, told)
    yield from _tried("quality", quality_use, scene, ids)
    yield from _tried("melody", melody_use, scene, ids)
    yield from _emotions(scene, material)


def _words(scene: Scene, name: str, of_each: int) -> Use | None:
    from voxnym.evaluation.utility.named import load_recogniser
    from voxnym.evaluation.utility.words_use import word_use

    spoken = [scene.utterances[id] for id in scene.trials.utterances]
    if not of_each or not any(each.text for each in spoken):
        return None
    return word_use(scene, load_recogniser(name, spoken), of_each)


def _emotions(scene: Scene, material: Material) -> Iterator[Use | Check]:
    """Of every emotional corpus: our classifier, then the networks that were named."""
    from voxnym.evaluation.utility.emotion_use import emotion_across, emotion_use

    learned: tuple[str, ...] = ()
    for corpus in material.protocol.emotion_corpora:
        ids = emotional_ids(material, corpus)
        if not ids:
            continue
        name = f"emotion, {corpus}"
        if len({scene.utterances[id].speaker for id in ids}) > 1:
            learned = learned or ids
            yield from _tried(name, emotion_use, scene, ids, name)
        elif learned:
            yield from _tried(name, emotion_across, scene, learned, ids, name)
        for network in material.protocol.emotion_networks:
            yield from _tried(f"{name}, {network}", _emotions_by, scene, ids, network, name)


def _emotions_by(scene: Scene, ids: tuple[str, ...], network: str, name: str) -> Use:
    from voxnym.evaluation.utility.emotion_use import emotion_by
    from voxnym.evaluation.utility.named import load_emotions

    return emotion_by(scene, ids, load_emotions(network), name)


def attributes(scene: Scene, material: Material) -> Iterator[Attribute | Check]:
    """Sex from the trials' speech, language from corpora in several."""
    from voxnym.evaluation.utility.attribute_use import area_of, recall_of

    ids, labels = _sexes(scene)
    if len(set(labels)) == 2 and len({scene.utterances[id].speaker for id in ids}) >= _LEAST_PEOPLE:
        yield from _tried("sex", area_of, scene, ids, labels, "sex")
    spoken = _languages(material)
    if len({each.language for each in spoken}) > 1:
        of_language = [each.id for each in spoken], [each.language or "" for each in spoken]
        yield from _tried("language", recall_of, scene, *of_language, "language")


def _sexes(scene: Scene) -> tuple[list[str], list[str]]:
    """Some utterances of everybody in the trials whose gender is known, and that gender."""
    people = scene.trials.genders
    taken: dict[str, int] = {}
    ids: list[str] = []
    labels: list[str] = []
    for id, person in zip(scene.trials.utterances, scene.trials.utterance_speaker, strict=True):
        gender = people.get(person, "unknown")
        taken[person] = taken.get(person, 0) + 1
        if gender != "unknown" and taken[person] <= _MOST_FOR_SEX:
            ids.append(id)
            labels.append(gender)
    return ids, labels


def _languages(material: Material) -> list[Utterance]:
    """Some utterances of people of every language that enough people speak."""
    of_person: dict[tuple[str, str], list[Utterance]] = {}
    for each in material.collection.of_corpora(material.protocol.language_corpora):
        if each.language and each.speaker:
            of_person.setdefault((each.language, each.speaker), []).append(each)
    full = sorted(key for key, own in of_person.items() if len(own) >= _MOST_FOR_LANGUAGE)
    chosen = []
    for language in sorted({name for name, _ in full}):
        people = [key for key in full if key[0] == language][:_LEAST_PER_LANGUAGE]
        if len(people) == _LEAST_PER_LANGUAGE:
            chosen += [each for key in people for each in of_person[key][:_MOST_FOR_LANGUAGE]]
    return chosen


def emotional_ids(material: Material, corpus: str) -> tuple[str, ...]:
    """Utterances of a corpus with one of the challenge's emotions and a speaker."""
    found = material.collection.of_corpora((corpus,))
    return tuple(each.id for each in found if each.emotion and each.speaker)


def _tried(
    name: str, measure: Callable[P, T | None], *args: P.args, **kwargs: P.kwargs
) -> Iterator[T | Check]:
    """What a measure gives, or a check that says what it lacks; never silence."""
    try:
        found = measure(*args, **kwargs)
    except (MissingExtraError, InputError) as error:
        yield Check(f"measure: {name}", None, str(error), "measured")
        return
    if found is None:
        yield Check(f"measure: {name}", None, "the corpus has no labels for it", "measured")
    else:
        yield found
