"""Phones and durations: with a stand-in for the recogniser, and once with the real one."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from scenes import Noting, crowd, mixed_up, rate, with_audio
from toy_scene import toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers import phones as room
from voxnym.evaluation.attackers.cepstra import log_mel
from voxnym.evaluation.attackers.durations import CLASSES, Durations, durations, usual
from voxnym.evaluation.attackers.phones import (
    PhoneHistogram,
    histogram,
    number_of,
    pairs,
    phones_of,
)
from voxnym.evaluation.subjects import FolderSubject
from voxnym.evaluation.takes import ORIGINAL, TRIAL, Take
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES, Phone


def by_band(audio):
    """A stand-in: the loudest mel band of each 50 ms names the phone."""
    bands = log_mel(audio.samples[0])[::5].argmax(axis=1)
    return tuple(Phone(PHONES[b], 0.05 * i, 0.05 * i + 0.05) for i, b in enumerate(bands))


def by_length(audio):
    """A stand-in: vowels and pauses as long as the utterance is loud."""
    unit = 0.02 + 2 * float(np.abs(audio.samples).mean() / np.abs(audio.samples).max())
    return tuple(Phone("SIL" if i % 4 == 3 else "AA", i * unit, (i + 1) * unit) for i in range(9))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return crowd(tmp_path_factory.mktemp("content"), Noting(), more=4)


@pytest.mark.parametrize("unit", ["phones", "pairs"])
def test_histogram_finds_people_and_nobody_when_mixed_up(unit, scene, monkeypatch) -> None:
    monkeypatch.setattr(room, "recognise_phones", by_band)
    for knowledge in ("unprotected", "lazy-informed"):
        attacker = PhoneHistogram(unit, knowledge)
        assert rate(attacker(scene).scores, scene) < 0.3
    mixed = mixed_up(scene)
    assert rate(PhoneHistogram(unit)(mixed).scores, mixed) > 0.3
    assert attacker.hears == "content"


@pytest.mark.parametrize(
    ("attacker", "sides"),
    [
        (PhoneHistogram("phones", "unprotected"), set()),
        (PhoneHistogram("phones", "ignorant"), {"trial"}),
        (PhoneHistogram(), {"enrol", "trial"}),
        (Durations("unprotected"), set()),
        (Durations(), {"enrol", "trial", "train"}),
        (Durations(most=0), {"enrol", "trial"}),
    ],
)
def test_versions(attacker, sides, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(room, "recognise_phones", by_band)
    system = Noting()
    attacker(toy_scene(tmp_path, system))
    assert set(system.calls) == sides


def test_recognised_once_for_a_scene(tmp_path, monkeypatch) -> None:
    heard = []
    monkeypatch.setattr(room, "recognise_phones", lambda a: heard.append(a) or by_band(a))
    scene = toy_scene(tmp_path)
    ids = [*scene.trials.utterances[:3], scene.trials.utterances[0]]
    first = phones_of(scene, ids, TRIAL)
    assert (len(heard), len(first)) == (3, 4)
    assert phones_of(scene, ids[::-1], TRIAL) == first[::-1]
    assert len(heard) == 3
    phones_of(scene, ids, ORIGINAL)
    assert len(heard) == 6


def test_work_travels_to_other_processes(scene) -> None:
    for take in (ORIGINAL, TRIAL):
        work = room.Hearing(room._source(scene, scene.trials.utterances[0], take))
        assert pickle.loads(pickle.dumps(work)) == work


def test_draws_of_a_folder_are_refused(tmp_path) -> None:
    scene = toy_scene(tmp_path, FolderSubject("folder", {}))
    with pytest.raises(InputError, match="draws only once"):
        phones_of(scene, scene.training[:1], Take("train", 1))


def test_histograms_by_hand() -> None:
    found = (Phone("SIL", 0, 1), Phone("AA", 1, 1.3), Phone("AE", 1.3, 1.4), Phone("AA", 1.4, 2))
    shares = histogram(found) ** 2
    assert shares[:2] == pytest.approx([0.9, 0.1])
    assert shares.sum() == pytest.approx(1)
    counts = (pairs(found) ** 2).reshape(40, 40)
    assert counts[39, 0] == counts[0, 1] == counts[1, 0] == pytest.approx(1 / 3)
    assert histogram(()).sum() == pairs(()).sum() == pairs(found[:1]).sum() == 0


def test_durations_by_hand() -> None:
    edge = (Phone("SIL", 0, 5),)
    found = (*edge, Phone("AA", 5, 5.2), Phone("SIL", 5.2, 5.4), Phone("S", 5.4, 5.8), *edge)
    values = durations(found)
    assert values[0] == pytest.approx(np.log(0.2))
    assert values[3] == pytest.approx(np.log(0.4))
    assert np.isnan(values[[1, 2, 4, 5, 6, 7]]).all()
    assert values[8:].tolist() == pytest.approx([2 / 0.6, 0.25, np.log(0.2)])
    assert np.isnan(durations(edge)).all()


def test_every_phone_has_a_class() -> None:
    assert sorted(label for each in CLASSES for label in each) == sorted(PHONES)
    assert [number_of(label) for label in PHONES] == list(range(39))


def test_usual_ignores_what_is_not_there() -> None:
    mean, scale = usual(np.array([[1.0, np.nan, np.nan], [3.0, 2.0, np.nan]]))
    assert mean.tolist() == [2, 2, 0]
    assert scale.tolist() == [1, 0, 0]


def test_durations_find_people_who_speak_slowly(scene, tmp_path, monkeypatch) -> None:
    def speech(person, number):
        rng = np.random.default_rng(10 * person + number)
        samples = rng.standard_normal(12000) * 0.05
        samples[:: 40 + 40 * (person % 6)] += 0.9
        return samples

    monkeypatch.setattr(room, "recognise_phones", by_length)
    paced = with_audio(scene, tmp_path, speech)
    assert rate(Durations()(paced).scores, paced) < 0.3
    mixed = mixed_up(paced)
    assert rate(Durations()(mixed).scores, mixed) > 0.25


def test_with_the_real_recogniser(tmp_path) -> None:
    pytest.importorskip("pocketsphinx", reason="phones need pocketsphinx (extra asr)")
    scene = toy_scene(tmp_path, people=3, more=1)
    for attacker in (PhoneHistogram(), PhoneHistogram("pairs"), Durations()):
        verdict = attacker(scene)
        assert np.isfinite(verdict.scores).all()
        assert verdict.vectors.trial.any()
