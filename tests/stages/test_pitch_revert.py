from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.pitch_revert import PitchRevert
from voxnym.testing import check_stage, run_stage

GOLDEN = [0, 0, 100, 110, 120, 0, 0, 200, 210, 0]
MEANS = ("running", "cumulative", "utterance", "corpus")


def speech(pitch, frame_rate=50.0):
    pitch = np.array(pitch, dtype=float)
    return Speech("any", np.zeros((len(pitch), 1)), frame_rate, 16000, pitch=pitch)


def stage(mean, **parameters):
    return PitchRevert(mean=mean, mean_hz=160.0 if mean == "corpus" else None, **parameters)


def contour(frames=3000, seed=0):
    rng = np.random.default_rng(seed)
    wave = np.cumsum(rng.standard_normal(frames))
    wave = (wave - wave.mean()) / wave.std() * 25
    return speech(np.where(np.arange(frames) % 61 < 40, 180 + wave, 0), 200.0)


@pytest.mark.parametrize("noise", [None, "snr", "absolute"])
@pytest.mark.parametrize("mean", MEANS)
def test_promises(mean, noise):
    check_stage(stage(mean, noise=noise), contour(400))


@pytest.mark.parametrize(
    ("mean", "told"),
    [
        ("utterance", [136, 138.5, 141, 161, 163.5]),
        ("cumulative", [100, 106.25, 112.5, 149.375, 163.5]),
        ("corpus", [145, 147.5, 150, 170, 172.5]),
    ],
)
def test_golden_values(mean, told):
    survey = Survey(log_pitch_mean=math.log(148), log_pitch_spread=0.0)
    out = run_stage(stage(mean), speech(GOLDEN), survey=survey).pitch
    assert np.allclose(out[np.array(GOLDEN) > 0], told)
    assert np.array_equal(out > 0, np.array(GOLDEN) > 0)


def test_golden_values_of_the_smearing_average():
    out = run_stage(stage("moving", window_s=0.08), speech(GOLDEN)).pitch
    told = [0, 18.75, 64.375, 89.375, 91.875, 43.125, 60, 126.875, 129.375, 76.875]
    assert np.allclose(out, told)


def test_running_mean_takes_voiced_frames_of_a_centred_window():
    pitch = contour(500).pitch
    out = run_stage(stage("running"), speech(pitch, 200.0)).pitch
    for place in np.flatnonzero(pitch):
        window = pitch[max(0, place - 64) : place + 65]
        told = 0.25 * pitch[place] + 0.75 * window[window > 0].mean()
        assert out[place] == pytest.approx(told)


def test_utterance_mean_from_the_survey_is_the_mean_in_hz():
    pitch = contour().pitch
    voiced = pitch[pitch > 0]
    level = np.log(voiced)
    survey = Survey(float(level.mean()), float(level.std()))
    out = run_stage(stage("utterance", alpha=1.0), speech(pitch), survey=survey).pitch
    assert out[pitch > 0] == pytest.approx(voiced.mean(), rel=0.002)


def normalised(pitch):
    voiced = pitch[pitch > 0]
    return (voiced - voiced.mean()) / voiced.std()


@pytest.mark.parametrize("mean", ["utterance", "corpus"])
def test_constant_means_are_no_ops_before_normalisation(mean):
    pitch = contour().pitch
    level = np.log(pitch[pitch > 0])
    survey = Survey(float(level.mean()), float(level.std()))
    out = run_stage(stage(mean), speech(pitch), survey=survey).pitch
    assert np.abs(normalised(out) - normalised(pitch)).max() < 1e-9


@pytest.mark.parametrize("mean", ["running", "cumulative"])
def test_moving_means_survive_normalisation(mean):
    pitch = contour().pitch
    out = run_stage(stage(mean), speech(pitch, 200.0)).pitch
    assert np.abs(normalised(out) - normalised(pitch)).max() > 0.2


def test_utterance_mean_is_cumulative_when_live():
    live = run_stage(stage("utterance"), speech(GOLDEN)).pitch
    assert np.array_equal(live, run_stage(stage("cumulative"), speech(GOLDEN)).pitch)


def test_alpha_zero_changes_nothing():
    speech_ = contour()
    assert np.allclose(run_stage(stage("running", alpha=0.0), speech_).pitch, speech_.pitch)


def test_absolute_noise_has_its_variance():
    flat = speech(np.full(40000, 200.0))
    out = run_stage(stage("running", noise="absolute", noise_db=10.0), flat).pitch
    assert out.var() == pytest.approx(10, rel=0.05)
    assert out.mean() == pytest.approx(200, abs=0.1)


def test_noise_lies_below_the_variance_of_the_reverted_contour():
    rng = np.random.default_rng(1)
    pitch = rng.normal(200, 25, 40000)
    plain = run_stage(stage("corpus"), speech(pitch)).pitch
    noisy = run_stage(stage("corpus", noise="snr", noise_db=10.0), speech(pitch)).pitch
    late = slice(5000, None)
    ratio_db = 10 * np.log10(plain[late].var() / (noisy - plain)[late].var())
    assert ratio_db == pytest.approx(10, abs=0.4)


def test_noise_value_lasts_as_long_as_stated():
    flat = speech(np.full(400, 200.0), 200.0)
    out = run_stage(stage("running", noise="absolute", noise_hold_s=0.02), flat).pitch
    steps = np.flatnonzero(np.diff(out))
    assert np.all((steps + 1) % 4 == 0)
    assert len(steps) == 99


def test_strong_noise_keeps_voicing_and_bounds():
    out = run_stage(stage("running", noise="absolute", noise_db=50.0), contour()).pitch
    assert np.array_equal(out > 0, contour().pitch > 0)
    assert out[out > 0].min() == 50
    assert out.max() == 600


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=5).filter(any),
    mean=st.sampled_from([*MEANS, "moving"]),
    noise=st.sampled_from([None, "snr", "absolute"]),
    frames=st.integers(0, 500),
)
def test_cuts_do_not_matter(sizes, mean, noise, frames):
    chosen = stage(mean, noise=noise)
    whole = run_stage(chosen, contour()[:frames]).pitch
    pieces = run_stage(chosen, contour()[:frames], sizes=sizes).pitch
    assert np.allclose(pieces, whole, rtol=0, atol=1e-9)


@pytest.mark.parametrize("mean", [*MEANS, "moving"])
def test_no_more_is_held_back_than_stated(mean):
    chosen = stage(mean)
    transform = chosen.start(np.random.default_rng(0), Survey())
    given_, frames = contour(), 0
    for place in range(0, 1000, 50):
        frames += transform(given_[place : place + 50], False).frames
        assert place + 50 - frames <= chosen.look_ahead * 200


@pytest.mark.parametrize(
    "wrong",
    [{"alpha": 1.5}, {"mean": "median"}, {"window_s": 0.0}, {"mean": "corpus"},
     {"mean_hz": 100.0}, {"mean": "corpus", "mean_hz": 1000.0}, {"noise": "pink"},
     {"noise_db": 100.0}, {"noise_hold_s": -1.0}, {"alpha": math.nan}],
)  # fmt: skip
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match="expected"):
        PitchRevert(**wrong)
