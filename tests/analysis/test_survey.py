from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis import survey
from voxnym.analysis.pitch import estimate_pitch
from voxnym.analysis.survey import PITCH_FACTS, Surveyor
from voxnym.records import Survey
from voxnym.testing import ToySpeaker, cut, toy_speech

SPEECH = toy_speech(ToySpeaker(pitch_hz=160), seconds=20).samples[0]


def survey_of(samples, rate=16000, sizes=(1 << 30,), needs=PITCH_FACTS):
    surveyor = Surveyor(rate, needs)
    for block, _ in cut(samples, sizes):
        surveyor.add(block)
    return surveyor.result()


def test_facts_agree_with_the_whole_track():
    found = survey_of(SPEECH)
    pitch = estimate_pitch(SPEECH, 16000).pitch_hz
    level = np.log(pitch[pitch > 0])
    assert found.log_pitch_mean == pytest.approx(level.mean(), abs=0.005)
    assert found.log_pitch_spread == pytest.approx(level.std(), abs=0.005)
    assert found.log_pitch_median == pytest.approx(np.median(level), abs=0.003)
    assert found.voiced_share == pytest.approx((pitch > 0).mean(), abs=0.01)
    assert np.exp(found.log_pitch_median) == pytest.approx(160, rel=0.03)


def test_median_is_exact_to_its_bin(monkeypatch):
    pitch = np.exp(np.random.default_rng(0).normal(5, 0.2, 1600))

    class Track:
        pitch_hz = pitch

    monkeypatch.setattr(survey, "estimate_pitch", lambda *_, **__: Track)
    found = survey_of(np.ones(8 * 16000, np.float32))
    assert found.log_pitch_median == pytest.approx(np.median(np.log(pitch)), abs=0.0012)
    assert found.log_pitch_mean == pytest.approx(np.log(pitch).mean(), abs=1e-9)
    assert found.log_pitch_spread == pytest.approx(np.log(pitch).std(), abs=1e-9)
    assert found.voiced_share == 1


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(1000, 200000), min_size=1, max_size=4))
def test_cuts_do_not_matter(sizes):
    assert survey_of(SPEECH, sizes=sizes) == survey_of(SPEECH)


def test_callers_may_reuse_their_buffer():
    surveyor, buffer = Surveyor(16000, PITCH_FACTS), np.empty(1000, np.float32)
    for start in range(0, 32000, 1000):
        buffer[:] = SPEECH[start : start + 1000]
        surveyor.add(buffer)
    assert surveyor.result() == survey_of(SPEECH[:32000])


def test_unneeded_survey_computes_nothing(monkeypatch):
    monkeypatch.setattr(survey, "estimate_pitch", lambda *_, **__: pytest.fail("was called"))
    assert survey_of(SPEECH, needs=frozenset()) == Survey()
    assert survey_of(SPEECH, needs=frozenset({"loudness", "voice"})) == Survey()


@pytest.mark.parametrize("length", [0, 1, 100, 50000])
def test_unvoiced_recordings_have_no_pitch(length):
    found = survey_of(np.zeros(length, np.float32))
    assert found.log_pitch_mean is found.log_pitch_spread is found.log_pitch_median is None
    assert found.voiced_share == (0 if length else None)


def test_other_rates():
    found = survey_of(toy_speech(ToySpeaker(pitch_hz=110), seconds=3, rate=44100).samples[0], 44100)
    assert np.exp(found.log_pitch_median) == pytest.approx(110, rel=0.03)


def test_memory_is_constant():
    surveyor = Surveyor(8000, PITCH_FACTS)
    for _ in range(200):
        surveyor.add(np.zeros(3000, np.float32))
        held = sum(map(sys.getsizeof, surveyor._waiting))
        assert held <= 8 * 8000 * 4 + 30 * 200
