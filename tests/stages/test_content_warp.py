from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.codecs.world import World
from voxnym.errors import PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.content_warp import ContentWarp, Warping, source_places
from voxnym.testing import check_stage, run_stage

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
BINS = 513


def envelopes(peaks_hz, rate=16000):
    hz = np.linspace(0, rate / 2, BINS)
    content = -(((hz - np.asarray(peaks_hz)[:, None]) / 150) ** 2)
    return Speech("envelope", content.astype(np.float32), frame_rate=200, rate=rate)


def drawn(stage, count=400):
    return np.array([stage.start(np.random.default_rng(i), Survey()).factor for i in range(count)])


def test_promises():
    check_stage(ContentWarp(), envelopes(np.linspace(300, 5000, 150)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=5).filter(any))
def test_cuts_do_not_matter(sizes):
    speech = envelopes(np.linspace(300, 5000, 60))
    whole = run_stage(ContentWarp(), speech)
    assert np.array_equal(run_stage(ContentWarp(), speech, sizes=sizes).content, whole.content)


@pytest.mark.parametrize("factor", [0.82, 0.9, 1.1, 1.2])
@pytest.mark.parametrize("peak_hz", [500, 1500, 2500, 4500])
def test_formants_move_by_the_factor(factor, peak_hz):
    out = Warping(factor, 0.875)(envelopes([peak_hz]), True)
    found = np.argmax(out.content[0]) * 8000 / (BINS - 1)
    assert found == pytest.approx(peak_hz * factor, abs=16)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.5, 2), st.floats(0.05, 0.95), st.integers(3, 2049))
def test_axis_keeps_its_ends_and_its_order(factor, knee, bins):
    places = source_places(factor, bins, knee)
    assert places[0] == 0
    assert places[-1] == pytest.approx(bins - 1)
    assert np.all(np.diff(places) > 0)


def test_factor_one_changes_nothing():
    speech = envelopes([500, 3000])
    out = Warping(1.0, 0.875)(speech, True)
    assert np.allclose(out.content, speech.content, atol=1e-5)


def test_factors_fill_the_range_but_avoid_one():
    factors = drawn(ContentWarp())
    assert np.all((factors >= 0.82) & (factors <= 1.2))
    assert np.abs(np.log(factors)).min() >= math.log(1.08) - 1e-12
    assert factors.min() < 0.83
    assert factors.max() > 1.19
    assert 0.4 < (factors < 1).mean() < 0.65


def test_one_sided_ranges():
    assert np.all(drawn(ContentWarp(low=1.0), 50) >= 1.08)
    assert np.all(drawn(ContentWarp(high=0.9), 50) <= 0.9)
    assert np.allclose(drawn(ContentWarp(low=1.15, high=1.15), 3), 1.15)
    assert np.all(drawn(ContentWarp(low=1.0, high=1.0, distance=0.0), 3) == 1)


@pytest.mark.parametrize(
    "wrong",
    [{"low": 0.3}, {"low": 1.3}, {"high": 2.5}, {"distance": 0.5}, {"distance": -0.1},
     {"knee_share": 1.0}, {"low": math.nan}, {"distance": math.nan}],
)  # fmt: skip
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        ContentWarp(**wrong)


@pytest.mark.skipif(not DATA.is_dir(), reason="no speech collection beside this checkout")
@pytest.mark.parametrize("factor", [0.85, 1.18])
def test_warped_speech_has_its_formants_where_told(factor):
    import soundfile

    path = sorted((DATA / "librispeech" / "test-clean").rglob("*.flac"))[0]
    speech, _ = soundfile.read(path, dtype="float32")
    run = World().start(Survey())
    plain = run.analyze(speech, True)
    out = run.synthesize(Warping(factor, 0.875)(plain, True), True)
    warped = World().start(Survey()).analyze(out, True)
    loud = (plain.pitch > 0) & (plain.energy > np.percentile(plain.energy, 60))
    before, after = plain.content[loud].astype(float), warped.content[loud].astype(float)
    bins = np.arange(20, 300)

    def likeness(tried):
        moved = np.stack([np.interp(bins / tried, np.arange(BINS), row) for row in before])
        there = after[:, bins]
        moved -= moved.mean(axis=1, keepdims=True)
        there = there - there.mean(axis=1, keepdims=True)
        return float((moved * there).sum() / np.sqrt((moved**2).sum() * (there**2).sum()))

    tried = np.arange(0.75, 1.3, 0.01)
    best = tried[np.argmax([likeness(f) for f in tried])]
    assert best == pytest.approx(factor, abs=0.025)
