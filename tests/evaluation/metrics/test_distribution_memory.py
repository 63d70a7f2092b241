from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import memory, self_collision


def unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


def test_by_hand() -> None:
    rng = np.random.default_rng(1)
    made, real, pool = (unit(rng.standard_normal((n, 4))) for n in (9, 6, 8))
    ratio, violated, hit = [], [], []
    for g in made:
        to_pool = [float(np.linalg.norm(g - a)) for a in pool]
        ratio.append(min(to_pool[:6]) / min(float(np.linalg.norm(g - b)) for b in real))
        nearest = int(np.argmin(to_pool))
        own = min(float(np.linalg.norm(pool[nearest] - a)) for a in np.delete(pool, nearest, 0))
        violated.append(to_pool[nearest] < own)
        hit.append(max(float(g @ a) for a in pool) > 0.6)
    found = memory(3 * made, real, pool, 0.6)
    assert found.value == pytest.approx(np.median(ratio))
    assert (found.violations, found.hits) == (np.mean(violated), np.mean(hit))


def test_fresh_voices_have_no_memory_and_copies_have() -> None:
    rng = np.random.default_rng(2)
    pool, real, fresh = rng.standard_normal((3, 200, 6))
    assert memory(fresh, real, pool, 0.9).value == pytest.approx(1, abs=0.08)
    copies = memory(pool, real, pool, 0.9)
    assert (copies.value, copies.violations, copies.hits) == (0, 1, 1)
    near = memory(pool + 0.02 * rng.standard_normal(pool.shape), real, pool, 0.9)
    assert near.value < 0.1
    assert near.violations > 0.95


def test_copies_of_unseen_people_are_the_opposite_and_of_both_are_copies() -> None:
    pool, real = np.random.default_rng(3).standard_normal((2, 20, 5))
    assert memory(real, real, pool, 0.9).value == np.inf
    assert memory(pool, pool, pool, 0.9).value == 0


def test_a_larger_pool_is_cut_to_as_many_as_there_are_real_voices() -> None:
    rng = np.random.default_rng(4)
    pool, real, made = (rng.standard_normal((n, 5)) for n in (400, 40, 100))
    assert memory(made, real, pool, 0.9).value == memory(made, real, pool[:40], 0.9).value
    assert memory(made, real, pool, 0.9).value == pytest.approx(1, abs=0.15)


def test_as_near_is_not_nearer_and_at_the_threshold_is_not_above() -> None:
    pool = [[1.0, 0.0], [0.0, 1.0]]
    assert memory([[0.0, -1.0]], [[1.0, 1.0]], pool, 0.5).violations == 0
    assert memory(pool, [[1.0, 1.0]], pool, 1.0).hits == 0
    assert self_collision([[1.0, 0.0], [1.0, 0.0]], 1.0) == 0


def test_self_collision() -> None:
    voices = [[1.0, 0.0], [2.0, 0.1], [0.0, 1.0], [0.0, -1.0], [0.0, 5.0]]
    assert self_collision(voices, 0.99) == 0.8
    assert self_collision(voices, 1.1) == 0
    assert self_collision(voices, -1.1) == 1


def test_one_voice_is_refused() -> None:
    with pytest.raises(InputError, match="n at least 2"):
        self_collision([[1.0]], 0.5)
    with pytest.raises(InputError, match="n at least 2"):
        memory([[1.0]], [[1.0]], [[1.0]], 0.5)
