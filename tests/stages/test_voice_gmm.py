from pathlib import Path

import numpy as np
import pytest

from voxnym.errors import InputError, PresetError
from voxnym.records import Speech, Survey
from voxnym.stages.voice_gmm import VoiceGmm
from voxnym.testing import check_stage, run_stage
from voxnym.voices.files import write_model
from voxnym.voices.gmm_fit import fit_gmm
from voxnym.voices.gmm_settings import GmmSettings
from voxnym.voices.mean import MeanVoice
from voxnym.voices.model import Wish
from voxnym.voices.pool import Pool

DIMS = 6


def people(apart: float = 6.0) -> Pool:
    rng = np.random.default_rng(0)
    genders = tuple("fm"[i % 2] for i in range(80))
    vectors = 5 + rng.standard_normal((80, DIMS))
    vectors[:, -1] += np.where(np.array(genders) == "f", apart, -apart) / 2
    return Pool(vectors, tuple(f"p{i}" for i in range(80)), genders, "toy")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    model = fit_gmm(people(), GmmSettings(3, 1, margins="gender"))
    return str(write_model(tmp_path_factory.mktemp("voices") / "gmm.json", model))


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> str:
    model = fit_gmm(people(), GmmSettings(3, 1, by_gender=False))
    return str(write_model(tmp_path_factory.mktemp("voices") / "one.json", model))


def speech() -> Speech:
    return Speech("codes", np.zeros((9, 3)), 50.0, 16_000, voice=np.ones(DIMS))


def voice(stage: VoiceGmm, source: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    survey = Survey(voice=None if source is None else tuple(source.tolist()))
    found = run_stage(stage, speech(), seed=seed, survey=survey).voice
    assert found is not None
    return found


def test_promises_of_a_stage(path: str) -> None:
    check_stage(VoiceGmm(path), speech())


def test_it_draws_from_the_model_by_key(path: str) -> None:
    stage = VoiceGmm(path)
    for seed in range(4):
        wanted = stage.voices.draw(np.random.default_rng(seed), Wish()).vector
        assert np.array_equal(voice(stage, seed=seed), wanted)
    assert stage.needs == frozenset()


@pytest.mark.parametrize(("gender", "sign"), [("f", 1), ("m", -1)])
def test_a_gender_is_had(path: str, gender: str, sign: int) -> None:
    stage = VoiceGmm(path, gender=gender)
    assert all(sign * (voice(stage, seed=seed)[-1] - 5) > 0 for seed in range(8))


def test_same_and_cross_follow_a_guess_and_any_does_not(path: str) -> None:
    woman, man = np.full(DIMS, 5.0), np.full(DIMS, 5.0)
    woman[-1], man[-1] = 8.0, 2.0
    for source, sign in ((woman, 1), (man, -1)):
        same = [voice(VoiceGmm(path, gender="same"), source, seed)[-1] - 5 for seed in range(6)]
        cross = [voice(VoiceGmm(path, gender="cross"), source, seed)[-1] - 5 for seed in range(6)]
        assert (np.array(same) * sign > 0).all()
        assert (np.array(cross) * sign < 0).all()
    found = [voice(VoiceGmm(path), woman, seed)[-1] > 5 for seed in range(20)]
    assert {True, False} == set(found)
    assert VoiceGmm(path, gender="same").needs == {"voice"}
    # Where the voice is not known, any gender will do.
    assert np.array_equal(voice(VoiceGmm(path, gender="same")), voice(VoiceGmm(path)))


def test_a_likeness_is_kept(path: str) -> None:
    stage = VoiceGmm(path, likeness=0.2)
    assert stage.needs == {"voice"}
    model = stage.voices.model
    source = people().vectors[0]
    for seed in range(10):
        made = voice(stage, source, seed)
        gender = "f" if made[-1] > 5 else "m"
        one, two = made - model.centre(gender), source - model.centre(gender)
        assert one @ two / np.linalg.norm(one) / np.linalg.norm(two) <= 0.2
    raw = VoiceGmm(path, likeness=0.5, raw=True, tries=4)
    with pytest.raises(
        InputError, match=r"no pseudo-voice was found in 4 draws: cosine 0\.\d+ to the source"
    ):
        voice(raw, source)


def test_what_is_missing_or_wrong_is_told(path: str) -> None:
    with pytest.raises(InputError, match="needs that person's voice"):
        voice(VoiceGmm(path, likeness=0.2))
    with pytest.raises(InputError, match="a voice of 3 numbers"):
        voice(VoiceGmm(path, gender="same"), np.ones(3))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"gender": "x"}, "any, same, cross, f or m"),
        ({"likeness": 3.0}, "source=3.0"),
        ({"tries": 0}, "tries=0"),
    ],
)
def test_presets_that_are_wrong(path: str, changed: dict[str, object], words: str) -> None:
    with pytest.raises(PresetError, match=words):
        VoiceGmm(path, **changed)


def test_models_that_will_not_do(together: str, tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="knows of genders none"):
        VoiceGmm(together, gender="f")
    assert voice(VoiceGmm(together)).shape == (DIMS,)
    with pytest.raises(PresetError, match=r"voice_gmm\.model"):
        VoiceGmm(str(tmp_path / "nothing.json"))
    other = write_model(tmp_path / "mean.json", MeanVoice.fit(people()))
    with pytest.raises(PresetError, match="kind 'mean'"):
        VoiceGmm(str(other))
