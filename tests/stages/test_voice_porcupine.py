import numpy as np
import pytest

from voxnym.errors import InputError, PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.voice_porcupine import VoicePorcupine
from voxnym.testing import check_stage, run_stage
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import CurveCells
from voxnym.voices.files import write_model
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Wish
from voxnym.voices.porcupine import CurveVoices


def line_of_cells(height):
    curve = Curve(np.array([[0.0, height], [4.0, height]]))
    middles = np.stack([np.arange(4) + 0.5, np.full(4, height)], axis=1)
    return CurveCells(curve, np.arange(1, 4) / 4 + 0j, middles)


@pytest.fixture
def joint(tmp_path):
    model = CurveVoices("toy", {"unknown": line_of_cells(0.0)})
    return str(write_model(tmp_path / "joint.json", model))


@pytest.fixture
def separate(tmp_path):
    cells = {"f": line_of_cells(1.0), "m": line_of_cells(-1.0)}
    model = CurveVoices("toy", cells, GenderLine(np.array([0.0, 1.0])))
    return str(write_model(tmp_path / "separate.json", model))


def speech():
    return Speech("codes", np.zeros((9, 3)), 50.0, 16_000, voice=np.array([1.0, 1.0]))


def given(stage, voice=None, seed=0):
    return run_stage(stage, speech(), seed=seed, survey=Survey(voice=voice)).voice.tolist()


def test_promises_of_a_stage(joint):
    check_stage(VoicePorcupine(joint), speech())


def test_it_draws_from_the_model(joint):
    stage = VoicePorcupine(joint)
    for seed in range(10):
        wanted = stage.voices.draw(np.random.default_rng(seed), Wish()).vector
        assert given(stage, seed=seed) == wanted.tolist()
    assert len({tuple(given(stage, seed=seed)) for seed in range(40)}) == 4


def test_published_use_keeps_all_bits(joint):
    stage = VoicePorcupine(joint, bits=2)
    assert stage.needs == {"voice"}
    for seed in range(5):
        assert given(stage, (2.2, 5.0), seed) == [2.5, 0.0]
        assert given(stage, (9.0, 5.0), seed) == [3.5, 0.0]


def test_nothing_is_needed_where_nothing_is_kept(joint, separate):
    assert VoicePorcupine(joint).needs == frozenset()
    assert VoicePorcupine(separate, gender="f").needs == frozenset()
    assert VoicePorcupine(separate, gender="cross").needs == {"voice"}
    stage = VoicePorcupine(joint)
    assert given(stage, (0.0, 0.0)) == given(stage, (4.0, 0.0)) == given(stage)


def test_an_unknown_voice_cannot_keep_bits(joint):
    with pytest.raises(InputError, match="keep 0 bits"):
        given(VoicePorcupine(joint, bits=1))
    with pytest.raises(InputError, match="3 numbers"):
        given(VoicePorcupine(joint, bits=1), (1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("gender", "voice", "height"),
    [
        ("f", None, 1.0),
        ("m", None, -1.0),
        ("same", (1.0, 3.0), 1.0),
        ("same", (1.0, -3.0), -1.0),
        ("cross", (1.0, 3.0), -1.0),
        ("cross", (1.0, -3.0), 1.0),
    ],
)
def test_genders(separate, gender, voice, height):
    stage = VoicePorcupine(separate, gender=gender)
    assert {given(stage, voice, seed)[1] for seed in range(10)} == {height}


def test_any_gender_is_either(separate):
    stage = VoicePorcupine(separate)
    assert {given(stage, (1.0, 3.0), seed)[1] for seed in range(20)} == {1.0, -1.0}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"bits": 3}, "model's 2 bits"),
        ({"bits": -1}, "model's 2 bits"),
        ({"gender": "f"}, "knows of genders none"),
        ({"gender": "x"}, "any, same, cross, f or m"),
    ],
)
def test_refused_settings(joint, settings, told):
    with pytest.raises(PresetError, match=told):
        VoicePorcupine(joint, **settings)


def test_no_such_model(tmp_path):
    with pytest.raises(PresetError, match=r"none\.json"):
        VoicePorcupine(str(tmp_path / "none.json"))
