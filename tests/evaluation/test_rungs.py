import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import toy_scene

from voxnym.evaluation import rungs as module
from voxnym.evaluation.attackers.ensemble import Ensemble
from voxnym.evaluation.attackers.finetuned import FineTuned
from voxnym.evaluation.attackers.scratch import FromScratch
from voxnym.evaluation.ladder import described
from voxnym.evaluation.rungs import rungs
from voxnym.evaluation.subjects import PresetSubject
from voxnym.preset import read_preset

pytest.importorskip("resemblyzer", reason="needs pip install --no-deps resemblyzer")
pytest.importorskip("sklearn", reason='needs pip install "voxnym[attack]"')


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return toy_scene(tmp_path_factory.mktemp("rungs"), PresetSubject(read_preset("mcadams")))


def attackers(scene, effort, **more):
    return [rung.attacker for rung in rungs(scene, effort, **more)]


def test_quick_trains_nothing(scene):
    found = attackers(scene, "quick")
    assert {each.knowledge for each in found} == {"unprotected", "ignorant", "lazy-informed"}
    assert {each.hears for each in found} >= {"voice", "prosody", "surroundings", "words"}


def test_each_effort_adds_to_the_one_before(scene):
    quick, standard, full = (
        {described(each) for each in attackers(scene, effort)}
        for effort in ("quick", "standard", "full")
    )
    assert quick < standard < full


def test_the_full_ladder(scene):
    found = list(rungs(scene, "full"))
    tuned = [each for each in found if isinstance(each.attacker, FineTuned)]
    assert [each.attacker.seed for each in tuned if not each.attacker.pretraining] == [0, 1, 2]
    assert [share for share, _ in tuned[0].fewer] == [0.25, 0.5]
    # The control is the same recipe on originals, and one training of it serves all.
    assert all(each.control.is_original for each in tuned)
    assert len({described(each.control) for each in tuned}) == 1
    (pretrained,) = [each.attacker for each in tuned if each.attacker.pretraining]
    assert sorted(each.name for each in pretrained.pretraining) == ["mcadams-vpc2024", "world"]
    assert any(isinstance(each.attacker, Ensemble) for each in found)
    # Only the inversion of this very system, without and with a back-end.
    inversions = [each.attacker for each in found if "Inversion" in type(each.attacker).__name__]
    assert [type(each).__name__ for each in inversions] == ["McadamsInversion"] * 2
    assert [each.is_adapted for each in inversions] == [False, True]


def test_from_scratch_only_where_it_can_be_trained(scene, monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(module, "can_train_from_scratch", lambda there=there: there)
        found = attackers(scene, "full")
        assert any(isinstance(each, FromScratch) for each in found) is there


def test_further_networks_are_untrained_attackers(scene):
    more = attackers(scene, "quick", networks=("mfcc",))
    known = {described(each) for each in attackers(scene, "quick")}
    new = [each for each in more if described(each) not in known]
    assert [each.knowledge for each in new] == ["unprotected", "ignorant", "lazy-informed"]
    assert all("mfcc" in each.name for each in new)


def test_nobody_to_learn_from(scene):
    alone = replace(scene, training=())
    assert not any(isinstance(each, FineTuned) for each in attackers(alone, "full"))
