from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, spearmanr
from toy_pools import draws, first_numbers, gaussian, interleaved, unit

from voxnym.errors import InputError
from voxnym.voices.files import read_model, write_model
from voxnym.voices.mix import (
    AROUND_MEAN,
    EXTRAPOLATED,
    INTERPOLATED,
    REAL_PERSON,
    MixedVoices,
    MixSettings,
)
from voxnym.voices.model import Wish


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 9), st.floats(0, 3))
def test_weights_sum_to_one_and_go_beyond_by_the_factor(seed, people, factor):
    rng = np.random.default_rng
    plain = MixSettings(people).weights(rng(seed), 5, people)
    pushed = MixSettings(people, extrapolation=factor).weights(rng(seed), 5, people)
    assert np.all(plain > 0)
    for weights in (plain, pushed):
        assert weights.sum(axis=1) == pytest.approx(np.ones(5))
    # Every weight's distance from an equal share grows by the same factor.
    assert pushed - 1 / people == pytest.approx((plain - 1 / people) * (1 + factor), abs=1e-9)


def test_a_voice_is_the_sum_that_the_weights_say():
    model = MixedVoices.fit(interleaved(12), INTERPOLATED)
    for vector in draws(model, 20, Wish("f")):
        people = np.flatnonzero(vector)
        assert len(people) == 4
        assert set(people % 2) == {0}
        assert vector.sum() == pytest.approx(1.0)
        assert vector.min() >= 0
    signs = draws(MixedVoices.fit(interleaved(12), EXTRAPOLATED), 40, Wish("f"))
    assert signs.sum(axis=1) == pytest.approx(np.ones(40))
    assert signs.min() < 0


def test_around_the_mean_keeps_mean_and_covariance():
    pool = gaussian(60, 4)
    women = pool.of_gender("f").vectors
    model = MixedVoices.fit(pool, dataclasses.replace(AROUND_MEAN, norm="kept"))
    out = draws(model, 2500, Wish("f"))
    assert out.mean(axis=0) == pytest.approx(women.mean(axis=0), abs=0.15)
    spread = np.cov(women.T, bias=True)
    assert np.cov(out.T) == pytest.approx(spread, abs=0.1 * spread.max())


def test_interpolation_collapses_more_than_extrapolation():
    pool = gaussian(200, 6)
    inner, outer = (
        draws(MixedVoices.fit(pool, s), 200, Wish("f")).std(axis=0).sum()
        for s in (INTERPOLATED, EXTRAPOLATED)
    )
    assert inner < 0.75 * outer


def test_one_person_is_a_real_one_drawn_evenly_and_marked():
    model = MixedVoices.fit(interleaved(10), REAL_PERSON)
    out = draws(model, 1000, Wish("m"))
    assert set(np.unique(out)) == {0.0, 1.0}
    counts = out.sum(axis=0)[1::2]
    assert counts.sum() == 1000
    assert chisquare(counts).pvalue > 1e-3
    assert model.facts()["draws_for_release"] is False
    assert MixedVoices.fit(interleaved(10)).facts()["draws_for_release"] is True
    assert model.facts()["for_release"] is False


@pytest.mark.parametrize("how", [INTERPOLATED, AROUND_MEAN, REAL_PERSON])
def test_the_first_number_decides_where_on_the_main_axis(how):
    model = MixedVoices.fit(gaussian(150, 6), how)
    places = draws(model, 150, Wish("m")) @ model.people.axis("m")
    assert spearmanr(places, first_numbers(150))[0] > 0.8


def test_files_round_trip(tmp_path):
    model = MixedVoices.fit(unit(30, 5), AROUND_MEAN)
    back = read_model(write_model(tmp_path / "mix.json", model), "toy")
    assert np.array_equal(draws(back, 5, Wish("f")), draws(model, 5, Wish("f")))
    assert np.linalg.norm(draws(back, 5, Wish("f")), axis=1) == pytest.approx(np.ones(5))
    assert back.facts() == model.facts()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"people": 0}, "people"),
        ({"law": "even"}, "law"),
        ({"norm": "unit"}, "norm"),
        ({"extrapolation": -1.0}, "extrapolation"),
    ],
)
def test_wrong_settings_are_refused(wrong, words):
    with pytest.raises(InputError, match=words):
        MixSettings(**wrong)
