from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis.pitch import estimate_pitch, frame_count, guard_octaves
from voxnym.errors import InputError
from voxnym.testing import ToySpeaker, toy_speech

METHODS = ("swift", "dio", "harvest")
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def vowel(pitch_hz, rate, seconds=1.0):
    time = np.arange(round(seconds * rate)) / rate
    harmonics = np.arange(1, int(min(4000, rate / 2) / pitch_hz))
    waves = np.sin(2 * np.pi * pitch_hz * harmonics[:, None] * time) / harmonics[:, None]
    return (0.2 * waves.sum(axis=0)).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_pitch_of_a_steady_vowel_at_any_rate(method, rate):
    track = estimate_pitch(vowel(140.0, rate), rate, method=method)
    inner = track.pitch_hz[20:-20]
    assert (inner > 0).mean() > 0.95
    assert np.median(inner[inner > 0]) == pytest.approx(140.0, rel=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_pitch_glide_is_followed_in_time(method):
    rate = 16000
    time = np.arange(2 * rate) / rate
    pitch = 100 * 2 ** (time / 2)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    signal = sum(np.sin(k * phase) / k for k in range(1, 12)).astype(np.float32) * 0.2
    track = estimate_pitch(signal, rate, method=method)
    told = np.interp(track.times_s, time, pitch)
    inside = track.voiced & (track.times_s > 0.1) & (track.times_s < 1.9)
    assert inside.sum() > 300
    # At this slope 1 % is 29 ms: a track displaced by one frame would not pass.
    allowed = 0.008 if method == "swift" else 0.001
    assert np.abs(track.pitch_hz[inside] / told[inside] - 1).max() < allowed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rate", [8000, 16000, 192000])
@pytest.mark.parametrize("length", [0, 1, 2, 17, 100, 800])
def test_short_inputs_are_unvoiced_and_no_error(method, rate, length):
    track = estimate_pitch(np.full(length, 0.3, np.float32), rate, method=method)
    assert len(track.pitch_hz) == len(track.times_s) == len(track.confidence)
    assert len(track.pitch_hz) == frame_count(length, rate, 0.005)
    assert not track.voiced.any()


@pytest.mark.parametrize("method", METHODS)
def test_silence_is_unvoiced(method):
    assert not estimate_pitch(np.zeros(16000, np.float32), 16000, method=method).voiced.any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1.0, 1e-4])
def test_white_noise_is_mostly_unvoiced_at_any_level(method, scale):
    noise = np.random.default_rng(1).standard_normal(32000).astype(np.float32) * 0.1 * scale
    assert estimate_pitch(noise, 16000, method=method).voiced.mean() < 0.15


def test_quiet_speech_keeps_its_pitch():
    speech = toy_speech(ToySpeaker(pitch_hz=130), seconds=2).samples[0]
    loud = estimate_pitch(speech, 16000)
    quiet = estimate_pitch(speech * np.float32(0.005), 16000)
    assert loud.voiced.mean() > 0.3
    assert (loud.voiced == quiet.voiced).mean() > 0.97


def test_floor_and_ceiling_bound_the_track():
    low = estimate_pitch(vowel(100.0, 16000), 16000, method="dio", floor_hz=120.0)
    high = estimate_pitch(vowel(300.0, 16000), 16000, method="dio", ceiling_hz=250.0)
    for track, floor, ceiling in ((low, 120.0, 600.0), (high, 65.0, 250.0)):
        found = track.pitch_hz[track.voiced]
        assert np.all((found >= floor) & (found <= ceiling))


def test_frame_distance_is_obeyed():
    track = estimate_pitch(vowel(140.0, 16000), 16000, frame_s=0.01)
    assert len(track.pitch_hz) == 101
    assert track.times_s[7] == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"method": "yin"}, "expected one of swift, dio, harvest"),
        ({"rate": 0}, "expected a positive number"),
        ({"floor_hz": 300.0, "ceiling_hz": 200.0}, "floor < ceiling"),
        ({"floor_hz": 10.0}, "47 <= floor"),
        ({"frame_s": 0.0}, "at least one sample"),
        ({"samples": np.zeros((2, 10))}, "expected one channel"),
    ],
)
def test_wrong_arguments_are_refused(arguments, text):
    given_ = {"samples": np.zeros(1000), "rate": 16000} | arguments
    with pytest.raises(InputError, match=text):
        estimate_pitch(given_.pop("samples"), given_.pop("rate"), **given_)


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_isolated_octave_jumps_are_folded_back(factor):
    told = 150 * 2 ** (0.1 * np.sin(np.arange(200) / 15))
    jumping = told.copy()
    jumping[50:58] *= factor
    jumping[120] *= factor
    assert np.allclose(guard_octaves(jumping), told)


def test_jumps_that_no_octave_explains_become_unvoiced():
    track = np.full(200, 150.0)
    track[80:84] *= 2**1.5
    repaired = guard_octaves(track)
    assert np.flatnonzero(repaired == 0).tolist() == [80, 81, 82, 83]


def test_folding_never_leaves_the_range():
    track = np.full(200, 70.0)
    track[90] = 190.0
    track[100] = 35.0
    repaired = guard_octaves(track, floor_hz=65.0)
    assert repaired[90] == 0
    assert repaired[100] == 0


@pytest.mark.parametrize("frames", [30, 100])
def test_a_real_change_of_register_stays(frames):
    track = np.concatenate([np.full(100, 110.0), np.full(frames, 220.0), np.full(100, 110.0)])
    assert np.array_equal(guard_octaves(track), track)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.just(0.0), st.floats(20, 1500)), max_size=150))
def test_guard_keeps_unvoiced_frames_and_the_range(pitch):
    repaired = guard_octaves(np.array(pitch))
    assert np.all(repaired[np.array(pitch) == 0] == 0)
    assert np.all((repaired == 0) | ((repaired >= 65) & (repaired <= 600)))


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
def test_methods_agree_on_real_speech():
    import soundfile

    path = sorted((DATA / "librispeech" / "test-clean").rglob("*.flac"))[0]
    speech, rate = soundfile.read(path, dtype="float32")
    swift = estimate_pitch(speech, rate)
    dio = estimate_pitch(speech, rate, method="dio")
    both = swift.voiced & dio.voiced
    off = np.abs(np.log2(swift.pitch_hz[both] / dio.pitch_hz[both]))
    assert both.sum() > 100
    assert (off > 0.2).mean() < 0.03
