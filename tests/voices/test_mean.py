from __future__ import annotations

import numpy as np
import pytest
from toy_pools import draws, gaussian, unit

from voxnym.errors import InputError
from voxnym.voices.files import read_model, write_model
from voxnym.voices.mean import MeanVoice
from voxnym.voices.model import Wish


def test_everybody_gets_the_mean_of_people_each_counted_once():
    pool = gaussian(40, 4, each=3)
    out = draws(MeanVoice.fit(pool), 5, Wish("f"))
    assert out == pytest.approx(np.tile(pool.means().of_gender("f").vectors.mean(axis=0), (5, 1)))


def test_the_mean_can_be_as_long_as_a_person():
    pool = unit(40, 8)
    short, long = (
        np.linalg.norm(MeanVoice.fit(pool, norm=norm).draw(None, Wish()).vector)
        for norm in ("kept", "pool")
    )
    assert short < 0.999
    assert long == pytest.approx(1.0)


def test_files_round_trip(tmp_path):
    model = MeanVoice.fit(gaussian(40, 4), norm="pool")
    back = read_model(write_model(tmp_path / "mean.json", model), "toy")
    assert np.array_equal(draws(back, 1, Wish("m")), draws(model, 1, Wish("m")))
    assert back.facts() == model.facts()


def test_unknown_norm_is_refused():
    with pytest.raises(InputError, match="norm='unit'"):
        MeanVoice.fit(gaussian(20, 3), norm="unit")
