from __future__ import annotations

import math

import numpy as np
import pytest

from voxnym.errors import PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.content_tilt import ContentTilt, Tilting
from voxnym.testing import check_stage

SPEECH = Speech(
    "envelope",
    np.random.default_rng(0).normal(size=(120, 513)).astype(np.float32),
    frame_rate=200,
    rate=16000,
)


def test_promises():
    check_stage(ContentTilt(), SPEECH)


@pytest.mark.parametrize("slope_db", [-3.0, 0.0, 2.0])
def test_slope_about_the_pivot(slope_db):
    out = Tilting(slope_db, 1000.0)(SPEECH, True)
    gain_db = (out.content - SPEECH.content)[0] * 10 / math.log(10)
    for hz, octaves in ((250, -2), (500, -1), (1000, 0), (2000, 1), (8000, 3)):
        assert gain_db[hz * 512 // 8000] == pytest.approx(slope_db * octaves, abs=1e-3)
    assert np.ptp(gain_db[:7]) < 1e-3, "level below 100 Hz"


def test_slopes_fill_the_range():
    stage = ContentTilt(low_db=-3.0, high_db=1.0)
    slopes = [stage.start(np.random.default_rng(i), Survey()).slope_db for i in range(200)]
    assert -3 <= min(slopes) < -2.9
    assert 0.9 < max(slopes) <= 1


@pytest.mark.parametrize(
    "wrong",
    [{"low_db": 3.0}, {"low_db": -13.0}, {"high_db": 13.0}, {"pivot_hz": 50.0},
     {"low_db": math.nan}, {"pivot_hz": math.nan}, {"pivot_hz": math.inf}],
)  # fmt: skip
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(PresetError, match=next(iter(wrong))):
        ContentTilt(**wrong)
