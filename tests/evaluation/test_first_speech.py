import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.evaluation.clips import as_heard, sixteen_bits
from voxnym.evaluation.first_speech import first_speech
from voxnym.records import Audio


class Blocks:
    """A recording in memory that counts what was read of it."""

    declared_frames = None

    def __init__(self, samples, rate=16_000, size=4096):
        self.samples, self.rate, self.size = np.atleast_2d(samples).astype(np.float32), rate, size
        self.channels = self.samples.shape[0]
        self.read = 0

    def blocks(self):
        for start in range(0, self.samples.shape[1], self.size):
            block = self.samples[:, start : start + self.size]
            self.read += block.shape[1]
            yield block


def noise(seconds, level=0.1, seed=0):
    return level * np.random.default_rng(seed).standard_normal(round(16_000 * seconds))


def test_short_recording_is_heard_as_a_whole():
    samples = noise(2.01)
    found = first_speech(Blocks(samples))
    assert found.is_whole
    expected = as_heard(sixteen_bits(Audio(samples.astype(np.float32), 16_000)))
    np.testing.assert_array_equal(found.audio.samples, expected.samples)


def test_long_speech_is_cut_and_the_rest_not_read():
    source = Blocks(noise(30))
    found = first_speech(source, speech_s=5)
    assert not found.is_whole
    assert found.audio.duration == pytest.approx(5, abs=0.1)
    assert source.read < 16_000 * 8


def test_pauses_do_not_count_as_speech():
    samples = np.concatenate([noise(2), np.zeros(16_000 * 10), noise(20, seed=1)])
    found = first_speech(Blocks(samples), speech_s=5)
    assert found.audio.duration == pytest.approx(15, abs=0.1)


def test_endless_silence_ends_too():
    source = Blocks(np.zeros(16_000 * 60))
    found = first_speech(source, sound_s=10)
    assert not found.is_whole
    assert source.read < 16_000 * 12
    assert not found.audio.samples.any()


def test_rates_and_channels_do_not_matter():
    time = np.arange(48_000 * 2) / 48_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * time)
    found = first_speech(Blocks(np.stack([tone, tone]), rate=48_000))
    assert found.audio.rate == 16_000
    assert found.audio.channels == 1
    assert found.audio.duration == pytest.approx(2, abs=0.05)


@settings(max_examples=20)
@given(sizes=st.tuples(st.integers(1, 40_000), st.integers(1, 40_000)), seconds=st.floats(0, 4))
def test_cuts_into_blocks_do_not_matter(sizes, seconds):
    samples = noise(seconds) * np.hanning(round(16_000 * seconds))
    one, two = (first_speech(Blocks(samples, size=max(size, 500))) for size in sizes)
    np.testing.assert_array_equal(one.audio.samples, two.audio.samples)
    assert one.is_whole
    assert two.is_whole


@settings(max_examples=20)
@given(sizes=st.tuples(st.integers(500, 60_000), st.integers(500, 60_000)))
def test_cuts_into_blocks_do_not_matter_where_reading_ends_early(sizes):
    # Once the loud part is known, the soft one no longer counts as speech.
    samples = np.concatenate([noise(2, 0.002), noise(9, 0.5, 1)])
    one, two = (first_speech(Blocks(samples, size=size), speech_s=2.05) for size in sizes)
    np.testing.assert_array_equal(one.audio.samples, two.audio.samples)
    assert not one.is_whole
    assert not two.is_whole
