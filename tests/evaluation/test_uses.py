import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import toy_scene

from voxnym.evaluation.collection import Collection
from voxnym.evaluation.plan import Material
from voxnym.evaluation.protocol import Protocol
from voxnym.evaluation.results import Attribute, Check, Use
from voxnym.evaluation.subjects import Untouched
from voxnym.evaluation.uses import attributes, uses
from voxnym.records import Audio

pytest.importorskip("sklearn", reason='needs pip install "voxnym[attack]"')

EMOTIONS = ("anger", "sadness")


@dataclass(frozen=True)
class Hiss:
    """Everything becomes the same noise: nothing can be told any more."""

    name: str = "hiss"
    id: str = "hiss"
    is_fresh: bool = True

    def __call__(self, audio, utterance, who, key):
        seed = int.from_bytes(key.digest(utterance.id)[:4], "big")
        noise = np.random.default_rng(seed).standard_normal(audio.samples.shape)
        return Audio((0.1 * noise).astype(np.float32), audio.rate)


@dataclass(frozen=True)
class Opinion:
    """An emotion probe that listens to the loudness of the highest band."""

    id: str = "opinion"

    def __call__(self, audio):
        spectrum = np.abs(np.fft.rfft(audio.samples[0]))
        high = float((spectrum[len(spectrum) // 2 :] ** 2).sum() / (spectrum**2).sum())
        return {"ang": high, "sad": 1 - high}


def material(scene, **settings):
    """All people of the scene in a corpus "acted"; every other utterance is angry."""
    of_corpus = dict.fromkeys(scene.utterances, "acted")
    collection = Collection(scene.utterances, scene.clips, of_corpus)
    return Material(collection, scene.trials, scene.training, Protocol("test", **settings))


def labelled(scene):
    """Everybody speaks two languages, one of them angrily."""
    told = {
        id: replace(u, emotion=EMOTIONS[int(id[-1]) % 2], language=("de", "en")[int(id[-1]) % 2])
        for id, u in scene.utterances.items()
    }
    return replace(scene, utterances=told)


def by_name(found):
    return {each.name: each for each in found}


def test_every_emotional_corpus_is_measured(tmp_path):
    scene = labelled(toy_scene(tmp_path, people=3, more=0))
    settings = material(scene, word_utterances=0, recognisers=(), emotion_corpora=("acted", "none"))
    found = by_name(each for each in uses(scene, settings) if "emotion" in each.name)
    assert list(found) == ["emotion, acted"]
    use = found["emotion, acted"]
    assert isinstance(use, Use)
    # Nothing was changed, so nothing is lost.
    assert use.anonymized.value == use.original.value == use.parts["retrained"].value
    assert {"recall of anger", "recall of sadness"} < set(use.parts)


def test_one_person_is_heard_by_the_other_corpus_classifier(tmp_path):
    scene = labelled(toy_scene(tmp_path, people=3, more=0))
    of_corpus = {
        id: "alone" if u.speaker == "p0" else "acted" for id, u in scene.utterances.items()
    }
    collection = Collection(scene.utterances, scene.clips, of_corpus)
    protocol = Protocol("test", recognisers=(), emotion_corpora=("acted", "alone"))
    found = by_name(uses(scene, Material(collection, scene.trials, (), protocol)))
    use = found["emotion, alone"]
    assert "another corpus" in use.method
    # One person is no sample of people.
    assert use.anonymized.low is None
    assert use.original.basis.startswith("one speaker, 5 utterances")


def test_networks_that_are_not_there_are_told(tmp_path):
    scene = labelled(toy_scene(tmp_path, people=3, more=0))
    settings = material(
        scene,
        recognisers=("hf:" + str(tmp_path / "no"), "wrong"),
        emotion_corpora=("acted",),
        emotion_networks=("hf:" + str(tmp_path / "no"),),
    )
    missing = [each for each in uses(scene, settings) if isinstance(each, Check)]
    names = " ".join(each.name for each in missing)
    assert "words, hf:" in names
    assert "words, wrong" in names
    assert "emotion, acted, hf:" in names
    assert all(each.passed is None and each.found for each in missing)


def test_a_trained_network_tells_emotions(tmp_path, monkeypatch):
    monkeypatch.setattr("voxnym.evaluation.utility.named.load_emotions", lambda name: Opinion())
    scene = labelled(toy_scene(tmp_path, people=3, more=0))
    settings = material(
        scene, recognisers=(), emotion_corpora=("acted",), emotion_networks=("hf:x",)
    )
    found = [each for each in uses(scene, settings) if each.name == "emotion, acted"]
    assert [each.method == "opinion" for each in found] == [False, True]
    assert found[1].anonymized == found[1].original


def test_sex_is_told_from_untouched_speech_and_not_from_noise(tmp_path):
    scene = toy_scene(tmp_path, people=8, more=0)
    # In this toy world voices rise from person to person: the first half are men.
    genders = {f"p{person}": "m" if person < 4 else "f" for person in range(8)}
    scene = replace(scene, trials=replace(scene.trials, genders=genders))
    sex = by_name(attributes(scene, material(scene)))["sex"]
    assert isinstance(sex, Attribute)
    assert sex.chance == 50
    assert sex.anonymized == sex.original
    assert sex.original.value > 90
    assert "area under the curve" in sex.method
    hidden = by_name(attributes(scene.of(Hiss()), material(scene)))["sex"]
    assert hidden.original == sex.original
    assert hidden.anonymized.value < 80


def test_language_needs_people_enough(tmp_path):
    few = labelled(toy_scene(tmp_path, people=4, more=0))
    assert "language" not in by_name(attributes(few, material(few, language_corpora=("acted",))))


def test_language_is_told(tmp_path):
    scene = toy_scene(tmp_path, people=12, more=0)
    told = {
        id: replace(u, language="de" if int(u.speaker[1:]) < 6 else "en")
        for id, u in scene.utterances.items()
    }
    scene = replace(scene, utterances=told, subject=Untouched())
    found = by_name(attributes(scene, material(scene, language_corpora=("acted",))))["language"]
    # The second six have higher voices in this toy world; the language is told by that.
    assert found.anonymized.value > 60
    assert found.anonymized == found.original
    assert found.chance == 50
    assert "12 speakers, 36 utterances" in found.anonymized.basis
