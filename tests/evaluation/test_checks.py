import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from toy_scene import Gain, toy_scene

from voxnym.evaluation import checks
from voxnym.evaluation.attackers.attack import Training
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.results import Attack, Figure
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.subjects import AnonymizerSubject, FolderSubject
from voxnym.keys import Key
from voxnym.records import Audio, Who

GAIN = AnonymizerSubject("gain", Gain, "1")


@dataclass(frozen=True)
class Loudness:
    """An embedder that hears nothing but the level."""

    id: str = "loudness"
    dims: int = 2

    def __call__(self, audio: Audio) -> np.ndarray:
        level = float(audio.samples.std())
        return np.array([level, 1 - level], np.float32)


class Counting:
    """An Anonymizer that remembers its neighbours: each call is louder than the one before."""

    calls = 0

    def __init__(self, key: Key) -> None:
        pass

    def __call__(self, audio: Audio, who: Who) -> Audio:
        Counting.calls += 1
        return Audio(audio.samples * np.float32(0.1 + 0.01 * Counting.calls), audio.rate)


class Sided:
    """An Anonymizer whose keys are given away by the level: louder on one side."""

    def __init__(self, key: Key) -> None:
        from voxnym.evaluation.takes import ENROL, key_of

        self.gain = 0.5 if key == key_of(1, ENROL, "utterance") else 0.2

    def __call__(self, audio: Audio, who: Who) -> Audio:
        half = audio.length // 2
        gains = np.ones(audio.length, np.float32)
        # Inside the utterance, where levelling does not take it away.
        gains[:half] = self.gain
        return Audio(audio.samples * gains, audio.rate)


def attack(eer: float, low: float, high: float, **more: object) -> Attack:
    figure = Figure(eer, low, high)
    facts: dict = {
        "attacker": "net",
        "hears": "voice",
        "knowledge": "semi-informed",
        "rule": "utterance",
        "trials": "toy",
    }
    return Attack(**(facts | {"eer": figure} | more))


def test_attackers_that_fail_on_originals_are_unfit() -> None:
    good, bad = (
        attack(3, 1, 5, knowledge="unprotected"),
        attack(20, 15, 25, knowledge="unprotected"),
    )
    assert [each.passed for each in checks.on_originals((good, bad))] == [True, False]


def test_doing_nothing_changes_nothing(tmp_path: Path) -> None:
    assert checks.identity(toy_scene(tmp_path, GAIN), Loudness()).passed


def test_a_codec_alone_is_compared_with_originals(tmp_path: Path) -> None:
    from voxnym.evaluation.subjects import PresetSubject
    from voxnym.preset import read_preset

    scene = toy_scene(tmp_path, PresetSubject(read_preset("mcadams")))
    found = checks.copy_synthesis(scene, Loudness())
    assert found.passed is not None
    assert "originals" in found.found
    assert checks.copy_synthesis(toy_scene(tmp_path, GAIN), Loudness()).passed is None


def test_repeatable_systems_pass_and_batch_effects_do_not(tmp_path: Path) -> None:
    order, sides = checks.repeatable(toy_scene(tmp_path, GAIN))
    assert order.passed
    assert sides.passed
    order, _ = checks.repeatable(toy_scene(tmp_path, AnonymizerSubject("counts", Counting, "1")))
    assert order.passed is False


def test_one_voice_for_all_must_be_equal_on_both_sides(tmp_path: Path) -> None:
    _, sides = checks.repeatable(toy_scene(tmp_path, GAIN).under("one"))
    assert sides.passed
    assert sides.found.startswith("0 of")


def test_folders_cannot_be_asked_for_another_draw(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    files = {id: clip.path for id, clip in scene.clips.items()}
    folder = scene.of(FolderSubject("theirs", files))
    assert checks.repeatable(folder)[1].passed is None
    assert checks.same_process(folder, Loudness()).passed is None


def spread(audio: Audio) -> np.ndarray:
    half = audio.length // 2
    first, second = audio.samples[0, :half].std(), audio.samples[0, half:].std()
    return np.array([first, second], np.float64)


@dataclass(frozen=True)
class Halves(Loudness):
    """An embedder that compares the halves of an utterance."""

    id: str = "halves"

    def __call__(self, audio: Audio) -> np.ndarray:
        return spread(audio)


def test_sides_that_differ_as_processes_are_found(tmp_path: Path) -> None:
    assert checks.same_process(toy_scene(tmp_path, GAIN), Halves()).passed
    sided = toy_scene(tmp_path, AnonymizerSubject("sided", Sided, "1"))
    assert checks.same_process(sided, Halves()).passed is False


def test_labels_dealt_anew_leave_chance(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((len(scene.trials.speakers), len(scene.trials.utterances)))
    assert checks.permuted(attack(1, 0, 2), scores, scene).passed


@pytest.mark.parametrize(("known", "passed"), [(0.8, True), (0.02, False)])
def test_training_must_beat_guessing(known: float, passed: bool) -> None:
    made = Training(100, 500, 1.0, 2, 0, 10, 0.9, known, 0.01, 5.0)
    found = checks.training(attack(20, 15, 25, training=made))
    assert found is not None
    assert found.passed is passed
    assert checks.training(attack(20, 15, 25)) is None


@pytest.mark.parametrize(
    ("curve", "passed"),
    [(((0.25, 20.0), (0.5, 15.0), (1.0, 14.0)), True), (((0.5, 20.0), (1.0, 14.0)), False)],
)
def test_falling_curves_are_upper_bounds(curve: tuple, passed: bool) -> None:
    found = checks.learning_curve(attack(14, 10, 18, curve=curve))
    assert found is not None
    assert found.passed is passed


def test_cues_must_lie_at_chance() -> None:
    free = attack(48, 44, 53, hears="surroundings", knowledge="lazy-informed")
    told = attack(30, 25, 35, hears="surroundings", knowledge="lazy-informed")
    assert [each.passed for each in checks.cues((free, told))] == [True, False]


def test_knowing_the_gender_alone(tmp_path: Path) -> None:
    scene = toy_scene(tmp_path)
    rate = checks.gender_only(scene)
    # Nine of ten pairs across people; half of them share the gender.
    assert 15 < rate.value < 35
    strong = attack(5, 3, 8, mixed=Figure(5.0))
    weak = attack(45, 40, 50, mixed=Figure(45.0))
    assert checks.gender_cue(strong, rate).passed
    assert checks.gender_cue(weak, rate).passed is False
    assert checks.gender_cue(attack(5, 3, 8), rate).passed is None


def test_recordings_that_stand_twice_are_found(tmp_path: Path) -> None:
    scene: Scene = toy_scene(tmp_path)
    assert checks.overlap(scene).passed
    twin, other = scene.training[0], scene.trials.utterances[0]
    clips = dict(scene.clips) | {twin: Clip(scene.clips[other].path)}
    assert checks.overlap(replace(scene, clips=clips)).passed is False
