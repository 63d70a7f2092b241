import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from toy_scene import Gain, toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers.training_clips import (
    Wanted,
    facts_of,
    lessons_of,
    pupils_of,
    takes_of,
)
from voxnym.evaluation.subjects import AnonymizerSubject, FolderSubject, Untouched
from voxnym.evaluation.takes import ORIGINAL, Take

pytest.importorskip("torch", reason="clips for training need PyTorch (extra attack)")
LOUD = AnonymizerSubject("gain", Gain, "1")


@pytest.fixture
def scene(tmp_path):
    return toy_scene(tmp_path, LOUD, people=4, more=6)


def hundredths(audio):
    """Level of each 10 ms, (frames, 1)."""
    count = audio.samples.shape[1] // 160 * 160
    return np.square(audio.samples[0, :count]).reshape(-1, 160).mean(axis=1, keepdims=True)


def test_one_utterance_of_each_person_is_kept_apart(scene):
    pupils = pupils_of(scene, Wanted())
    assert pupils.people == tuple(f"p{number}" for number in range(4, 10))
    assert not set(pupils.learned) & set(pupils.held_out)
    assert sorted([*pupils.learned, *pupils.held_out]) == sorted(scene.training)
    assert sorted(id.split("-")[0] for id in pupils.held_out) == list(pupils.people)


def test_the_order_of_the_training_does_not_matter(scene):
    turned = replace(scene, training=scene.training[::-1])
    assert pupils_of(turned, Wanted()) == pupils_of(scene, Wanted())
    assert facts_of(turned, Wanted()) == facts_of(scene, Wanted())


def test_seeds_choose_others(scene):
    choices = {pupils_of(scene, Wanted(seed=seed)).held_out for seed in range(4)}
    assert len(choices) > 1


def test_smaller_shares_are_parts_of_larger_ones(scene):
    people = [set(pupils_of(scene, Wanted(share=share)).people) for share in (0.34, 0.5, 1.0)]
    assert [len(each) for each in people] == [2, 3, 6]
    assert people[0] < people[1] < people[2]


def test_people_with_few_utterances_are_learned_from_all_the_same(scene):
    few = tuple(id for id in scene.training if not id.startswith("p4") or id.endswith("0"))
    pupils = pupils_of(replace(scene, training=few), Wanted())
    assert "p4" in pupils.people
    assert not any(id.startswith("p4") for id in pupils.held_out)


def test_without_validation_or_names_it_is_refused(scene):
    few = tuple(id for id in scene.training if id.endswith("0"))
    with pytest.raises(InputError, match="could not be told"):
        pupils_of(replace(scene, training=few), Wanted())
    one = tuple(id for id in scene.training if id.startswith("p4"))
    with pytest.raises(InputError, match="fewer than two"):
        pupils_of(replace(scene, training=one), Wanted())
    nameless = dict(scene.utterances)
    first = scene.training[0]
    nameless[first] = replace(nameless[first], speaker=None)
    with pytest.raises(InputError, match="no speaker"):
        pupils_of(replace(scene, utterances=nameless), Wanted())


def test_draws_labels_and_stretches(scene):
    lessons = lessons_of(scene, hundredths, Wanted(draws=3, seconds=1.0, least_seconds=0.5))
    assert len(lessons.training.mels) == 6 * 4 * 3
    assert np.bincount(lessons.training.people).tolist() == [12] * 6
    assert max(mel.shape[0] for mel in lessons.training.mels) == 100
    # What is held out is heard whole, once.
    assert len(lessons.held_out.mels) == 6
    assert max(mel.shape[0] for mel in lessons.held_out.mels) > 100
    assert lessons.draws == 3
    assert lessons.hours == pytest.approx(lessons.training.frames / 360_000)


def test_labels_are_those_of_the_speakers(scene):
    def loud(audio):
        return np.full((200, 1), audio.samples.shape[1], np.float32)

    lessons = lessons_of(scene, loud, Wanted(draws=1))
    pupils = pupils_of(scene, Wanted(draws=1))
    lengths = {
        id: audio.samples.shape[1]
        for id, audio in zip(
            pupils.learned, scene.heard(pupils.learned, Take("train")), strict=True
        )
    }
    for id, mel, person in zip(
        pupils.learned, lessons.training.mels, lessons.training.people, strict=True
    ):
        assert mel[0, 0] == lengths[id]
        assert pupils.people[person] == id.split("-")[0]


def test_permuting_keeps_how_often_each_label_stands(scene):
    real = lessons_of(scene, hundredths, Wanted(draws=2))
    mixed = lessons_of(scene, hundredths, Wanted(draws=2, is_permuted=True))
    both = [
        np.bincount([*each.training.people[:24], *each.held_out.people]).tolist()
        for each in (real, mixed)
    ]
    assert both[0] == both[1]
    assert not np.array_equal(real.training.people, mixed.training.people)
    # An utterance has the same wrong label in both draws.
    np.testing.assert_array_equal(mixed.training.people[:24], mixed.training.people[24:])


def test_memory_is_bounded(scene):
    lessons = lessons_of(scene, hundredths, Wanted(draws=2, most_clips=10))
    assert len(lessons.training.mels) == 10


def test_several_systems_at_once(scene):
    lessons = lessons_of(scene, hundredths, Wanted(draws=2), (LOUD, Untouched()))
    assert len(lessons.training.mels) == 2 * 6 * 4 * 2
    assert len(lessons.held_out.mels) == 12


def test_takes_by_what_can_be_drawn(scene):
    files = {id: clip.path for id, clip in scene.clips.items()}
    assert takes_of(LOUD, Wanted(draws=2)) == (Take("train", 0), Take("train", 1))
    assert takes_of(FolderSubject("theirs", files), Wanted(draws=2)) == (Take("train", 0),)
    assert takes_of(LOUD, Wanted(draws=2, is_original=True)) == (ORIGINAL,)
    assert takes_of(LOUD, Wanted(draws=2), "speaker") == (Take("train", 0), Take("train", 1))
    assert takes_of(LOUD, Wanted(draws=2), "one") == (Take("train", 0),)


def test_facts_name_all_that_matters(scene, tmp_path):
    (tmp_path / "more").mkdir()
    variants = [
        facts_of(scene, Wanted()),
        facts_of(scene, Wanted(seed=1)),
        facts_of(scene.of(Untouched()), Wanted()),
        facts_of(scene.under("one"), Wanted()),
        facts_of(replace(scene, seed=2), Wanted()),
        facts_of(replace(scene, training=scene.training[1:]), Wanted()),
        facts_of(scene, Wanted(), (LOUD, Untouched())),
        facts_of(scene, Wanted(is_original=True)),
    ]
    assert len(set(variants)) == len(variants)
    originals = Wanted(is_original=True)
    assert facts_of(scene, originals) == facts_of(scene.of(Untouched()), originals)


@pytest.mark.parametrize(
    "bad", [{"draws": 0}, {"share": 0}, {"share": 1.1}, {"seconds": 0.1}, {"most_clips": 0}]
)
def test_numbers_out_of_range_are_refused(bad):
    with pytest.raises(InputError):
        Wanted(**bad)
