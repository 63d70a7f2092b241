import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from scenes import ToyEmbedder, crowd
from toy_scene import toy_scene

from voxnym.evaluation.distinct_voices import distinct_voices, dominance_replicates
from voxnym.evaluation.metrics import dominance
from voxnym.evaluation.report.words import shown
from voxnym.records import Audio


def test_nothing_changed_nothing_gained(tmp_path):
    found = distinct_voices(crowd(tmp_path, more=0), ToyEmbedder())
    assert found.figures["G_VD"].value == pytest.approx(0, abs=1e-9)
    assert found.figures["DeID"].value < 0.05
    assert found.matrices["original"] == found.matrices["anonymized"]
    square = np.array(found.matrices["original"])
    assert square.shape == (6, 6)
    assert (np.diag(square) > 0.5).all()


class Same:
    """Everybody becomes the same noise, another one for each utterance."""

    name, id, is_fresh = "same", "same", True

    def __call__(self, audio, utterance, who, key):
        rng = np.random.default_rng(int.from_bytes(key.digest(utterance.id)[:4], "big"))
        return Audio((0.1 * rng.standard_normal(audio.samples.shape)).astype(np.float32), 16000)


def test_one_voice_for_all_is_not_distinct(tmp_path):
    scene = crowd(tmp_path, more=0)
    found = distinct_voices(scene.of(Same()), ToyEmbedder())
    assert found.figures["G_VD"].value < -5
    assert found.figures["DeID"].value > 0.8
    assert "dB (−∞ to" in shown(found.figures["G_VD"])


def test_resamples_are_the_matrix_of_those_drawn():
    rng = np.random.default_rng(0)
    matrix = rng.random((5, 5))
    matrix = (matrix + matrix.T) / 2
    matrix[3, 3] = np.nan
    drawn = [[0, 0, 1, 2, 4], [0, 1, 2, 3, 4], [3, 3, 2, 2, 1]]
    counts = np.array([np.bincount(each, minlength=5) for each in drawn])
    for people, value in zip(drawn, dominance_replicates(matrix, counts), strict=True):
        own = [matrix[p, p] for p in people]
        rest = [matrix[p, q] for p in people for q in people if p != q]
        assert value == pytest.approx(np.nanmean(own) - np.mean(rest))
    assert dominance_replicates(matrix, np.ones((1, 5), int))[0] == pytest.approx(dominance(matrix))


def test_intervals_hold_the_value(tmp_path):
    found = distinct_voices(toy_scene(tmp_path, more=0), ToyEmbedder()).figures
    for figure in found.values():
        assert figure.low <= figure.value + 1e-9
        assert figure.value - 1e-9 <= figure.high
        assert figure.basis == "6 speakers, 18 utterances, toy"
