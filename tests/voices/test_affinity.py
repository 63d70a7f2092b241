from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.voices.affinity import Cosine


def test_closed_forms():
    told = Cosine().scores(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [-2.0, 0.0]]))
    assert np.allclose(told, [[0.6, -0.6], [1.0, -1.0]])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_lengths_do_not_matter_and_pairs_are_symmetric(seed, factor):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((3, 5)), rng.standard_normal((4, 5))
    told = Cosine().scores(a, b)
    assert np.allclose(Cosine().scores(a * factor, b), told)
    assert np.allclose(Cosine().scores(b, a).T, told)
    assert np.abs(told).max() <= 1 + 1e-12


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(InputError, match="no direction"):
        Cosine().scores(np.zeros((1, 3)), np.eye(3))
    with pytest.raises(InputError, match="cannot be compared"):
        Cosine().scores(np.ones((1, 4)), np.eye(3))
