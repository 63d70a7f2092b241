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


def talk(level_db: float, seconds: float, rate: int = 8000) -> np.ndarray:
    """Noise in syllables of two loudnesses and pauses."""
    noise = np.random.default_rng(0).standard_normal(round(seconds * rate))
    part = (np.arange(noise.size) * 5 // rate) % 3
    loudness = np.array([1.0, 0.3, 0.01])[part]
    return (noise * loudness * 10 ** (level_db / 20)).astype(np.float32)


@pytest.mark.parametrize("level_db", [-45.0, -23.0, -10.0])
def test_running_level_settles_and_does_not_depend_on_cuts(level_db: float) -> None:
    signal = talk(level_db, 10.0)
    whole = RunningLevel(8000).apply(signal)
    level = RunningLevel(8000)
    cuts = np.concatenate(
        [level.apply(part) for part in np.split(signal, [1, 500, 33_333, 40_001])]
    )
    np.testing.assert_array_equal(whole, cuts)
    for start in (8000, 40_000):
        assert 10 * np.log10(np.mean(whole[start:] ** 2)) == pytest.approx(-26, abs=1.6)


@pytest.mark.parametrize("seconds", [5, 60])
def test_running_level_does_not_raise_the_background(seconds: int) -> None:
    noise = np.random.default_rng(1).standard_normal(8000 * seconds)
    background = (noise * 10 ** (-50 / 20)).astype(np.float32)
    level = RunningLevel(8000)
    np.testing.assert_array_equal(level.apply(background), background)
    level.apply(talk(-30.0, 10.0))
    pause = level.apply(background)
    before = pause[1000:2000] / background[1000:2000]
    after = pause[-1000:] / background[-1000:]
    np.testing.assert_allclose(after, before.mean(), rtol=0.1)


def test_running_level_forgets_what_was_loud() -> None:
    level = RunningLevel(8000)
    level.apply(talk(-10.0, 20.0))
    end = level.apply(talk(-25.0, 60.0))[-40_000:]
    assert 10 * np.log10(np.mean(end**2)) == pytest.approx(-26, abs=3)


def test_running_level_leaves_silence_and_near_silence() -> None:
    quiet = np.full(16_000, 1e-4, np.float32)
    np.testing.assert_array_equal(RunningLevel(8000).apply(quiet), quiet)
