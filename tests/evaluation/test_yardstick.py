import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import toy_scene

from voxnym.evaluation import yardstick as module
from voxnym.evaluation.attackers.attack import Verdict
from voxnym.evaluation.figures import attack_from
from voxnym.evaluation.ladder import Tried
from voxnym.evaluation.protocol import Protocol
from voxnym.evaluation.yardstick import yardstick

PART = ("p0", "p1", "p2", "p3")


@pytest.fixture
def scene(tmp_path, monkeypatch):
    made = toy_scene(tmp_path)
    digest = made.trials.for_speakers(PART, "part").digest[:12]
    protocol = Protocol("part", speakers=PART, digest=digest)
    monkeypatch.setattr(module, "read_protocol", lambda name: protocol)
    return made


class Found:
    hears = "voice"

    def __init__(self, name, knowledge):
        self.name, self.knowledge = name, knowledge


def tried(scene, name, knowledge, noise, *, outside=0.0, void=""):
    """An attacker that knows the truth but for noise; `outside` spoils all but the yardstick."""
    trials = scene.trials
    own = np.array(trials.utterance_speaker)[None, :] == np.array(trials.speakers)[:, None]
    draw = np.random.default_rng(0).standard_normal(own.shape)
    others = ~np.isin(trials.utterance_speaker, PART)[None, :] * np.ones(own.shape, bool)
    scores = own + draw * np.where(others, outside or noise, noise)
    attack = attack_from(Found(name, knowledge), scene, Verdict(scores, None, None, ()), 0.0)
    return Tried(replace(attack, void=void), scores)


def test_the_weak_system_must_fall(scene):
    lazy = tried(scene, "lazy", "lazy-informed", 3.0)
    strong, weak = (tried(scene, name, "semi-informed", n) for name, n in (("s", 0.1), ("w", 2.0)))
    weakling = replace(scene, subject=replace(scene.subject, name="mcadams"))
    found = yardstick(weakling, [lazy, weak, strong])
    assert found.passed
    assert "EER 0.0 % (0.0 to 0.0) by s" in found.found
    assert not yardstick(weakling, [lazy, weak]).passed


def test_another_system_must_fall_below_its_lazy_figure(scene):
    lazy = tried(scene, "lazy", "lazy-informed", 3.0)
    assert yardstick(scene, [lazy, tried(scene, "s", "semi-informed", 0.1)]).passed
    assert not yardstick(scene, [lazy, tried(scene, "w", "semi-informed", 3.0)]).passed


def test_only_the_trials_of_the_yardstick_count(scene):
    lazy = tried(scene, "lazy", "lazy-informed", 3.0)
    far = tried(scene, "s", "semi-informed", 0.1, outside=9.0)
    assert far.attack.eer.value > 10
    assert "EER 0.0 %" in yardstick(scene, [lazy, far]).found


def test_void_and_untrained_attackers_do_not_count(scene):
    lazy = tried(scene, "lazy", "lazy-informed", 3.0)
    void = tried(scene, "v", "semi-informed", 0.1, void="why")
    assert yardstick(scene, [lazy, void]) is None
    assert yardstick(scene, [lazy]) is None


def test_other_trials_have_no_yardstick(scene, monkeypatch):
    both = [tried(scene, "l", "lazy-informed", 3.0), tried(scene, "s", "semi-informed", 0.1)]
    for protocol in (
        Protocol("part", speakers=("ls-19",)),
        Protocol("part", speakers=PART, digest="0" * 12),
    ):
        monkeypatch.setattr(module, "read_protocol", lambda name, made=protocol: made)
        assert yardstick(scene, both) is None
