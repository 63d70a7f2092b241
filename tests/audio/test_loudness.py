import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.audio.loudness import Meter
from voxnym.errors import InputError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def measured(samples, rate, cuts=()):
    meter = Meter(rate, samples.shape[0])
    for piece in np.split(samples, sorted(cuts), axis=1):
        meter.add(piece)
    return meter


def reference(samples, rate):
    import pyloudnorm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64))


def tone(db, rate, seconds=3.0, channels=2, hz=997.0):
    wave = 10 ** (db / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_stereo_tone_of_ebu_tech_3341(rate):
    assert measured(tone(-23, rate), rate).integrated == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_agrees_with_pyloudnorm_on_noise_with_pauses(rate, channels):
    rng = np.random.default_rng(rate + channels)
    n = int(3.37 * rate)
    level = np.repeat(rng.choice([0.0, 1e-4, 0.02, 0.3], 40), n // 40 + 1)[:n]
    samples = (level * rng.standard_normal((channels, n))).astype(np.float32)
    found = measured(samples, rate).integrated
    assert found == pytest.approx(reference(samples, rate), abs=0.01)


@pytest.mark.parametrize("length", [6400, 6401, 7199, 7201, 7999, 8001, 9000, 12_345])
def test_agrees_with_pyloudnorm_on_short_recordings(length):
    samples = np.random.default_rng(length).standard_normal((1, length)).astype(np.float32) * 0.1
    samples[0, length // 2 :] *= 0.2
    found = measured(samples, 16_000).integrated
    assert found == pytest.approx(reference(samples, 16_000), abs=0.01)


def test_agrees_with_pyloudnorm_on_speech():
    folders = ("librispeech/test-other", "vctk", "emodb", "fsdd", "ami", "ljspeech")
    files = [path for name in folders for path in sorted((DATA / name).rglob("*.flac"))[::60]]
    if not files:
        pytest.skip(f"no speech collection at {DATA}")
    import soundfile

    for path in files:
        samples, rate = soundfile.read(path, frames=20 * 48_000, dtype="float32", always_2d=True)
        if len(samples) < 0.4 * rate:
            continue
        found = measured(samples.T, rate).integrated
        assert found == pytest.approx(reference(samples.T, rate), abs=0.01), path


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 30_000), max_size=30))
@settings(deadline=None, max_examples=30)
def test_cuts_do_not_matter(seed, cuts):
    rng = np.random.default_rng(seed)
    rate = int(rng.choice([8000, 11_025, 16_000]))
    samples = rng.standard_normal((2, 30_000)).astype(np.float32) * 0.1
    whole, pieces = measured(samples, rate), measured(samples, rate, cuts)
    assert pieces.integrated == pytest.approx(whole.integrated, abs=1e-9)
    assert pieces.rms_db == pytest.approx(whole.rms_db, abs=1e-9)


def test_a_gain_moves_the_level_by_as_much():
    samples = tone(-30, 16_000, channels=1)
    change = measured(samples * np.float32(2), 16_000).level_db - measured(samples, 16_000).level_db
    assert change == pytest.approx(20 * math.log10(2), abs=1e-4)


def test_the_relative_gate_ignores_pauses():
    loud = tone(-20, 16_000, channels=1)
    faint = tone(-45, 16_000, channels=1, seconds=9.0)
    with_pause = measured(np.concatenate([loud, faint], axis=1), 16_000).integrated
    assert with_pause == pytest.approx(measured(loud, 16_000).integrated, abs=0.5)


def test_silence_and_near_silence_are_minus_infinity():
    for level in (0.0, 1e-6):
        meter = measured(np.full((2, 16_000), level, np.float32), 16_000)
        assert meter.integrated == -math.inf
        assert meter.level_db == -math.inf


def test_digital_silence_has_no_rms():
    assert measured(np.zeros((1, 100), np.float32), 16_000).level_db == -math.inf
    assert Meter(16_000, 1).level_db == -math.inf


def test_under_four_tenths_of_a_second_the_level_is_rms():
    meter = measured(tone(-6, 16_000, seconds=0.39), 16_000)
    assert meter.integrated is None
    assert meter.level_db == meter.rms_db == pytest.approx(-9.01, abs=0.05)
    assert measured(tone(-6, 16_000, seconds=0.4), 16_000).integrated is not None


@pytest.mark.parametrize("channels", [6, 7, 8])
def test_more_than_five_channels_weigh_the_same(channels):
    one = measured(tone(-30, 16_000, channels=1), 16_000).integrated
    many = measured(tone(-30, 16_000, channels=channels), 16_000).integrated
    assert many - one == pytest.approx(10 * math.log10(channels), abs=1e-6)


@pytest.mark.parametrize("rate", [2000, 3000, 3999, 4000, 768_000])
def test_odd_rates_stay_finite(rate):
    samples = np.random.default_rng(0).standard_normal((1, 2 * rate)).astype(np.float32) * 0.1
    assert -30 < measured(samples, rate).integrated < -10


def test_refuses_other_channel_counts():
    with pytest.raises(InputError, match="expected \\(2, n\\)"):
        Meter(16_000, 2).add(np.zeros((1, 5), np.float32))
