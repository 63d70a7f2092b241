import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.recording.likeness import Likeness


def likeness(original: np.ndarray, result: np.ndarray, sizes: tuple[int, ...] = (9999,)) -> float:
    """What goes in comes out 50 samples later."""
    meter = Likeness()
    place = given = turn = 0
    while place < original.size:
        size = sizes[turn % len(sizes)]
        meter.original(original[place : place + size].astype(np.float32))
        place, turn = min(place + size, original.size), turn + 1
        ready = max(place - 50, given) if place < original.size else place
        meter.result(result[given:ready].astype(np.float32))
        given = ready
    return meter.correlation


NOISE = np.random.default_rng(0).standard_normal((2, 4000))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=3))
def test_cuts_do_not_matter(sizes: list[int]) -> None:
    mixed = NOISE[0] + NOISE[1]
    whole = likeness(NOISE[0], mixed)
    assert likeness(NOISE[0], mixed, tuple(sizes)) == pytest.approx(whole, abs=1e-9)
    assert whole == pytest.approx(np.sqrt(0.5), abs=0.05)


def test_sign_level_and_hum_do_not_count() -> None:
    hum = 5 * np.sin(np.arange(4000) * 2 * np.pi * 50 / 16000)
    assert likeness(NOISE[0], -0.3 * NOISE[0]) == pytest.approx(1.0)
    assert likeness(NOISE[0] + hum, NOISE[1] + hum) < 0.05
    assert likeness(NOISE[0], NOISE[0] * 0) == 0.0
