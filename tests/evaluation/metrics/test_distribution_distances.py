from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import discrepancy
from voxnym.evaluation.metrics.distribution_distances import distances


def test_by_hand() -> None:
    rng = np.random.default_rng(1)
    made, real = rng.standard_normal((5, 3)), rng.standard_normal((7, 3)) + 1
    both = [*made, *real]
    squared = [((both[i] - both[j]) ** 2).sum() for i in range(12) for j in range(i)]
    middle = np.median(squared)

    def mean(a: np.ndarray, b: np.ndarray, skip: bool) -> float:
        values = [
            np.exp(-((x - y) ** 2).sum() / middle)
            for i, x in enumerate(a)
            for j, y in enumerate(b)
            if not (skip and i == j)
        ]
        return float(np.mean(values))

    expected = mean(made, made, True) + mean(real, real, True) - 2 * mean(made, real, False)
    found = discrepancy(made, real)
    assert found.value == pytest.approx(expected)
    assert np.isnan(found.p)


def test_unbiased_under_one_law() -> None:
    rng = np.random.default_rng(2)
    values = [discrepancy(*rng.standard_normal((2, 20, 4))).value for _ in range(200)]
    assert np.mean(values) == pytest.approx(0, abs=3 * np.std(values) / np.sqrt(200))
    assert 0.3 < np.mean(np.array(values) > 0) < 0.6


def test_permutations() -> None:
    rng = np.random.default_rng(3)
    same = [
        discrepancy(*rng.standard_normal((2, 15, 3)), permutations=19, rng=rng).p
        for _ in range(100)
    ]
    assert np.mean(np.array(same) <= 0.1) == pytest.approx(0.1, abs=0.09)
    apart = discrepancy(
        rng.standard_normal((15, 3)) + 3, rng.standard_normal((15, 3)), permutations=99, rng=rng
    )
    assert apart.p == 0.01
    # All are equal: the order given is like any other.
    assert discrepancy(np.zeros((5, 2)), np.zeros((5, 2)), permutations=9, rng=rng).p == 1


def test_no_permutations_unless_asked_for() -> None:
    made, real = np.random.default_rng(5).standard_normal((2, 4, 2))
    assert np.isnan(discrepancy(made, real, rng=np.random.default_rng(6)).p)


def test_where_most_voices_are_one_the_scale_is_one() -> None:
    made, real = np.zeros((6, 1)), np.array([[0.0]] * 4 + [[1.0]] * 2)
    # Of 30 ordered pairs of real voices 14 are alike; of 36 with made ones 24.
    assert discrepancy(made, real).value == pytest.approx((4 - 4 / np.e) / 30)


def test_distances_by_hand() -> None:
    a, b = np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0]])
    assert distances(a, b).tolist() == [[1], [np.sqrt(18)]]
    assert distances(a).tolist() == [[0, 5], [5, 0]]


def test_scale_does_not_matter() -> None:
    made, real = np.random.default_rng(4).standard_normal((2, 9, 4))
    scaled = discrepancy(7 * made, 7 * real).value
    assert scaled == pytest.approx(discrepancy(made, real).value)


def test_one_voice_is_refused() -> None:
    with pytest.raises(InputError, match="n at least 2"):
        discrepancy([[1.0]], [[1.0], [2.0]])
