from __future__ import annotations

import builtins

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.metrics import linear_detector, nearest_detector
from voxnym.evaluation.metrics.distribution_detectors import linear_score


def test_nearest_neighbour_by_hand() -> None:
    rng = np.random.default_rng(1)
    made, real = rng.standard_normal((8, 3)) + 0.7, rng.standard_normal((8, 3))
    both = np.concatenate([made, real])
    right = []
    for i, x in enumerate(both):
        others = [j for j in range(16) if j != i]
        nearest = min(others, key=lambda j: float(np.linalg.norm(both[j] - x)))
        right.append((nearest < 8) == (i < 8))
    found = nearest_detector(made, real)
    assert found.value == np.mean(right)
    assert (found.generated, found.organic) == (np.mean(right[:8]), np.mean(right[8:]))
    assert found.deviation == 0.125


def test_same_law_is_guessing() -> None:
    rng = np.random.default_rng(2)
    made, real = rng.standard_normal((2, 400, 4))
    for found in (nearest_detector(made, real), linear_detector(made, real, rng)):
        assert found.value == pytest.approx(0.5, abs=4 * found.deviation)


def test_separate_clouds_are_told_apart() -> None:
    rng = np.random.default_rng(3)
    made, real = rng.standard_normal((20, 4)) + 50, rng.standard_normal((20, 4))
    for found in (nearest_detector(made, real), linear_detector(made, real, rng)):
        assert (found.value, found.generated, found.organic) == (1, 1, 1)


def test_averages_cancel_in_the_nearest_neighbour_but_not_in_its_halves() -> None:
    rng = np.random.default_rng(4)
    real = rng.standard_normal((60, 30))
    made = np.array([real[rng.permutation(60)[:10]].mean(axis=0) for _ in range(60)])
    found = nearest_detector(made, real)
    assert found.value == pytest.approx(0.5, abs=0.15)
    assert found.generated > 0.9
    assert found.organic < 0.15


def test_copies_are_no_neighbours_of_chance() -> None:
    real = np.random.default_rng(5).standard_normal((30, 6))
    assert nearest_detector(real.copy(), real).value == 0


def test_neighbours_at_one_distance_count_in_part() -> None:
    assert nearest_detector(np.zeros((4, 2)), np.zeros((4, 2))).value == pytest.approx(3 / 7)


def test_a_detector_that_cannot_tell_is_right_every_other_time_on_both_sides() -> None:
    found = linear_detector(np.zeros((5, 2)), np.zeros((5, 2)), np.random.default_rng(11))
    assert (found.value, found.generated, found.organic) == (0.5, 0.5, 0.5)


def test_a_constant_value_and_a_lone_margin() -> None:
    rng = np.random.default_rng(6)
    real = np.abs(rng.standard_normal((60, 10)))
    made = np.abs(rng.standard_normal((60, 10)))
    real[:, 0] = made[:, 0] = 0
    # A network that never gives negative values, and a generator that does, a little.
    made[:, 1] = -0.01
    assert linear_detector(made, real, rng).value > 0.75


def test_folds_depend_on_the_generator_alone() -> None:
    made, real = np.random.default_rng(7).standard_normal((2, 30, 5))
    one, again, other = (
        linear_detector(made, real, np.random.default_rng(seed)).value for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_learned_and_judged_voices_are_different_ones() -> None:
    # With more dimensions than voices anything is separable in training, nothing out of it.
    made, real = np.random.default_rng(8).standard_normal((2, 40, 400))
    assert linear_detector(made, real, np.random.default_rng(9)).value < 0.7


def test_linear_score_is_log_odds_of_the_label() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    score = linear_score(x, [False, False, True, True], np.array([[-5.0], [1.5], [8.0]]))
    assert score[0] < 0 < score[2]
    assert score[1] == pytest.approx(0, abs=1e-3)


def test_wrong_numbers_are_refused() -> None:
    rng = np.random.default_rng(10)
    with pytest.raises(InputError, match="expected as many"):
        nearest_detector(np.zeros((3, 2)), np.zeros((4, 2)))
    with pytest.raises(InputError, match="n at least 5"):
        linear_detector(np.zeros((4, 2)), np.zeros((4, 2)), rng)


def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def refuse(name: str, *args: object, **options: object) -> object:
        if name.startswith("sklearn"):
            raise ModuleNotFoundError(name)
        return real_import(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[attack\]"'):
        linear_score(np.eye(2), [True, False], np.eye(2))
