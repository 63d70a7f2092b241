import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, spearmanr
from toy_pools import draws, first_numbers, gaussian, unit

from voxnym.errors import InputError
from voxnym.voices.files import read_model, write_model
from voxnym.voices.gmm import GmmVoices
from voxnym.voices.gmm_fit import fit_gmm
from voxnym.voices.gmm_settings import DEFAULT, PUBLISHED, GmmSettings
from voxnym.voices.model import Wish

SMALL = dataclasses.replace(DEFAULT, components=3, mixtures=1)
CASES = {
    "ours": SMALL,
    "published": dataclasses.replace(PUBLISHED, components=3),
    "two parts, apart": dataclasses.replace(
        SMALL, mixtures=2, covariance="full", margins="gender", shares_covariance=False
    ),
    "tied": dataclasses.replace(SMALL, mixtures=2, covariance="tied", beyond="even"),
    "everybody": dataclasses.replace(SMALL, by_gender=False),
}


@pytest.fixture(scope="module")
def model() -> GmmVoices:
    return fit_gmm(unit(80), SMALL)


def test_a_draw_depends_on_the_generator_alone(model: GmmVoices) -> None:
    one = model.draw(np.random.default_rng(5), Wish("f")).vector
    model.draw(np.random.default_rng(6), Wish("m"))
    assert np.array_equal(one, model.draw(np.random.default_rng(5), Wish("f")).vector)
    assert one.shape == (model.dims,)
    source = np.ones(model.dims)
    assert np.array_equal(one, model.draw(np.random.default_rng(5), Wish("f", source)).vector)


@pytest.mark.parametrize("parts", [1, 2])
def test_the_first_number_decides_the_place_on_the_main_axis(parts: int) -> None:
    pool = gaussian(200, dims=4, apart=0.0)
    told = dataclasses.replace(SMALL, components=2, mixtures=parts, norm="kept", margins="none")
    model = fit_gmm(pool, told)
    first = first_numbers(300)
    axis = model.of["f"].cloud.axes[0]
    places = (draws(model, 300, Wish("f")) - model.of["f"].mean) @ axis
    assert spearmanr(first, places).statistic > 0.999


def test_the_main_axis_leads_to_the_other_gender() -> None:
    model = fit_gmm(gaussian(80), dataclasses.replace(SMALL, margins="none", norm="kept"))
    towards = model.of["m"].mean - model.of["f"].mean
    assert model.of["f"].cloud.axes[0] @ towards > 0


def test_any_gender_is_women_first_then_men_evenly(model: GmmVoices) -> None:
    rng = np.random.default_rng(0)
    found = [model.draw_at(first, rng, Wish()).gender for first in (0.0, 0.499, 0.5, 0.999999)]
    assert found == ["f", "f", "m", "m"]
    one = model.draw_at(0.25, np.random.default_rng(1), Wish()).vector
    two = model.draw_at(0.5, np.random.default_rng(1), Wish("f")).vector
    assert np.array_equal(one, two)


def test_first_numbers_drawn_evenly_make_an_even_law(model: GmmVoices) -> None:
    """Along the first axis, made scores have the law of the cloud."""
    cloud = model.of["f"].cloud
    rng = np.random.default_rng(2)
    made = np.array([cloud.draw(float(rng.random()), rng) for _ in range(600)]) @ cloud.axes[0]
    spread = cloud.mixture.factors[0, 0, 0]
    assert kstest((made - cloud.mixture.means[0, 0]) / spread, "norm").pvalue > 0.01


@pytest.mark.parametrize("name", CASES)
def test_a_file_holds_all_of_it(tmp_path: Path, name: str) -> None:
    model = fit_gmm(gaussian(80), CASES[name])
    card = write_model(tmp_path / "voices.json", model)
    back = read_model(card, embedder="toy")
    assert isinstance(back, GmmVoices)
    assert back.facts() == model.facts()
    assert back.genders == model.genders
    wishes = [Wish(), *(Wish(gender) for gender in sorted(model.genders))]
    for wish in wishes:
        assert np.array_equal(draws(back, 4, wish), draws(model, 4, wish))
    again = write_model(tmp_path / "again.json", back)
    assert again.read_bytes() == card.read_bytes()


def test_no_row_of_the_file_is_a_person(tmp_path: Path) -> None:
    pool = unit(80)
    for array in fit_gmm(pool, SMALL).arrays().values():
        if array.ndim == 2 and array.shape[1] == pool.dims:
            rows = array / np.linalg.norm(array, axis=1, keepdims=True)
            assert not np.isclose(rows @ pool.vectors.T, 1, atol=1e-6).any()


def test_a_gender_that_is_not_there_is_refused(model: GmmVoices) -> None:
    joint = fit_gmm(unit(80), CASES["everybody"])
    with pytest.raises(InputError, match="gender 'f': the model was not fitted to it"):
        joint.draw(np.random.default_rng(0), Wish("f"))
    with pytest.raises(InputError, match="gender 'unknown'"):
        model.centre("unknown")


def test_the_centre_is_the_mean_of_real_people(model: GmmVoices) -> None:
    pool = unit(80)
    np.testing.assert_allclose(
        model.centre("m"), pool.of_gender("m").vectors.mean(axis=0), atol=1e-12
    )


@pytest.mark.parametrize(
    ("gone", "words"),
    [("varied", "varied is missing"), ("all.axes", "all.axes"), ("all.quantiles", "quantiles")],
)
def test_missing_arrays_are_named(model: GmmVoices, gone: str, words: str) -> None:
    parts = dict(model.arrays())
    del parts[gone]
    with pytest.raises(InputError, match=words):
        GmmVoices.from_parts("toy", parts, model.facts())


@pytest.mark.parametrize("name", ["all.axes", "all.factors", "f.mean", "norms", "gender_line"])
def test_arrays_of_another_size_are_refused(model: GmmVoices, name: str) -> None:
    parts = dict(model.arrays())
    parts[name] = parts[name][..., :-1]
    with pytest.raises(InputError):
        GmmVoices.from_parts("toy", parts, model.facts())


def test_settings_that_are_unknown_or_wrong_are_refused(model: GmmVoices) -> None:
    facts = json.loads(json.dumps(model.facts()))
    facts["settings"]["colour"] = 1
    with pytest.raises(InputError, match="colour"):
        GmmVoices.from_parts("toy", model.arrays(), facts)
    del facts["settings"]["colour"]
    facts["settings"]["by_gender"] = "yes"
    with pytest.raises(InputError, match="by_gender='yes'"):
        GmmVoices.from_parts("toy", model.arrays(), facts)
    facts["settings"] = dataclasses.asdict(GmmSettings())
    assert GmmVoices.from_parts("toy", model.arrays(), facts).settings == GmmSettings()


def test_arrays_without_anybody_are_refused(model: GmmVoices) -> None:
    parts = {name: each for name, each in model.arrays().items() if not name.endswith(".mean")}
    with pytest.raises(InputError, match="no gender"):
        GmmVoices.from_parts("toy", parts, model.facts())
