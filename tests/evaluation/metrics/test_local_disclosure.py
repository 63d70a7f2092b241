from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics import local_disclosure
from voxnym.evaluation.metrics.local_disclosure import _weight


def speech(
    seed: int, people: int = 12, trials: int = 200, shift: float = 2.0
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    scores, own = rng.standard_normal((people, trials)), rng.integers(0, people, trials)
    scores[own, np.arange(trials)] += shift
    return scores, own


def test_against_the_steps_one_by_one() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    scores, own = speech(1)
    # With other numbers of people, a deviation over n and over n - 1 are not the same.
    dev, dev_own = speech(2, people=4)

    def z(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([(c - c.mean()) / c.std(ddof=1) for c in matrix.T]).T

    label = np.zeros(dev.shape, bool)
    label[dev_own, np.arange(dev_own.size)] = True
    model = linear.LogisticRegression(C=1e9, class_weight="balanced", tol=1e-8)
    model.fit(z(dev).reshape(-1, 1), label.ravel())
    ratio = model.coef_[0, 0] * z(scores) + model.intercept_[0]
    bits = []
    for trial, person in enumerate(own):
        p = np.exp(ratio[:, trial]) / np.exp(ratio[:, trial]).sum()
        bits.append(np.log2(12 * p[person]))
    found = local_disclosure(scores, own, dev, dev_own)
    assert found.trials == pytest.approx(bits, abs=2e-3)
    assert found.value == pytest.approx(np.mean(bits), abs=1e-3)
    assert found.positive == np.mean(found.trials > 0)
    assert found.positive_mean == pytest.approx(np.mean([b for b in found.trials if b > 0]))
    assert found.negative_mean == pytest.approx(np.mean([b for b in found.trials if b <= 0]))
    assert found.largest == found.trials.max()
    assert found.unit == "bits"


def test_no_information_discloses_nothing() -> None:
    found = local_disclosure(*speech(3, shift=0), *speech(4, trials=2000, shift=0))
    assert abs(found.value) < 0.02


def test_perfect_separation_gives_all_bits() -> None:
    found = local_disclosure(*speech(5, shift=50), *speech(6, shift=50))
    assert found.value == pytest.approx(np.log2(12), abs=0.01)
    assert found.positive == 1
    assert found.negative_mean == 0


def test_a_misled_attacker_gives_negative_bits() -> None:
    found = local_disclosure(*speech(7, shift=-6), *speech(8, shift=3))
    assert found.value < -1
    assert found.positive < 0.2


def test_all_misled() -> None:
    found = local_disclosure(*speech(9, shift=-60), *speech(10, shift=3))
    assert (found.positive, found.positive_mean) == (0, 0)
    assert found.negative_mean == pytest.approx(found.value)


def test_perfect_separation_has_one_slope_by_its_penalty() -> None:
    # Two people, scores of 1 and -1 over the root of 2: no offset, and a slope between the pull
    # of the classes and that of the penalty.
    from scipy.optimize import brentq

    c = 1 / np.sqrt(2)
    expected = brentq(lambda w: c / (1 + np.exp(c * w)) - 1e-6 * w, 1, 100)
    own = [0, 1, 1, 0]
    assert _weight(np.eye(2)[own].T, own) == pytest.approx(expected, rel=0.03)


def test_scale_and_offset_of_a_trial_do_not_matter() -> None:
    scores, own = speech(11)
    changed = 5 * scores + np.arange(scores.shape[1])
    one = local_disclosure(scores, own, *speech(12))
    other = local_disclosure(changed, own, *speech(12))
    assert other.trials == pytest.approx(one.trials, abs=1e-8)


def test_names_of_people_do_not_matter() -> None:
    scores, own = speech(13)
    turned = local_disclosure(scores[::-1], 11 - own, *speech(14))
    assert turned.trials == pytest.approx(local_disclosure(scores, own, *speech(14)).trials)


def test_one_trial() -> None:
    found = local_disclosure([[3.0], [1.0], [2.0]], [0], *speech(15))
    assert found.trials.size == 1
    assert 0 < found.value < np.log2(3)


def test_wrong_scores_are_refused() -> None:
    with pytest.raises(InputError, match="1 trials have one score for all people"):
        local_disclosure([[1.0, 1.0], [1.0, 2.0]], [0, 0], *speech(16))
    with pytest.raises(InputError, match="infinite"):
        local_disclosure([[1.0], [np.inf]], [0], *speech(17))
    with pytest.raises(InputError, match="one index for each trial"):
        local_disclosure([[1.0], [2.0]], [0, 1], *speech(18))
