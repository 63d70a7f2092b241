from __future__ import annotations

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.voices.parts import fact, floats, integers, settings_of


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([np.nan]), "finite"),
        (np.array([1]), "real numbers"),
        (np.ones(2), r"shape \(2,\); expected \(1\)"),
        (np.ones((1, 1)), "shape"),
    ],
)
def test_arrays_that_are_not_what_they_should_be(array, words):
    with pytest.raises(InputError, match=words):
        floats({"x": array}, "x", (1,))


def test_arrays():
    assert floats({"x": np.ones((2, 3), np.float32)}, "x", (2, None)).dtype == np.float64
    assert integers({"x": np.ones(2, np.int8)}, "x", (None,)).dtype == np.int64
    with pytest.raises(InputError, match="whole"):
        integers({"x": np.ones(2)}, "x", (2,))
    with pytest.raises(InputError, match="array y is missing; found x"):
        floats({"x": np.ones(1)}, "y", (1,))


def test_facts():
    assert fact({"a": 1}, "a", float) == 1.0
    assert fact({"a": True}, "a", bool) is True
    assert settings_of({"settings": {"b": 1}}) == {"b": 1}
    for value, kind in ((True, int), (True, float), ("1", int), (None, str), (1, str), (1, bool)):
        with pytest.raises(InputError, match=f"expected {kind.__name__}"):
            fact({"a": value}, "a", kind)
    with pytest.raises(InputError, match="no table"):
        settings_of({"settings": [1]})
