from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis.pitch import estimate_pitch
from voxnym.analysis.survey import Surveyor
from voxnym.codecs.world import World
from voxnym.errors import PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.pitch_register import PitchRegister
from voxnym.testing import check_stage, run_stage

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def contour(median_hz, spread=0.2, frames=2000, seed=0):
    rng = np.random.default_rng(seed)
    wave = np.cumsum(rng.standard_normal(frames))
    wave = (wave - np.median(wave)) / wave.std() * spread
    pitch = np.where(np.arange(frames) % 50 < 30, median_hz * np.exp(wave), 0.0)
    return Speech("any", np.zeros((frames, 1)), frame_rate=200, rate=16000, pitch=pitch)


def survey_of(speech):
    level = np.log(speech.pitch[speech.pitch > 0])
    return Survey(float(level.mean()), float(level.std()), float(np.median(level)))


def median(speech):
    return float(np.median(speech.pitch[speech.pitch > 0]))


@pytest.mark.parametrize("spread", [None, 0.1])
def test_promises(spread):
    check_stage(PitchRegister(spread=spread), contour(170))


@pytest.mark.parametrize("source_hz", [85, 120, 210, 330])
def test_median_is_the_target_whatever_the_source(source_hz):
    speech = contour(source_hz)
    target = PitchRegister().start(np.random.default_rng(0), Survey()).target_hz
    out = run_stage(PitchRegister(), speech, survey=survey_of(speech))
    assert median(out) == pytest.approx(target, rel=1e-3)
    shape = np.log(out.pitch[out.pitch > 0]) - np.log(speech.pitch[speech.pitch > 0])
    assert np.ptp(shape) < 1e-9, "the contour keeps its shape"


def test_mean_serves_where_there_is_no_median():
    speech = contour(140)
    survey = Survey(log_pitch_mean=survey_of(speech).log_pitch_mean)
    out = run_stage(PitchRegister(), speech, survey=survey)
    target = PitchRegister().start(np.random.default_rng(0), Survey()).target_hz
    level = np.log(out.pitch[out.pitch > 0])
    assert np.exp(level.mean()) == pytest.approx(target, rel=1e-3)


def test_targets_fill_the_range_evenly_in_logarithm():
    rng = np.random.default_rng(0)
    targets = [PitchRegister(90, 220).start(rng, Survey()).target_hz for _ in range(2000)]
    assert 90 <= min(targets) < 92
    assert 216 < max(targets) <= 220
    assert np.median(targets) == pytest.approx(np.sqrt(90 * 220), rel=0.06)


@pytest.mark.parametrize("spread", [0.08, 0.3])
def test_spread_is_brought_to_the_common_value(spread):
    speech = contour(140, spread)
    stage = PitchRegister(110, 180, spread=0.15)
    assert "log_pitch_spread" in stage.needs
    out = run_stage(stage, speech, survey=survey_of(speech))
    assert np.log(out.pitch[out.pitch > 0]).std() == pytest.approx(0.15, rel=0.02)


@pytest.mark.parametrize("spread", [None, 0.15])
def test_live_use_reaches_the_register_without_a_survey(spread):
    stage = PitchRegister(110, 180, spread=spread)
    target = stage.start(np.random.default_rng(0), Survey()).target_hz
    for source_hz in (90, 240):
        out = run_stage(stage, contour(source_hz, 0.1, frames=6000))
        late = out[3000:]
        assert median(late) == pytest.approx(target, rel=0.1)


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 400), min_size=1, max_size=5).filter(any),
    spread=st.sampled_from([None, 0.15]),
    known=st.booleans(),
)
def test_cuts_do_not_matter(sizes, spread, known):
    speech = contour(170, frames=600)
    survey = survey_of(speech) if known else Survey()
    stage = PitchRegister(spread=spread)
    whole = run_stage(stage, speech, survey=survey).pitch
    assert np.array_equal(run_stage(stage, speech, survey=survey, sizes=sizes).pitch, whole)


def test_bounds_are_kept():
    speech = contour(140, spread=0.5, frames=4000)
    out = run_stage(PitchRegister(60, 60), speech, survey=survey_of(speech)).pitch
    assert out[out > 0].min() == 50
    assert np.array_equal(out > 0, speech.pitch > 0)


@pytest.mark.parametrize(
    "wrong", [{"low_hz": 230.0}, {"low_hz": 40.0}, {"high_hz": 700.0}, {"spread": 0.0}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        PitchRegister(**wrong)


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
@pytest.mark.parametrize("reader", ["19", "26"])
def test_real_speech_comes_out_in_the_register(reader):
    import soundfile

    folder = DATA / "librispeech" / "train-clean-100-multi" / reader
    path = sorted(folder.rglob("*.flac"))[0]
    speech, rate = soundfile.read(path, dtype="float32")
    stage = PitchRegister(100, 200)
    surveyor = Surveyor(rate, stage.needs)
    surveyor.add(speech)
    transform = stage.start(np.random.default_rng(1), surveyor.result())
    run = World(rate=rate).start(Survey())
    out = run.synthesize(transform(run.analyze(speech, True), True), True)
    track = estimate_pitch(out, rate)
    found = np.median(track.pitch_hz[track.voiced])
    assert found == pytest.approx(transform.target_hz, rel=0.03)
