from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.voices.sorted_draw import main_axis, picked

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_higher_numbers_take_higher_places(places, low, high):
    low, high = sorted((low, high))
    coordinates = np.array(places)
    assert coordinates[picked(low, coordinates)] <= coordinates[picked(high, coordinates)]


@settings(max_examples=30, deadline=None)
@given(NUMBERS)
def test_even_numbers_take_each_place_once(places):
    count = len(places)
    taken = {picked((i + 0.5) / count, np.array(places)) for i in range(count)}
    assert taken == set(range(count))


def test_the_axis_is_that_of_the_largest_variance():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((500, 4)) * [1, 1, 5, 1] + 100
    axis = main_axis(vectors)
    assert np.linalg.norm(axis) == pytest.approx(1)
    assert axis[2] > 0.98
    turned = main_axis(-vectors)
    assert turned == pytest.approx(axis)


def test_equal_vectors_have_an_axis_too():
    assert main_axis(np.ones((3, 2))).tolist() == [1.0, 0.0]
    assert main_axis(np.ones((1, 2))).tolist() == [1.0, 0.0]
