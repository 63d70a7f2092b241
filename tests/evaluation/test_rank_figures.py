import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from scenes import crowd

from voxnym.evaluation.metrics import local_disclosure
from voxnym.evaluation.rank_figures import local_bits, rank_figures

PEOPLE, EACH = 12, 8
OWN = np.repeat(np.arange(PEOPLE), EACH)


def scored(apart, seed=0):
    scores = np.random.default_rng(seed).standard_normal((PEOPLE, OWN.size))
    scores[OWN, np.arange(OWN.size)] += apart
    return scores


def test_chance_discloses_nothing_and_knowledge_who_speaks():
    rng = np.random.default_rng(1)
    assert abs(local_bits(scored(0), OWN, rng).mean()) < 0.1
    assert local_bits(scored(40), OWN, rng).mean() == pytest.approx(np.log2(PEOPLE), abs=0.01)


def test_each_half_is_judged_by_the_other():
    scores, rng = scored(2), np.random.default_rng(1)
    first = np.isin(OWN, np.random.default_rng(1).permutation(PEOPLE)[: PEOPLE // 2])
    bits = local_bits(scores, OWN, rng)
    expected = local_disclosure(scores[:, first], OWN[first], scores[:, ~first], OWN[~first])
    np.testing.assert_array_equal(bits[first], expected.trials)
    # A lie in one half changes what the other half's scores are worth, not its own slope.
    lied = scores.copy()
    lied[:, first] *= -1
    assert not np.allclose(local_bits(lied, OWN, np.random.default_rng(1))[~first], bits[~first])


@pytest.mark.parametrize(
    "scores", [np.full((PEOPLE, OWN.size), 0.5), np.full((PEOPLE, OWN.size), -np.inf)]
)
def test_scores_that_cannot_be_standardised(scores):
    assert local_bits(scores, OWN, np.random.default_rng(0)) is None


def test_too_few_people():
    assert local_bits(scored(3)[:, :24], OWN[:24], np.random.default_rng(0)) is None


def test_figures_have_units_and_intervals(tmp_path):
    scene = crowd(tmp_path, more=0)
    trials = scene.trials
    own = np.array([trials.speakers.index(name) for name in trials.utterance_speaker])
    scores = np.random.default_rng(0).standard_normal((6, own.size))
    scores[own, np.arange(own.size)] += 2
    found = dict(rank_figures(scene, trials, scores, own))
    assert list(found) == ["rank_1", "disclosure_mean", "disclosure_max", "local_mean", "local_max"]
    mean = found["local_mean"]
    assert mean.unit == "bits"
    assert mean.low < mean.value < mean.high <= np.log2(6) + 1e-9
    assert found["local_max"].value >= mean.value
