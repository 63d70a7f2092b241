import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from scenes import ToyEmbedder, crowd, mixed_up, rate

from voxnym.errors import InputError
from voxnym.evaluation.attackers.cepstra import log_mel
from voxnym.evaluation.attackers.estimator import fit_estimator
from voxnym.evaluation.attackers.inversion import Sides, Undoer, Way, scores_of, ways_of
from voxnym.evaluation.attackers.inversion_mcadams import McadamsInversion, moved_by
from voxnym.evaluation.attackers.inversion_world import (
    NEUTRAL_HZ,
    WorldInversion,
    neutral,
    warped_by,
)
from voxnym.evaluation.attackers.pretrained import LazyInformed
from voxnym.evaluation.subjects import PresetSubject, Untouched
from voxnym.evaluation.takes import TRIAL, Take, key_of, who_of
from voxnym.preset import read_preset
from voxnym.records import Audio, Survey, Utterance
from voxnym.stages.content_warp import Warping
from voxnym.testing import ToySpeaker, toy_speech

TOY = ToyEmbedder()
UTTERANCE = Utterance("u", "u", speaker="s")
STEADY = {"content_mcadams.band_spread": 0.0, "content_mcadams.time_spread": 0.0}


def mcadams(**settings):
    given = {f"content_mcadams.{name}": value for name, value in settings.items()}
    return PresetSubject(read_preset("mcadams", {**STEADY, **given}))


def mean_mel(audio):
    mel = log_mel(audio.samples[0])[:, :22]
    mel = mel[mel.max(axis=1) >= np.median(mel.max(axis=1))].mean(axis=0)
    return mel - mel.mean()


def distance(a, b):
    return float(np.sqrt(np.mean((mean_mel(a) - mean_mel(b)) ** 2)))


@pytest.fixture(scope="module")
def speech():
    return toy_speech(ToySpeaker(130, 1.1), seconds=2.0, seed=4)


def test_drawn_is_what_the_stage_draws() -> None:
    subject = PresetSubject(read_preset("mcadams"))
    moved = moved_by(subject)
    take = Take("train", 1)
    found = moved.drawn(UTTERANCE, take, "utterance", 7)
    key, who = key_of(7, take, "utterance"), who_of(UTTERANCE, "utterance")
    rng = key.generator("stage/content_mcadams", who)
    transform = moved.stage.start(rng, Survey())
    expected = np.clip(transform._coefficient + transform._bands, 0.5, 0.9)
    assert np.allclose(found, expected)
    assert np.ptp(found) > 0
    assert not np.allclose(found, moved.drawn(UTTERANCE, TRIAL, "utterance", 7))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_undone_is_nearer_to_the_original(speech, seed) -> None:
    subject = mcadams(high=0.8)
    moved = moved_by(subject)
    key, who = key_of(seed, TRIAL, "utterance"), who_of(UTTERANCE, "utterance")
    hidden = subject(speech, UTTERANCE, who, key)
    right = moved.drawn(UTTERANCE, TRIAL, "utterance", seed)
    before, after = distance(hidden, speech), distance(moved.undone(hidden, right), speech)
    assert after < 0.6 * before
    wrong = moved.candidates(2)[int(right[0] < 0.65)]
    assert after < distance(moved.undone(hidden, wrong), speech)


def test_a_coefficient_that_stands_in_the_preset_is_known() -> None:
    moved = moved_by(mcadams(coefficient=0.7))
    assert moved.known.tolist() == [0.7] * 5
    assert moved_by(mcadams()).known is None
    assert moved_by(mcadams()).candidates(3)[:, 0].tolist() == [0.5, 0.7, 0.9]


def test_map_follows_the_knee() -> None:
    for settings in ({"coefficient": 0.7}, {"coefficient": 0.7, "knee_share": 0.5}):
        moved = moved_by(mcadams(**settings))
        table = moved.table(moved.known)
        reference = 2 * np.pi * moved.stage.reference_hz / 16000
        transform = moved.stage.start(np.random.default_rng(0), Survey())
        expected = transform._mapped(table.old, np.full(table.old.size, 0.7), reference)
        assert np.allclose(table.new, expected)


def test_estimator_finds_a_linear_relation() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((400, 6)) * [1, 5, 1, 1, 1, 0]
    truth = rows[:, :2] @ [[1.0, 0], [0.2, 3]] + 4
    estimator = fit_estimator(rows, truth)
    error = np.sqrt(np.mean((estimator(rows) - truth) ** 2, axis=0))
    assert (error < 0.05 * truth.std(axis=0)).all()


def test_ways() -> None:
    assert Way("score", "undone") not in ways_of(("score",))
    assert len(ways_of(("regression", "typical", "score"))) == 7


