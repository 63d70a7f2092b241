import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightning", reason="training from scratch needs Lightning (extra train)")
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from toy_scene import Gain, toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers import scratch
from voxnym.evaluation.attackers.scratch import FromScratch
from voxnym.evaluation.subjects import AnonymizerSubject
from voxnym.nn.ecapa import EcapaConfig
from voxnym.training import fitting

LOUD = AnonymizerSubject("gain", Gain, "1")
ATTACKER = FromScratch(epochs=6, draws=1, batch=8, peak_rate=0.01)
TINY = EcapaConfig(channels=16, squeeze=8, attention=8, dims=12, scale=4)


@pytest.fixture(autouse=True)
def tiny_network(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(scratch, "sizes_of", lambda size: TINY)
    # Toy clips last 1.5 s.
    monkeypatch.setattr(scratch, "PIECE_S", 0.5)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def scene(tmp_path):
    return toy_scene(tmp_path, LOUD, people=4, more=4)


def files(scene):
    return sorted(file.suffix for file in (scene.cache.folder / "attackers").iterdir())


def test_it_learns_and_tells(scene):
    verdict = replace(ATTACKER, epochs=15, peak_rate=0.003)(scene)
    told = verdict.training
    assert (told.speakers, told.clips, told.draws) == (4, 16, 1)
    assert told.train_accuracy > 0.6
    assert told.chance == pytest.approx(0.25)
    assert told.hours == pytest.approx(16 * 1.3 / 3600, rel=0.2)
    assert verdict.vectors.trial.shape == (12, 12)
    assert files(scene) == [".json", ".safetensors"]


def test_what_was_trained_is_used_again(scene, monkeypatch):
    first = ATTACKER(scene)
    monkeypatch.setattr(scratch, "lessons_of", None)
    again = ATTACKER(scene)
    np.testing.assert_array_equal(first.scores, again.scores)
    assert first.training == again.training


def test_same_seed_same_scores_other_seed_others(tmp_path):
    found = []
    for number, seed in enumerate((0, 0, 1)):
        (tmp_path / str(number)).mkdir()
        scene = toy_scene(tmp_path / str(number), LOUD, people=4, more=4)
        found.append(replace(ATTACKER, epochs=2, seed=seed)(scene).scores)
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


class KilledError(Exception):
    pass


def test_a_killed_training_goes_on(tmp_path, scene, monkeypatch):
    (tmp_path / "whole").mkdir()
    whole = replace(ATTACKER, epochs=3)(toy_scene(tmp_path / "whole", LOUD, people=4, more=4))

    class Kills(fitting.SpeakerAttacker):
        def on_train_epoch_start(self):
            if self.current_epoch == 2:
                raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(fitting, "SpeakerAttacker", Kills)
        with pytest.raises(KilledError):
            replace(ATTACKER, epochs=3)(scene)
    assert files(scene) == [".run"]
    resumed = replace(ATTACKER, epochs=3)(scene)
    np.testing.assert_array_equal(whole.scores, resumed.scores)
    assert files(scene) == [".json", ".safetensors"]


def test_too_short_speech_is_refused(scene, monkeypatch):
    monkeypatch.setattr(scratch, "PIECE_S", 3.0)
    with pytest.raises(InputError):
        ATTACKER(scene)


@pytest.mark.parametrize("bad", [{"epochs": 0}, {"batch": 1}, {"peak_rate": 0}, {"size": "big"}])
def test_settings_out_of_range_are_refused(bad):
    with pytest.raises(InputError):
        FromScratch(**bad)


def test_names_and_knowledge():
    assert ATTACKER.knowledge == "semi-informed"
    assert replace(ATTACKER, is_original=True).knowledge == "unprotected"
    assert "6 epochs" in ATTACKER.name
    assert "seed 3" in replace(ATTACKER, seed=3).name
