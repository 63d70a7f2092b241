from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.codecs.lpc import SILENCE_DB, Lpc
from voxnym.errors import InputError, PresetError, RenderError
from voxnym.protocols import Codec
from voxnym.records import Survey

CHALLENGE = Lpc(
    order=20,
    window="symmetric",
    estimator="burg",
    filtering="frame",
    padding=False,
    match_energy=False,
    offset=1.1920929e-07,
)
TIME = np.arange(8000) / 16000
EDGES = {
    "zeros": np.zeros(8000),
    "constant": np.full(8000, 0.5),
    "440 Hz": 0.5 * np.sin(2 * np.pi * 440 * TIME),
    "1 kHz": 0.5 * np.sin(2 * np.pi * 1000 * TIME),
    "two tones": 0.3 * np.sin(2 * np.pi * 440 * TIME) + 0.3 * np.sin(2 * np.pi * 2200 * TIME),
    "half the rate": 0.5 * (-1.0) ** np.arange(8000),
    "chirp": 0.5 * np.sin(2 * np.pi * (100 * TIME + 3900 * TIME**2)),
    "impulses": np.where(np.arange(8000) % 1000 == 500, 1.0, 0.0),
    "noise": 0.1 * np.random.default_rng(0).standard_normal(8000),
    "faint noise": 1e-8 * np.random.default_rng(0).standard_normal(8000),
    "below all": np.full(8000, 1e-30),
}


def render(samples, codec=None, cuts=(), change=None):
    """Through the codec, cut before these samples."""
    run = (codec or Lpc()).start(Survey())
    done = []
    edges = [0, *sorted(cuts), len(samples)]
    for i, (start, stop) in enumerate(pairwise(edges)):
        last = i == len(edges) - 2
        speech = run.analyze(samples[start:stop].astype(np.float32), last)
        done.append(run.synthesize(change(speech) if change else speech, last))
    return np.concatenate(done)


def speechlike(length, seed=0):
    noise = np.random.default_rng(seed).standard_normal(length + 1)
    loud = 0.2 + np.abs(np.sin(np.arange(length) / 900))
    smooth = np.convolve(noise, np.hanning(9))[:length]
    return (0.05 * smooth * loud).astype(np.float32)


def flattened(speech):
    """The same voice in every frame: far from what was analyzed."""
    content = np.zeros_like(speech.content)
    content[:, :3] = [1.0, -1.5, 0.8]
    return speech.replace(content=content)


def test_it_is_a_codec():
    codec = Lpc()
    assert isinstance(codec, Codec)
    assert (codec.rate, codec.frame_rate, codec.look_ahead) == (16000, 100.0, 0.02)
    assert codec.parts == {"content", "energy"}
    assert CHALLENGE.parts == {"content"}


def test_what_it_fills():
    run = Lpc().start(Survey())
    samples = np.full(1600, 0.25, np.float32)
    speech = run.analyze(samples, True)
    assert speech.kind == "lpc"
    assert speech.content.shape == (11, 21)
    np.testing.assert_array_equal(speech.content[:, 0], 1.0)
    np.testing.assert_allclose(speech.energy[1:-1], 20 * np.log10(0.25), atol=1e-3)
    assert all(len(part) == 11 for part in speech.rest.values())


@pytest.mark.parametrize("name", EDGES)
def test_unchanged_speech_comes_back(name):
    samples = EDGES[name].astype(np.float32)
    np.testing.assert_allclose(render(samples), samples, atol=1e-6)


@pytest.mark.parametrize("name", EDGES)
def test_the_level_holds_whatever_the_filter(name):
    samples = EDGES[name].astype(np.float32)
    out = render(samples, change=flattened)
    assert np.isfinite(out).all()
    before, after = np.sqrt(np.mean(samples**2.0)), np.sqrt(np.mean(out**2.0))
    assert after <= 1.3 * before
    if before > 1e-15:
        assert after >= 0.7 * before


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, 2000))
def test_any_length_comes_back(length):
    samples = speechlike(length)
    out = render(samples)
    assert out.dtype == np.float32
    assert out.shape == samples.shape
    np.testing.assert_allclose(out, samples, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(0, 6000),
    cuts=st.lists(st.floats(0, 1), max_size=8),
    codec=st.sampled_from([Lpc(), Lpc(filtering="frame"), CHALLENGE, Lpc(window_s=0.03)]),
)
def test_cuts_do_not_matter(length, cuts, codec):
    length += 0 if codec.padding else codec.window_length
    samples = speechlike(length)
    whole = render(samples, codec, change=flattened)
    cut = render(samples, codec, [int(c * length) for c in cuts], change=flattened)
    assert len(whole) == length
    np.testing.assert_allclose(cut, whole, atol=1e-6)


def test_samples_come_out_as_soon_as_they_can():
    run = Lpc().start(Survey())
    given_, taken = 0, 0
    for block in np.split(speechlike(3200), 20):
        speech = run.analyze(block, False)
        given_ += len(run.synthesize(speech, False))
        taken += len(block)
        assert taken - given_ <= 160
    assert len(run.synthesize(run.analyze(np.zeros(0, np.float32), True), True)) == 3200 - given_


def test_frames_may_be_held_back():
    samples = speechlike(4000)
    run = Lpc().start(Survey())
    first = run.analyze(samples[:2000], False)
    assert len(run.synthesize(first[:0], False)) == 0
    second = run.analyze(samples[2000:], True)
    np.testing.assert_allclose(run.synthesize(first.joined(second), True), samples, atol=1e-6)


def test_energy_is_obeyed():
    samples = speechlike(8000)
    louder = render(samples, change=lambda s: s.replace(energy=s.energy + 6.0))
    np.testing.assert_allclose(louder, samples * 10 ** (6 / 20), rtol=1e-4, atol=1e-6)
    silent = render(samples, change=lambda s: s.replace(energy=np.full(s.frames, SILENCE_DB)))
    np.testing.assert_array_equal(silent, 0)


def test_silence_inside_stays_silent():
    samples = speechlike(8000)
    samples[2000:6000] = 0.0
    out = render(samples, change=flattened)
    np.testing.assert_array_equal(out[2320:5680], 0.0)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000])
def test_other_rates(rate):
    codec = Lpc(rate=rate)
    assert abs(codec.poles - (rate / 1000 + 4)) <= 1
    samples = speechlike(rate // 3)
    np.testing.assert_allclose(render(samples, codec), samples, atol=1e-6)


def test_without_padding_the_tail_is_lost_and_short_ones_are_refused():
    samples = speechlike(1000)
    out = render(samples, CHALLENGE)
    assert len(out) == 1000
    np.testing.assert_array_equal(out[960:], 0.0)
    with pytest.raises(InputError, match="319 samples: expected at least 320"):
        render(samples[:319], CHALLENGE)


def test_overflow_is_refused():
    def unstable(speech):
        content = np.zeros_like(speech.content)
        content[:, :2] = [1.0, -300.0]
        return speech.replace(content=content)

    with pytest.raises(RenderError, match="overflowed"):
        render(speechlike(4000), CHALLENGE, change=unstable)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": 10},
        {"window": "hamming"},
        {"estimator": "covariance"},
        {"filtering": "none"},
        {"order": 1},
        {"order": 160},
        {"hop_s": 0.0},
        {"hop_s": 0.02},
        {"hop_s": float("nan")},
        {"window_s": 0.025},
        {"white_noise": -1.0},
        {"smoothing_hz": -1.0},
    ],
)
def test_wrong_parameters_are_named(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        Lpc(**wrong)
