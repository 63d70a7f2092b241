from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voxnym.analysis.zeros import long_zeros, mark_zeros, zeros_gain

HOP = 8


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=8))
def test_silence_survives_the_way_through_frames(runs):
    samples = np.concatenate([np.zeros(0), *(np.repeat([1.0, 0.0], pair) for pair in runs)]).astype(
        np.float32
    )
    samples = np.pad(samples, (0, -len(samples) % HOP), constant_values=1)
    marks = long_zeros(samples, HOP + 1)
    gain = zeros_gain(mark_zeros(marks, HOP), HOP, 3)
    assert np.all(gain[marks] == 0)
    assert np.all((gain >= 0) & (gain <= 1))
    far = np.convolve(np.pad(marks, 3, mode="edge"), np.ones(7), "valid") == 0
    assert np.all(gain[far] == 1)


def test_short_runs_are_not_silence():
    samples = np.array([1, 0, 0, 1, 0, 0, 0, 1], np.float32)
    assert long_zeros(samples, 3).tolist() == [False] * 4 + [True] * 3 + [False]


def test_no_frames():
    zeros = mark_zeros(long_zeros(np.zeros(0, np.float32), 9), HOP)
    assert zeros.shape == (0, 2)
    assert zeros_gain(zeros, HOP, 3).size == 0
