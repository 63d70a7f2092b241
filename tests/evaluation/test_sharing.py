"""Parts of an evaluation that must share nothing."""

import numpy as np
import pytest
import soundfile

from voxnym.evaluation.clips import Clip
from voxnym.evaluation.sharing import shared_between
from voxnym.records import Utterance


@pytest.fixture
def speech(tmp_path):
    """Four utterances of four people; the sound of `d` is that of `a` in another container."""
    utterances, clips = {}, {}
    for seed, id in enumerate("abc"):
        samples = np.random.default_rng(seed).normal(0, 0.1, 1600)
        soundfile.write(tmp_path / f"{id}.wav", samples, 16000, subtype="PCM_16")
        clips[id] = Clip(tmp_path / f"{id}.wav")
    samples, rate = soundfile.read(tmp_path / "a.wav")
    soundfile.write(tmp_path / "d.flac", samples, rate)
    clips["d"] = Clip(tmp_path / "d.flac")
    utterances = {id: Utterance(id, id, speaker=id) for id in "abcd"}
    return utterances, clips


def test_nothing_shared(speech):
    assert shared_between({"trials": "ab", "training": "c"}, *speech) == ()


def test_people_and_sounds(speech):
    utterances, clips = speech
    utterances["b"] = Utterance("b", "b", speaker="c")
    found = shared_between({"trials": "ab", "training": "cd", "pool": "d"}, utterances, clips)
    assert [(each.first, each.second, each.people, each.sounds) for each in found] == [
        ("trials", "training", ("c",), (("a", "d"),)),
        ("trials", "pool", (), (("a", "d"),)),
        ("training", "pool", ("d",), (("d", "d"),)),
    ]
    assert str(found[0]) == "trials and training share 1 people and 1 recordings"


def test_nobody_is_not_a_person(speech):
    utterances, clips = speech
    utterances = {id: Utterance(id, id) for id in utterances}
    assert shared_between({"trials": "a", "training": "b"}, utterances, clips) == ()
