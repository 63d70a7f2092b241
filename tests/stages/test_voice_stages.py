"""The stages that replace the voice, each with a model of its own kind."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "voices"))

from toy_gan import FREE, toy
from toy_pools import gaussian

from voxnym.errors import InputError, PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.voice_gan import VoiceGan
from voxnym.stages.voice_mean import VoiceMean
from voxnym.stages.voice_mix import VoiceMix
from voxnym.stages.voice_noise import VoiceNoise
from voxnym.stages.voice_pool import VoicePool
from voxnym.testing import check_stage, run_stage
from voxnym.voices.files import write_model
from voxnym.voices.mean import MeanVoice
from voxnym.voices.mix import MixedVoices
from voxnym.voices.model import Wish
from voxnym.voices.noise import NoiseVoices
from voxnym.voices.pool_choice import PoolVoices
from voxnym.voices.pool_settings import APART, PoolSettings

POOL = gaussian(60, 6)
MODELS = {
    VoicePool: PoolVoices.fit(POOL, APART),
    VoiceNoise: NoiseVoices.fit(POOL),
    VoiceMean: MeanVoice.fit(POOL),
    VoiceMix: MixedVoices.fit(POOL),
    VoiceGan: toy(FREE),
}
SPEECH = Speech("any", np.zeros((150, 2)), 100.0, 16000, voice=np.ones(6))
SOURCE = Survey(voice=(0.0, 0.0, 0.0, 0.0, 0.0, 3.0))


@pytest.fixture(params=list(MODELS), ids=lambda stage: stage.__name__)
def kind(request):
    return request.param


@pytest.fixture
def card(kind, tmp_path):
    return str(write_model(tmp_path / "model.json", MODELS[kind]))


def free(kind, card, **more):
    return kind(card, **more, **({"distance": None} if kind is VoiceGan else {}))


def test_promises(kind, card):
    check_stage(free(kind, card), SPEECH)


def test_every_frame_gets_the_voice_that_the_model_draws(kind, card):
    out = run_stage(free(kind, card, gender="f"), SPEECH, seed=4)
    told = MODELS[kind].draw(np.random.default_rng(4), Wish("f")).vector
    assert out.voice == pytest.approx(told)
    assert np.array_equal(out.content, SPEECH.content)


def test_the_persons_voice_is_needed_only_where_it_decides(kind, card):
    assert free(kind, card).needs == frozenset()
    assert free(kind, card, gender="cross").needs == {"voice"}
    crossed, men = (
        run_stage(free(kind, card, gender=choice), SPEECH, survey=SOURCE, seed=1).voice
        for choice in ("cross", "m")
    )
    line = MODELS[kind].gender_line
    told = line.guess(np.array(SOURCE.voice))
    expected = {"f": men, "m": None, "unknown": None}[told]
    assert expected is None or np.array_equal(crossed, expected)


def test_farthest_and_distances_need_the_source(tmp_path):
    pool = write_model(tmp_path / "a.json", PoolVoices.fit(POOL, PoolSettings(world=9, region=3)))
    gan = write_model(tmp_path / "b.json", MODELS[VoiceGan])
    for stage in (VoicePool(str(pool)), VoiceGan(str(gan))):
        assert stage.needs == {"voice"}
        with pytest.raises(InputError, match="needs the voice of the person"):
            run_stage(stage, SPEECH)
        assert run_stage(stage, SPEECH, survey=SOURCE).voice.shape == (6,)


def test_models_of_other_kinds_and_missing_ones_are_refused_at_once(kind, tmp_path):
    other = VoiceMean if kind is not VoiceMean else VoiceNoise
    card = str(write_model(tmp_path / "other.json", MODELS[other]))
    with pytest.raises(PresetError, match=f"voices of kind '{MODELS[other].kind}'; expected"):
        free(kind, card)
    with pytest.raises(PresetError, match=r"missing\.json"):
        free(kind, str(tmp_path / "missing.json"))
    with pytest.raises(PresetError, match="'nobody' is no path"):
        free(kind, "nobody")


def test_a_distance_that_no_voice_can_have_is_refused(tmp_path):
    card = str(write_model(tmp_path / "gan.json", MODELS[VoiceGan]))
    with pytest.raises(PresetError, match=r"voice_gan: distance=3\.0"):
        VoiceGan(card, distance=3.0)


def test_presets_build_them(kind, card):
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(kind)
    assert adapter.validate_python({"model": card, "gender": "cross"}) == kind(card, "cross")
    with pytest.raises(ValidationError):
        adapter.validate_python({"model": card, "gender": "x"})


def test_a_gender_that_is_none_is_refused(kind, card):
    with pytest.raises(PresetError, match="expected any, same, cross, f or m"):
        free(kind, card, gender="both")
