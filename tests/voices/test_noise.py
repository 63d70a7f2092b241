from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kstest, spearmanr
from toy_pools import draws, first_numbers, gaussian, unit

from voxnym.errors import InputError
from voxnym.voices.files import read_model, write_model
from voxnym.voices.model import Wish
from voxnym.voices.noise import NoiseVoices
from voxnym.voices.pool import Pool


def test_mean_and_spread_are_those_of_the_gender_and_dimensions_are_independent():
    pool = gaussian(200, 5)
    women = pool.of_gender("f").vectors
    out = draws(NoiseVoices.fit(pool), 1500, Wish("f"))
    assert out.mean(axis=0) == pytest.approx(women.mean(axis=0), abs=0.2)
    assert out.std(axis=0) == pytest.approx(women.std(axis=0), rel=0.07)
    assert np.abs(np.corrcoef(out.T) - np.eye(5)).max() < 0.1
    for place in range(5):
        z = (out[:, place] - women[:, place].mean()) / women[:, place].std(ddof=1)
        assert kstest(z, "norm").pvalue > 1e-3


def test_the_first_number_is_the_place_on_the_main_axis():
    model = NoiseVoices.fit(gaussian(200, 5))
    along = draws(model, 200, Wish("m")) @ model.laws.of("m").axis
    assert spearmanr(along, first_numbers(200))[0] > 0.98


def test_scale_and_norm():
    pool = gaussian(100, 5)
    whole, half = (
        draws(NoiseVoices.fit(pool, scale=s), 50, Wish()) - pool.vectors.mean(axis=0)
        for s in (1.0, 0.5)
    )
    assert half == pytest.approx(whole / 2)
    model = NoiseVoices.fit(unit(100, 5), norm="pool")
    assert np.linalg.norm(draws(model, 20, Wish()), axis=1) == pytest.approx(np.ones(20))


def test_files_round_trip(tmp_path):
    model = NoiseVoices.fit(gaussian(50, 4), scale=0.7, norm="pool")
    back = read_model(write_model(tmp_path / "noise.json", model), "toy")
    assert np.array_equal(draws(back, 5, Wish("f")), draws(model, 5, Wish("f")))
    assert back.facts() == model.facts()
    assert back.gender_line.guess(np.array([0, 0, 0, 9.0])) == "f"
    assert back.genders == {"f", "m"}


def test_what_cannot_be_done_is_refused():
    with pytest.raises(InputError, match="9 people"):
        NoiseVoices.fit(gaussian(9, 3))
    with pytest.raises(InputError, match="scale"):
        NoiseVoices.fit(gaussian(20, 3), scale=0.0)
    women = gaussian(40, 3).of_gender("f")
    with pytest.raises(InputError, match="fewer than 10 people"):
        NoiseVoices.fit(women).draw(np.random.default_rng(0), Wish("m"))


def test_genders_with_few_people_have_no_law():
    pool = gaussian(40, 3)
    genders = tuple("f" if i < 35 else "m" for i in range(40))
    model = NoiseVoices.fit(Pool(pool.vectors, pool.speakers, genders, "toy"))
    assert model.genders == {"f"}
