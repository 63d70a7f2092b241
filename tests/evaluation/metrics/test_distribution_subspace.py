from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import gender_agreement, subspace_residual


def test_residual_by_hand() -> None:
    rng = np.random.default_rng(1)
    pool, voices = rng.standard_normal((12, 5)) + 3, rng.standard_normal((4, 5)) + 3
    centred = pool - pool.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    shares = []
    for voice in voices - pool.mean(axis=0):
        held = sum((voice @ axis) * axis for axis in axes.T)
        shares.append(((voice - held) ** 2).sum() / (voice**2).sum())
    assert subspace_residual(voices, pool, components=2) == pytest.approx(np.mean(shares))


def test_voices_made_of_the_components_have_no_residual_and_real_ones_have_more_than_the_pool() -> (
    None
):
    rng = np.random.default_rng(2)
    pool, fresh = rng.standard_normal((2, 40, 60))
    axes = np.linalg.svd(pool - pool.mean(axis=0), full_matrices=False)[2][:20]
    made = pool.mean(axis=0) + rng.standard_normal((30, 20)) @ axes
    assert subspace_residual(made, pool) == pytest.approx(0, abs=1e-12)
    assert subspace_residual(fresh, pool) > 1.2 * subspace_residual(pool, pool)
    assert subspace_residual([pool.mean(axis=0)], pool) == 0


def test_gender_agreement() -> None:
    rng = np.random.default_rng(3)
    shift = np.repeat([[2.0], [-2.0]], 30, axis=0)
    pool, made = (rng.standard_normal((60, 4)) + shift for _ in range(2))
    label = np.repeat(["f", "m"], 30)
    assert gender_agreement(made, label, pool, label) > 0.97
    assert gender_agreement(made, label[::-1], pool, label) < 0.03
    assert gender_agreement(-made, label, pool, label) < 0.03
    middle = gender_agreement(
        rng.standard_normal((400, 4)), np.repeat(["f", "m"], 200), pool, label
    )
    assert middle == pytest.approx(0.5, abs=0.1)
    # Nobody needs both genders among the voices made.
    assert gender_agreement(made[:30], label[:30], pool, label) > 0.97


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match="n at least 21"):
        subspace_residual(np.ones((3, 4)), np.ones((20, 4)))
    with pytest.raises(InputError, match="components=0"):
        subspace_residual(np.ones((3, 4)), np.ones((30, 4)), components=0)
    with pytest.raises(InputError, match="two different ones in the pool"):
        gender_agreement(np.eye(2), ["f", "m"], np.eye(2), ["f", "f"])
    with pytest.raises(InputError, match="one label for each voice"):
        gender_agreement(np.eye(2), ["f"], np.eye(2), ["f", "m"])
    with pytest.raises(InputError, match="expected f or m"):
        gender_agreement(np.eye(2), ["f", "x"], np.eye(2), ["f", "m"])
