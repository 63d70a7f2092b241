import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.audio.resample import Resampler, resample, resampled_length
from voxnym.errors import InputError

RATES = [8000, 11025, 16000, 22050, 44100, 48000, 192000]


def cut(samples, cuts, rate_in, rate_out):
    resampler = Resampler(rate_in, rate_out, samples.shape[0])
    pieces = [resampler.push(piece) for piece in np.split(samples, sorted(cuts), axis=1)]
    return np.concatenate([*pieces, resampler.finish()], axis=1)


@pytest.mark.parametrize("rate_in", RATES)
@pytest.mark.parametrize("rate_out", RATES)
def test_a_tone_stays_that_tone_at_every_sample(rate_in, rate_out):
    seconds = 0.3
    n = int(seconds * rate_in) + 7
    tone = np.sin(2 * np.pi * 1000 * np.arange(n) / rate_in, dtype=np.float64)[None]
    out = resample(tone.astype(np.float32), rate_in, rate_out)
    assert out.shape == (1, resampled_length(n, rate_in, rate_out))
    expected = np.sin(2 * np.pi * 1000 * np.arange(out.shape[1]) / rate_out)
    middle = slice(int(0.05 * rate_out), int(0.25 * rate_out))
    np.testing.assert_allclose(out[0, middle], expected[middle], atol=2e-4)


@given(
    st.integers(0, 20_000),
    st.sampled_from(RATES),
    st.sampled_from(RATES),
    st.lists(st.integers(0, 20_000), max_size=12),
)
@settings(deadline=None, max_examples=60)
def test_length_is_exact_and_cuts_do_not_matter(length, rate_in, rate_out, cuts):
    samples = np.random.default_rng(length).standard_normal((2, length)).astype(np.float32)
    whole = resample(samples, rate_in, rate_out)
    assert whole.shape == (2, -(-length * rate_out // rate_in))
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(cut(samples, cuts, rate_in, rate_out), whole)


@given(st.integers(0, 10**7), st.integers(2000, 768_000), st.integers(2000, 768_000))
def test_there_and_back_never_loses_samples(length, rate_in, rate_out):
    there = resampled_length(length, rate_in, rate_out)
    assert resampled_length(there, rate_out, rate_in) >= length


def test_there_and_back_keeps_band_limited_sound():
    rng = np.random.default_rng(1)
    spectrum = np.zeros(8001, complex)
    spectrum[100:3000] = np.exp(2j * np.pi * rng.random(2900))
    sound = np.fft.irfft(spectrum)[None].astype(np.float32)
    sound *= np.hanning(16_000).astype(np.float32) / np.abs(sound).max()
    back = resample(resample(sound, 16_000, 44_100), 44_100, 16_000)[:, :16_000]
    np.testing.assert_allclose(back, sound, atol=1e-4)


def test_silence_stays_exactly_silent():
    for rate_out in RATES:
        assert not resample(np.zeros((1, 30_000), np.float32), 16_000, rate_out).any()


def test_silence_after_sound_becomes_exact_zeros():
    sound = np.zeros((1, 48_000), np.float32)
    sound[0, :4000] = np.random.default_rng(0).standard_normal(4000)
    out = resample(sound, 16_000, 44_100)
    assert not out[0, 40_000:].any()


def test_equal_rates_pass_bits_through():
    samples = np.random.default_rng(0).standard_normal((3, 5000)).astype(np.float32)
    np.testing.assert_array_equal(resample(samples, 44_100, 44_100), samples)


def test_refuses_other_channel_counts_and_senseless_rates():
    with pytest.raises(InputError, match="expected \\(2, n\\)"):
        Resampler(8000, 16_000, 2).push(np.zeros((1, 5), np.float32))
    with pytest.raises(InputError, match="rate_out=0"):
        Resampler(8000, 0, 2)
