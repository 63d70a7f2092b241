import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.pitch_correlation import pitch_correlation

FRAMES = np.arange(200)
TRACK = np.where(FRAMES % 40 < 8, 0.0, 150 + 30 * np.sin(2 * np.pi * FRAMES / 50))


def random_pair():
    rng = np.random.RandomState(30)
    first = np.where(rng.rand(300) < 0.3, 0, 100 + 100 * rng.rand(300))
    second = np.where(rng.rand(300) < 0.3, 0, 100 + 100 * rng.rand(300))
    return first, second


GOLDEN = {
    "louder voice": (TRACK, 1.2 * TRACK, 1.0),
    "moved in a circle": (TRACK, np.roll(1.2 * TRACK, 7), 1.0),
    "cut": (TRACK, 1.2 * TRACK[:-10], 0.611667101),
    "random": (*random_pair(), 0.064361266),
    "zeros": (TRACK, np.zeros(200), 0.0),
    "constant": (TRACK, np.full(200, 180.0), 0.0),
    "upside down": (TRACK, np.where(TRACK > 0, 300 - TRACK, 0), 0.818181818),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_published_reading(name):
    first, second, expected = GOLDEN[name]
    found = pitch_correlation(first, second, reading="vpc2022")
    assert found.value == pytest.approx(expected, abs=1e-9)


def test_upside_down_melody_is_not_the_same():
    first, second, _ = GOLDEN["upside down"]
    found = pitch_correlation(first, second, most_lag=0)
    both = first > 0
    expected = np.corrcoef(np.log(first[both]), np.log(second[both]))[0, 1]
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.value < -0.98
    assert found.frames == both.sum()


def test_longer_track_is_cut_and_not_squeezed():
    assert pitch_correlation(TRACK, 1.2 * TRACK[:-10]).value == pytest.approx(1, abs=1e-12)
    assert pitch_correlation(TRACK[:-10], 1.2 * TRACK).value == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("lag", [-5, -2, 0, 3, 5])
def test_small_delays_are_found(lag):
    rng = np.random.default_rng(7)
    voiced = np.repeat(rng.random(40) < 0.7, 8)
    track = np.where(voiced, 150 + np.cumsum(rng.normal(0, 2, voiced.size)), 0)
    moved = np.roll(track, lag)
    found = pitch_correlation(moved, track)
    assert found.lag == lag
    assert found.value == pytest.approx(1, abs=1e-12)


def test_delays_above_five_frames_are_found_only_if_asked_for():
    # Voiced once: the nearest lag agrees best.
    track = np.where((FRAMES > 50) & (FRAMES < 90), 100.0 + FRAMES, 0)
    moved = np.roll(track, 6)
    assert pitch_correlation(moved, track).lag == 5
    assert pitch_correlation(moved, track, most_lag=6).lag == 6


def test_tracks_shorter_than_the_largest_delay():
    found = pitch_correlation([100, 0], [100, 0])
    assert (found.voicing, found.lag, found.frames) == (1, 0, 1)


def test_anything_above_nothing_is_voiced():
    found = pitch_correlation([0.5, 0, 0.5], [0.5, 0.5, 0], most_lag=0)
    assert (found.voicing, found.frames) == (pytest.approx(1 / 3), 1)


def test_published_range_holds_its_ends():
    found = pitch_correlation([74.9, 75, 500, 500.1], [0, 100, 100, 0], reading="vpc2022")
    assert (found.voicing, found.lag) == (1, 0)


def test_large_delays_are_not():
    moved = np.roll(TRACK, 20)
    assert pitch_correlation(TRACK, moved).value < 0.5
    assert pitch_correlation(TRACK, moved, reading="vpc2022").value == pytest.approx(1)


def test_unrelated_melodies_do_not_correlate():
    rng = np.random.default_rng(11)
    values = []
    for _ in range(60):
        walks = np.exp(np.log(140) + np.cumsum(rng.normal(0, 0.02, (2, 250)), axis=1) * 0.3)
        voiced = np.repeat(rng.random((2, 25)) < 0.7, 10, axis=1)
        values.append(pitch_correlation(*np.where(voiced, walks, 0)).value)
    # Walks correlate by chance, but as often downwards as upwards.
    assert abs(np.mean(values)) < 0.2


@given(st.floats(0.5, 2), st.integers(0, 2**31))
def test_voices_higher_or_lower_have_the_same_melody(factor, seed):
    rng = np.random.default_rng(seed)
    track = np.where(rng.random(80) < 0.3, 0, rng.uniform(80, 300, 80))
    found = pitch_correlation(track, factor * track)
    assert found.value == pytest.approx(1, abs=1e-9)
    assert (found.lag, found.voicing) == (0, 1)


def test_too_few_frames_have_no_melody():
    track = np.zeros(50)
    track[:9] = np.linspace(100, 200, 9)
    assert np.isnan(pitch_correlation(track, track).value)
    track[9] = 210
    assert pitch_correlation(track, track).value == pytest.approx(1)
    assert np.isnan(pitch_correlation(np.full(50, 120.0), np.full(50, 130.0)).value)


def test_refused():
    with pytest.raises(InputError, match="0 and 3 frames"):
        pitch_correlation([], [1, 2, 3])
    with pytest.raises(InputError, match="negative or not finite"):
        pitch_correlation([1, np.nan], [1, 2])
    with pytest.raises(InputError, match="negative or not finite"):
        pitch_correlation([1, 2], [1, -0.5])
    with pytest.raises(InputError, match="reading"):
        pitch_correlation([1, 2], [1, 2], reading="vpc2020")
