from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import cover


def test_by_hand() -> None:
    rng = np.random.default_rng(1)
    made, real, k = rng.standard_normal((9, 2)), rng.standard_normal((8, 2)) + 0.5, 3

    def radius(x: np.ndarray, i: int) -> float:
        return sorted(float(np.linalg.norm(x[i] - y)) for j, y in enumerate(x) if j != i)[k - 1]

    def inside(point: np.ndarray, ball: int, x: np.ndarray) -> bool:
        return bool(np.linalg.norm(point - x[ball]) <= radius(x, ball))

    found = cover(made, real, neighbours=k)
    held = [[inside(g, b, real) for b in range(8)] for g in made]
    assert found.precision == np.mean([any(row) for row in held])
    assert found.density == pytest.approx(np.mean([sum(row) for row in held]) / k)
    assert found.coverage == np.mean([any(row[b] for row in held) for b in range(8)])
    assert found.recall == np.mean([any(inside(b, g, made) for g in range(9)) for b in real])


def test_balls_hold_their_edge_and_one_neighbour_will_do() -> None:
    # Real balls reach 1, 1 and 2 far, made ones 4.
    found = cover([[5.0], [9.0]], [[0.0], [1.0], [3.0]], neighbours=1)
    assert (found.precision, found.density, found.coverage) == (0.5, 0.5, 1 / 3)
    assert found.recall == 2 / 3


def test_one_voice_more_than_neighbours_is_enough() -> None:
    six = np.arange(6.0)[:, None]
    assert cover(six, six).recall == 1


def test_one_law() -> None:
    found = cover(*np.random.default_rng(2).standard_normal((2, 300, 3)))
    assert found.precision > 0.9
    assert found.recall > 0.9
    assert found.coverage > 0.9
    assert found.density == pytest.approx(1, abs=0.15)


def test_voices_crowded_in_the_middle_are_precise_and_reach_nobody() -> None:
    rng = np.random.default_rng(3)
    real = rng.standard_normal((60, 20))
    found = cover(0.05 * rng.standard_normal((60, 20)), real)
    assert found.precision == 1
    assert found.recall == 0
    assert found.density > 3


def test_voices_elsewhere() -> None:
    x = np.random.default_rng(4).standard_normal((20, 3))
    found = cover(x + 100, x)
    assert (found.precision, found.recall, found.density, found.coverage) == (0, 0, 0, 0)


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(InputError, match="n at least 6"):
        cover(np.zeros((5, 2)), np.zeros((9, 2)))
    with pytest.raises(InputError, match="expected at least 1"):
        cover(np.zeros((5, 2)), np.zeros((9, 2)), neighbours=0)
