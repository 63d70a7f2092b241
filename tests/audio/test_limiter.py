import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.audio.limiter import Limiter
from voxnym.errors import InputError

RATE = 16_000
CEILING = 10 ** (-1 / 20)


def run(samples, cuts=(), rate=RATE, **options):
    limiter = Limiter(rate, samples.shape[0], **options)
    pieces = [limiter.push(piece) for piece in np.split(samples, list(cuts), axis=1)]
    pieces.append(limiter.finish())
    return np.concatenate(pieces, axis=1), limiter


def noise(channels, length, level, seed=0):
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((channels, length))).astype(np.float32)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 3),
    st.integers(0, 3000),
    st.floats(0.01, 1000),
    st.sampled_from([50, 199, 8000, 16000, 44100]),
    st.floats(-20, 6),
)
@settings(deadline=None, max_examples=60)
def test_nothing_passes_the_ceiling_and_length_is_kept(seed, channels, length, level, rate, db):
    samples = noise(channels, length, level, seed)
    out, _ = run(samples, rate=rate, ceiling_db=db)
    assert out.shape == samples.shape
    assert out.dtype == np.float32
    assert np.abs(out).max(initial=0) <= 10 ** (db / 20)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 2000), max_size=30))
@settings(deadline=None, max_examples=40)
def test_cuts_do_not_matter(seed, cuts):
    samples = noise(2, 2000, 0.7, seed)
    whole, first = run(samples)
    pieces, second = run(samples, sorted(cuts))
    np.testing.assert_allclose(pieces, whole, atol=1e-6)
    assert second.reduction_db == pytest.approx(first.reduction_db, abs=1e-6)


def test_single_samples_give_the_same_as_one_block():
    samples = noise(1, 700, 0.8)
    np.testing.assert_allclose(run(samples, range(1, 700))[0], run(samples)[0], atol=1e-6)


def test_samples_out_of_reach_of_a_peak_pass_bit_by_bit():
    samples = noise(2, 8000, 0.1)
    samples[1, 4000] = 3.0
    out, limiter = run(samples)
    before, after = 4000 - 82, 4000 + 82 + 242
    np.testing.assert_array_equal(out[:, :before], samples[:, :before])
    np.testing.assert_array_equal(out[:, after:], samples[:, after:])
    assert out[1, 4000] == pytest.approx(CEILING, rel=1e-5)
    assert limiter.reduction_db == pytest.approx(20 * np.log10(3 / CEILING), abs=1e-4)


def test_nothing_to_do_changes_nothing():
    samples = np.clip(noise(3, 9000, 0.5), -CEILING, CEILING).astype(np.float32)
    out, limiter = run(samples, [1, 4000, 4001])
    np.testing.assert_array_equal(out, samples)
    assert limiter.reduction_db == 0.0


def test_channels_share_one_gain():
    samples = np.stack([noise(1, 4000, 1.0)[0], np.full(4000, 0.25, np.float32)])
    out, _ = run(samples)
    gain = out[1] / samples[1]
    loud = np.abs(samples[0]) > 1e-3
    np.testing.assert_allclose(out[0][loud] / samples[0][loud], gain[loud], rtol=1e-5)
    assert gain.min() < 0.6


def test_gain_moves_slowly():
    samples = np.full((1, 16_000), 0.1, np.float32)
    samples[0, 5000:9000:700] = 50.0
    out, _ = run(samples)
    quiet = samples[0] == np.float32(0.1)
    gain = (out[0] / samples[0])[quiet]
    assert np.abs(np.diff(gain)).max() <= 2 * 2 / 80


def test_silence_stays_silence_beside_peaks():
    samples = noise(1, 4000, 2.0)
    samples[0, 1000:3000] = 0.0
    assert not run(samples)[0][0, 1000:3000].any()


def test_the_delay_is_the_look_ahead():
    limiter = Limiter(RATE, 1)
    assert limiter.push(np.zeros((1, 1000), np.float32)).shape[1] == 1000 - 80


def test_refuses_other_channel_counts_and_senseless_settings():
    with pytest.raises(InputError, match="expected \\(2, n\\)"):
        Limiter(RATE, 2).push(np.zeros((1, 5), np.float32))
    with pytest.raises(InputError, match="look_ahead_s=0"):
        Limiter(RATE, 2, look_ahead_s=0)
