from __future__ import annotations

import numpy as np
import pytest
from toy_pools import gaussian

from voxnym.errors import InputError
from voxnym.records import Survey
from voxnym.voices.gender_choice import replacing, wish_for
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import PseudoVoice
from voxnym.voices.noise import NoiseVoices
from voxnym.voices.pool import Pool

POOL = gaussian(60, 4)
MODEL = NoiseVoices.fit(POOL)
WOMAN, MAN = (Survey(voice=(0.0, 0.0, 0.0, place)) for place in (3.0, -3.0))


@pytest.mark.parametrize(
    ("choice", "survey", "gender"),
    [
        ("any", WOMAN, "unknown"),
        ("f", MAN, "f"),
        ("m", Survey(), "m"),
        ("same", WOMAN, "f"),
        ("same", MAN, "m"),
        ("cross", WOMAN, "m"),
        ("cross", MAN, "f"),
        ("same", Survey(), "unknown"),
        ("cross", Survey(), "unknown"),
    ],
)
def test_choices(choice, survey, gender):
    wish = wish_for(choice, MODEL, survey)
    assert wish.gender == gender
    assert (wish.source is None) == (survey.voice is None)


def test_without_genders_in_the_pool_same_and_cross_are_any():
    model = NoiseVoices.fit(Pool(POOL.vectors, POOL.speakers, ("unknown",) * 60, "toy"))
    assert not model.gender_line.known
    for choice in ("same", "cross"):
        assert wish_for(choice, model, WOMAN).gender == "unknown"


def test_a_gender_that_the_model_cannot_draw_is_not_wished_for():
    women = NoiseVoices.fit(POOL.of_gender("f"))

    class Women:
        dims, genders, embedder = 4, women.genders, "toy"
        gender_line = GenderLine.fit(POOL)

    assert wish_for("cross", Women(), WOMAN).gender == "unknown"
    assert wish_for("same", Women(), WOMAN).gender == "f"


def test_a_voice_of_another_embedder_is_refused():
    with pytest.raises(
        InputError, match="a voice of 2 numbers; the model's embedder 'toy' makes 4"
    ):
        wish_for("any", MODEL, Survey(voice=(0.0, 1.0)))


def test_a_guard_that_could_not_be_kept_gives_no_voice():
    class Near:
        dims, genders, embedder, gender_line = 4, frozenset(), "toy", GenderLine.unknown()

        def draw(self, rng, wish):
            return PseudoVoice(np.zeros(4), "unknown", 20, "too near the source")

    with pytest.raises(InputError, match="in 20 draws: too near the source"):
        replacing("any", Near(), np.random.default_rng(0), Survey())
