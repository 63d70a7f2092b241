from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import PresetError
from voxnym.records import Speech
from voxnym.stages.pitch_scale import PitchScale
from voxnym.testing import check_stage, run_stage


def speech(pitch, rate=200.0):
    pitch = np.array(pitch, dtype=float)
    return Speech("any", np.zeros((len(pitch), 1)), frame_rate=rate, rate=16000, pitch=pitch)


CONTOUR = speech(np.where(np.arange(400) % 37 < 22, 150 + np.arange(400) % 37, 0))


def test_promises():
    check_stage(PitchScale(), CONTOUR)
    check_stage(PitchScale(0.6, 1.4), CONTOUR)


def test_one_factor_for_each_stretch_drawn_in_order():
    pitch = [0, 100, 110, 0, 0, 200, 210, 220, 0, 120]
    out = run_stage(PitchScale(0.6, 1.4), speech(pitch), seed=5).pitch
    drawn = np.random.default_rng(5).uniform(0.6, 1.4, 3)
    told = np.array(pitch) * np.array([0, *[drawn[0]] * 2, 0, 0, *[drawn[1]] * 3, 0, drawn[2]])
    assert np.allclose(out, told)


def test_factors_fill_the_range():
    stretches = speech([200.0, 0.0] * 500)
    factors = run_stage(PitchScale(0.7, 1.3), stretches).pitch[::2] / 200
    assert 0.7 <= factors.min() < 0.71
    assert 1.29 < factors.max() <= 1.3
    assert factors.mean() == pytest.approx(1, abs=0.03)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 60.0, 150.0, 550.0]), max_size=40),
    st.lists(st.integers(0, 15), min_size=1, max_size=5).filter(any),
)
def test_cuts_do_not_matter_and_bounds_are_kept(pitch, sizes):
    whole = run_stage(PitchScale(0.25, 4.0), speech(pitch)).pitch
    assert np.array_equal(run_stage(PitchScale(0.25, 4.0), speech(pitch), sizes=sizes).pitch, whole)
    assert np.all((whole == 0) | ((whole >= 50) & (whole <= 600)))


def test_a_codec_without_pitch_is_left_alone():
    plain = Speech("any", np.zeros((5, 1)), frame_rate=100, rate=16000)
    assert run_stage(PitchScale(), plain).pitch is None


@pytest.mark.parametrize("wrong", [{"low": 1.3}, {"low": 0.1}, {"high": 5.0}, {"high": np.nan}])
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        PitchScale(**wrong)
