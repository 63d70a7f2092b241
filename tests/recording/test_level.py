import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.recording.level import RunningLevel, gain_db, peak_scaled

levels = st.floats(-90, 0) | st.just(-math.inf)


@given(levels, levels)
def test_near_silence_is_never_raised_above_itself(measured: float, original: float) -> None:
    gain = gain_db(measured, "fixed", original)
    if original < -60 and math.isfinite(measured) and math.isfinite(original):
        assert measured + gain <= max(original, -60)
    assert math.isfinite(gain)


@given(st.floats(-60, 0), st.floats(-60, 0))
def test_levels_are_reached(measured: float, original: float) -> None:
    assert measured + gain_db(measured, "fixed", original) == pytest.approx(-23)
    assert measured + gain_db(measured, "keep", original) == pytest.approx(original)


def test_peak_scaling_is_the_published_one() -> None:
    block = np.array([0.5, -0.25, 0.1], np.float32)
    scaled = peak_scaled(block, 0.5) * 32768
    assert scaled.tolist() == [32766, -16383, int(np.float32(0.1) / np.float32(0.5) * 32766)]
    assert peak_scaled(np.zeros(3, np.float32), 0.0).tolist() == [0, 0, 0]


@pytest.mark.parametrize("level_db", [-45.0, -23.0, -10.0])
def test_running_level_settles_and_does_not_depend_on_cuts(level_db: float) -> None:
    rng = np.random.default_rng(0)
    signal = (rng.standard_normal(80_000) * 10 ** (level_db / 20)).astype(np.float32)
    whole = RunningLevel(8000).apply(signal)
    level = RunningLevel(8000)
    cuts = np.concatenate([level.apply(part) for part in np.split(signal, [1, 500, 501, 40_000])])
    np.testing.assert_array_equal(whole, cuts)
    assert 10 * np.log10(np.mean(whole[40_000:] ** 2)) == pytest.approx(-23, abs=0.5)


def test_running_level_leaves_silence_and_near_silence() -> None:
    quiet = np.full(16_000, 1e-4, np.float32)
    np.testing.assert_array_equal(RunningLevel(8000).apply(quiet), quiet)
