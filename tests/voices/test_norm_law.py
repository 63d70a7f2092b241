from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.voices.norm_law import POINTS, as_long_as, norm_quantiles


def test_quantiles_of_known_norms():
    vectors = np.arange(1.0, 34)[:, None] * np.array([[0.6, 0.8]])
    assert norm_quantiles(vectors) == pytest.approx(np.arange(1.0, POINTS + 1))
    assert norm_quantiles(np.eye(3)) == pytest.approx(np.ones(POINTS))


def test_norms_follow_the_pool_and_directions_stay():
    rng = np.random.default_rng(0)
    pool = rng.standard_normal((2000, 3))
    law = norm_quantiles(pool)
    vector = np.array([0.0, -2.0, 1.0])
    out = np.array([as_long_as(vector, law, rng) for _ in range(2000)])
    assert np.allclose(out / np.linalg.norm(out, axis=1, keepdims=True), vector / np.sqrt(5))
    told = np.quantile(np.linalg.norm(out, axis=1), [0.1, 0.5, 0.9])
    assert told == pytest.approx(
        np.quantile(np.linalg.norm(pool, axis=1), [0.1, 0.5, 0.9]), rel=0.07
    )


def test_zeros_have_no_direction():
    with pytest.raises(InputError, match="no direction"):
        as_long_as(np.zeros(2), np.ones(POINTS), np.random.default_rng(0))