def test_inversions_say_where_they_apply(tmp_path) -> None:
    world = PresetSubject(read_preset("world"))
    one, other = McadamsInversion(TOY), WorldInversion(TOY)
    assert one.applies(mcadams())
    assert not one.applies(world)
    assert not one.applies(Untouched())
    assert not one.applies(PresetSubject(read_preset("mcadams"), is_copy=True))
    assert other.applies(world)
    assert not other.applies(mcadams())
    assert not other.applies(PresetSubject(read_preset("world"), is_copy=True))
    scene = crowd(tmp_path, more=4)
    for attacker in (one, other):
        assert attacker.knowledge == "informed"
        with pytest.raises(InputError, match="knows no other"):
            attacker(scene)


@pytest.fixture(scope="module")
def hidden(tmp_path_factory):
    return crowd(tmp_path_factory.mktemp("hidden"), mcadams())


def test_inversion_finds_people_that_a_lazy_attacker_does_not(hidden) -> None:
    lazy = rate(LazyInformed(TOY)(hidden).scores, hidden)
    verdict = McadamsInversion(TOY, searches=("regression",), draws=1)(hidden)
    assert rate(verdict.scores, hidden) < min(0.25, lazy - 0.05)
    assert "regression" in verdict.notes[0]
    assert np.isfinite(verdict.vectors.trial).all()


@pytest.mark.slow
def test_all_searches_and_the_adapted_form_run(hidden) -> None:
    chosen = McadamsInversion(TOY, draws=1, grid=3)(hidden)
    assert rate(chosen.scores, hidden) < 0.35
    adapted = McadamsInversion(TOY, is_adapted=True, draws=1)(hidden)
    assert adapted.training.validation_accuracy > adapted.training.chance
    assert adapted.scores.shape == chosen.scores.shape


def test_inversion_finds_nobody_in_a_mixed_up_scene(hidden) -> None:
    mixed = mixed_up(hidden)
    scores = McadamsInversion(TOY, searches=("regression",), draws=1)(mixed).scores
    assert 0.25 < rate(scores, mixed) < 0.75


@dataclass(frozen=True)
class Louder:
    """An inverse whose parameter is a gain, of which only 0.5 sounds like anybody."""

    id: str = "louder"
    known: None = None

    def candidates(self, count):
        return np.array([[0.25], [0.5], [1.0]])

    def undone(self, audio, parameters):
        return Audio(audio.samples * np.float32(parameters[0]), audio.rate)


@dataclass(frozen=True)
class Level:
    id: str = "level"
    dims: int = 2

    def __call__(self, audio):
        angle = 50 * float(np.sqrt(np.mean(audio.samples**2)))
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


def test_typical_search_takes_the_voice_most_like_others(hidden) -> None:
    ids = hidden.trials.utterances[:3]
    levels = hidden.table("rms", lambda a: np.array([np.sqrt(np.mean(a.samples**2))]), ids, TRIAL)
    angle = 50 * 0.5 * float(levels.mean())
    others = np.array([[np.cos(angle), np.sin(angle)]])
    undoer = Undoer(hidden, Louder(), Level(), None, others, 3)
    every = undoer.undone(ids, TRIAL, "score")
    assert every.shape == (3, 3, 2)
    assert np.allclose(undoer.undone(ids, TRIAL, "typical")[:, 0], every[:, 1])
    sides = Sides(ids[:1], np.array([0]), ids, (TRIAL, TRIAL))
    scores, vectors = scores_of(undoer, sides, Way("score", "original"))
    assert vectors is None
    clear = undoer.original(ids[:1])[0]
    assert np.allclose(scores[0], (every @ clear).max(axis=1), atol=1e-6)


def test_warp_and_its_inverse_cancel(speech) -> None:
    warped = warped_by(PresetSubject(read_preset("world")))
    run = warped.codec.start(Survey())
    content = run.analyze(speech.samples[0], True)
    for factor in (0.85, 1.18):
        there = Warping(factor, warped.warp.knee_share)(content, True)
        back = Warping(1 / factor, warped.warp.knee_share)(there, True)
        assert np.abs(back.content - content.content).mean() < 0.1
        assert np.abs(there.content - content.content).mean() > 0.2


def test_world_undone_is_nearer_to_the_original(speech) -> None:
    subject = PresetSubject(read_preset("world"))
    warped = warped_by(subject)
    key, who = key_of(5, TRIAL, "utterance"), who_of(UTTERANCE, "utterance")
    hidden = subject(speech, UTTERANCE, who, key)
    right = warped.drawn(UTTERANCE, TRIAL, "utterance", 5)
    assert abs(right[0]) >= 0.113
    assert -5 <= right[1] <= 5
    clear = distance(warped.undone(speech, np.zeros(2)), speech)
    assert distance(warped.undone(hidden, right), speech) < 0.7 * distance(hidden, speech)
    assert clear < distance(hidden, speech)


def test_neutral_pitch() -> None:
    warped = warped_by(PresetSubject(read_preset("world")))
    pitch = np.array([0.0, 200, 220, 240, 0])
    found = neutral(pitch, warped.codec)
    assert found[2] == pytest.approx(NEUTRAL_HZ)
    assert found[3] / found[1] == pytest.approx(1.2)
    assert found[0] == found[4] == 0
    assert neutral(np.zeros(3), warped.codec).tolist() == [0, 0, 0]
