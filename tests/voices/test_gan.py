from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import spearmanr
from toy_gan import DIMS, FREE, LATENT, toy
from toy_pools import draws, first_numbers

from voxnym.errors import InputError
from voxnym.voices.files import read_model, write_model
from voxnym.voices.gan import NEW_EACH_TIME, STOCKED, GanDrawing
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Wish


def test_voices_have_the_gender_wished_for_and_the_first_number_orders_them():
    model = toy(FREE)
    women, men = (draws(model, 60, Wish(gender)) for gender in ("f", "m"))
    assert women[:, 0].min() > 0 > men[:, 0].max()
    assert spearmanr(women[:, 1], first_numbers(60))[0] > 0.9


def test_a_voice_keeps_its_distance_from_the_source():
    source = np.ones(DIMS)
    for drawing in (dataclasses.replace(FREE, distance=0.8), dataclasses.replace(
        STOCKED, distance=0.8, stock=300
    )):  # fmt: skip
        model = toy(drawing)
        for seed in range(30):
            told = model.draw(np.random.default_rng(seed), Wish("f", source))
            cosine = told.vector @ source / np.linalg.norm(told.vector) / np.sqrt(DIMS)
            assert not told.unmet
            assert 1 - cosine > 0.8
            assert told.tries >= drawing.tries


def test_what_cannot_be_kept_is_told_with_the_farthest():
    # Defect of the original: the last try was used, and nobody was told.
    model = toy(dataclasses.replace(FREE, distance=1.9999, tries=20))
    source = np.arange(1.0, 7)
    told = model.draw(np.random.default_rng(0), Wish("unknown", source))
    assert "none of 20 voices has a cosine distance above 1.9999" in told.unmet
    assert told.tries == 20
    rng = np.random.default_rng(0)
    rng.random()
    tried = model.voices(rng.standard_normal((20, LATENT)))
    cosines = tried @ source / np.linalg.norm(tried, axis=1)
    assert told.vector == pytest.approx(tried[cosines.argmin()])


def test_a_stock_is_the_same_for_everybody_and_new_voices_are_not():
    stocked = toy(dataclasses.replace(FREE, stock=40))
    stock = stocked.voices(np.random.default_rng(0).standard_normal((40, LATENT)))
    for vector in draws(stocked, 20, Wish()):
        assert np.abs(stock - vector).sum(axis=1).min() < 1e-9
    fresh = draws(toy(FREE), 20, Wish())
    assert np.abs(stock[None] - fresh[:, None]).sum(axis=2).min() > 1e-6


def test_voices_are_as_long_as_people():
    model = toy(dataclasses.replace(FREE, norm="pool"))
    assert np.linalg.norm(draws(model, 10, Wish()), axis=1) == pytest.approx(np.full(10, 2.0))


@pytest.mark.parametrize("drawing", [FREE, STOCKED])
def test_files_round_trip(tmp_path, drawing):
    model = toy(dataclasses.replace(drawing, stock=drawing.stock and 100))
    back = read_model(write_model(tmp_path / "gan.json", model), "toy")
    wish = Wish("m", np.ones(DIMS))
    assert np.array_equal(draws(back, 4, wish), draws(model, 4, wish))
    assert back.facts() == model.facts()
    assert back.genders == {"f", "m"}


def test_what_cannot_be_done_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="needs the voice of the person"):
        toy(NEW_EACH_TIME).draw(rng, Wish())
    model = toy(FREE)
    nobody = dataclasses.replace(model, axes={"unknown": np.eye(DIMS)[0]})
    with pytest.raises(InputError, match="does not know it"):
        nobody.draw(rng, Wish("f"))
    only_men = dataclasses.replace(model, line=GenderLine(np.zeros(DIMS), -1.0))
    with pytest.raises(InputError, match="0 of 1024 voices"):
        only_men.draw(rng, Wish("f"))
    short = dataclasses.replace(only_men, drawing=dataclasses.replace(FREE, stock=50))
    with pytest.raises(InputError, match="0 in stock; expected 32"):
        short.draw(rng, Wish("f"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"distance": 2.0}, "distance"),
        ({"tries": 0}, "tries"),
        ({"stock": 5}, "stock"),
        ({"norm": "unit"}, "norm"),
    ],
)
def test_wrong_drawings_are_refused(wrong, words):
    with pytest.raises(InputError, match=words):
        GanDrawing(**wrong)
