# ruff: noqa: E402  (what follows needs PyTorch)
"""The fine-tuned attacker with its real network; the others use a small one."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="fine-tuning needs PyTorch (extra attack)")
if importlib.util.find_spec("resemblyzer") is None:
    pytest.skip("the network's weights come with resemblyzer", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parents[1]))
from toy_scene import Gain, toy_scene

from voxnym.evaluation.attackers.finetuned import FineTuned
from voxnym.evaluation.attackers.tuning import voice_network, voices
from voxnym.evaluation.subjects import AnonymizerSubject


def test_the_public_network_is_trained_and_heard(tmp_path):
    torch.set_num_threads(1)
    scene = toy_scene(tmp_path, AnonymizerSubject("gain", Gain, "1"), people=4, more=3)
    verdict = FineTuned(steps=2, draws=1)(scene)
    assert verdict.vectors.enrol.shape == (8, 256)
    np.testing.assert_allclose(np.linalg.norm(verdict.vectors.trial, axis=1), 1, atol=1e-5)
    ids, take = scene.sides[1]
    before = voices(scene, voice_network(), ids, take)
    moved = np.abs(before - verdict.vectors.trial).max()
    # Two small steps: another network, but not a broken one.
    assert 1e-4 < moved < 0.5
    assert verdict.training.steps == 2
