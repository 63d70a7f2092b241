# ruff: noqa: E402  (what follows needs PyTorch)
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="fine-tuning needs PyTorch (extra attack)")
sys.path.insert(0, str(Path(__file__).parents[1]))
from toy_scene import toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers import tuning
from voxnym.evaluation.attackers.ensemble import Ensemble
from voxnym.evaluation.attackers.finetuned import FineTuned, learning_curve
from voxnym.evaluation.subjects import FolderSubject
from voxnym.records import Audio
from voxnym.training.crops import Crops
from voxnym.training.finetune import Recipe

BANDS = 40


@dataclass(frozen=True)
class Tilted:
    """Differences the signal with a random weight: a pseudo-voice that hides little."""

    name: str = "tilted"
    is_fresh: bool = True

    @property
    def id(self):
        return f"tilted/{self.name}"

    def __call__(self, audio, utterance, who, key):
        weight = key.digest("tilt", self.name, who.scope, who.name)[0] / 255
        samples = audio.samples.copy()
        samples[:, 1:] -= np.float32(0.8 * weight) * audio.samples[:, :-1]
        return Audio(samples * np.float32(0.5), audio.rate)


class Small(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.last = torch.nn.Linear(2 * BANDS, 8)

    def forward(self, pieces):
        logs = torch.log(pieces + 1e-3)
        pooled = torch.cat([logs.mean(dim=1), logs.std(dim=1)], dim=1).float()
        pooled = pooled - pooled.mean(dim=1, keepdim=True)
        return torch.nn.functional.normalize(self.last(pooled), dim=1)


def bands(audio):
    # 20 Hz apart, so that harmonics, and with them the pitch, are seen.
    frames = np.lib.stride_tricks.sliding_window_view(audio.samples[0], 800)[::160]
    power = np.abs(np.fft.rfft(frames * np.hanning(800), axis=1)[:, 3 : 3 + BANDS]) ** 2
    return (power / power.mean()).astype(np.float32)


def quick(course):
    crops = Crops(batch=10, frames=100, mask_share=0)
    return Recipe(
        steps=course.steps,
        rate=course.rate,
        seed=course.wanted.seed,
        warm_steps=3,
        ramp_steps=5,
        crops=crops,
        is_half=False,
        keep_every=10,
    )


@pytest.fixture(autouse=True)
def small_network(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    monkeypatch.setattr(tuning, "voice_network", Small)
    monkeypatch.setattr(tuning, "spectrogram", bands)
    monkeypatch.setattr(tuning, "recipe_of", quick)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def scene(tmp_path):
    return toy_scene(tmp_path, Tilted(), people=4, more=5)


ATTACKER = FineTuned(steps=40, draws=3, rate=0.003)


def margin_of(verdict, scene):
    """How far targets lie above non-targets, in standard deviations of the non-targets."""
    trials = scene.trials
    scores = verdict.scores[trials.claim, trials.heard]
    others = scores[~trials.target]
    return (scores[trials.target].mean() - others.mean()) / others.std()


def test_training_helps_and_is_told(scene):
    before = replace(ATTACKER, steps=1, rate=1e-9)(scene)
    after = ATTACKER(scene)
    assert margin_of(after, scene) > margin_of(before, scene) + 0.3
    told = after.training
    assert (told.speakers, told.draws, told.steps, told.seed) == (5, 3, 40, 0)
    # Five people lend one of five utterances to validation.
    assert told.clips == 5 * 4 * 3
    assert told.chance == pytest.approx(0.2)
    assert told.train_accuracy > 0.8
    assert told.validation_accuracy > 0.5
    assert 0 < told.hours < 5 * 4 * 3 * 1.5 / 3600
    assert after.vectors.enrol.shape == (8, 8)


def test_weights_are_kept_without_pickle_and_used_again(scene, monkeypatch):
    first = ATTACKER(scene)
    folder = scene.cache.folder / "attackers"
    assert [file.suffix for file in folder.iterdir()] == [".safetensors"]
    assert next(folder.iterdir()).read_bytes()[:2] != b"PK"
    monkeypatch.setattr(tuning, "lessons_of", None)
    again = ATTACKER(scene)
    np.testing.assert_array_equal(first.scores, again.scores)
    assert first.training == again.training


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"steps": 41},
        {"draws": 2},
        {"share": 0.5},
        {"rate": 0.02},
        {"is_original": True},
        {"is_permuted": True},
        {"most_clips": 10},
    ],
)
def test_other_settings_are_another_training(scene, change):
    first = ATTACKER(scene)
    other = replace(ATTACKER, **change)(scene)
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 2
    assert not np.array_equal(first.scores, other.scores)


def test_other_seeds_systems_and_rules_of_the_scene_are_another_training(scene):
    ATTACKER(scene)
    for other in (replace(scene, seed=2), scene.under("one"), scene.of(Tilted("second"))):
        ATTACKER(other)
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 4


def test_trials_do_not_change_the_training(scene):
    ATTACKER(scene)
    trials = scene.trials
    some = replace(trials, claim=trials.claim[:9], heard=trials.heard[:9], target=trials.target[:9])
    ATTACKER(scene.on(some))
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 1


class KilledError(Exception):
    pass


def test_a_killed_training_goes_on(scene, tmp_path, monkeypatch):
    attacker = ATTACKER
    (tmp_path / "other").mkdir()
    whole = attacker(toy_scene(tmp_path / "other", Tilted(), people=4, more=5))

    def kill(what, done, total):
        if what == "fine-tuning" and done == 33:
            raise KilledError

    with pytest.raises(KilledError):
        attacker(replace(scene, watch=kill))
    assert [file.suffix for file in (scene.cache.folder / "attackers").iterdir()] == [".part"]
    steps = []
    resumed = attacker(replace(scene, watch=lambda what, done, total: steps.append((what, done))))
    assert next(done for what, done in steps if what == "fine-tuning") == 31
    np.testing.assert_array_equal(whole.scores, resumed.scores)


def test_only_other_peoples_speech_is_learned_from(scene):
    heard = []

    @dataclass(frozen=True)
    class Spy(Tilted):
        def __call__(self, audio, utterance, who, key):
            heard.append((utterance.speaker, key.fingerprint))
            return super().__call__(audio, utterance, who, key)

    spied = scene.of(Spy())
    ATTACKER(spied)
    tried = {key for speaker, key in heard if speaker in scene.trials.speakers}
    learned = {key for speaker, key in heard if speaker not in scene.trials.speakers}
    assert len(tried) == 2
    assert len(learned) == 3
    assert not tried & learned


def test_originals_only_where_asked_for(scene):
    @dataclass(frozen=True)
    class Never(Tilted):
        def __call__(self, audio, utterance, who, key):
            raise AssertionError

    verdict = replace(ATTACKER, is_original=True)(scene.of(Never()))
    assert verdict.training.draws == 1
    assert replace(ATTACKER, is_original=True).knowledge == "unprotected"
    assert ATTACKER.knowledge == "semi-informed"
    with pytest.raises(AssertionError):
        ATTACKER(scene.of(Never()))


def test_permuted_labels_are_no_better_than_guessing_on_held_out_speech(tmp_path):
    scene = toy_scene(tmp_path, Tilted(), people=4, more=8)
    attacker = replace(ATTACKER, steps=60)
    real = attacker(scene).training
    mixed = replace(attacker, is_permuted=True)(scene).training
    assert mixed.validation_accuracy <= 3 / 8
    assert real.validation_accuracy >= 5 / 8


def test_a_folder_can_be_heard_once_and_says_so(tmp_path, scene):
    files = {id: clip.path for id, clip in scene.clips.items()}
    verdict = ATTACKER(scene.of(FolderSubject("theirs", files)))
    assert verdict.training.draws == 1
    assert verdict.training.clips == 5 * 4
    assert any("only once" in note for note in verdict.notes)


def test_systems_learned_from_before_change_what_is_found(scene):
    plain = ATTACKER(scene)
    attacker = replace(ATTACKER, pretraining=(Tilted("a"), Tilted("b")), pretraining_steps=20)
    verdict = attacker(scene)
    assert not np.array_equal(plain.scores, verdict.scores)
    assert "2 other systems" in attacker.name
    # One file for the target, one for both kinds of training before it.
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 3
    # What was learned before serves for every target.
    attacker(scene.of(Tilted("c")))
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 4


def test_a_learning_curve_has_fewer_people(scene):
    found = list(learning_curve(ATTACKER, scene, (0.4, 1.0)))
    assert [share for share, _ in found] == [0.4, 1.0]
    assert [verdict.training.speakers for _, verdict in found] == [2, 5]
    np.testing.assert_array_equal(found[1][1].scores, ATTACKER(scene).scores)


def test_an_ensemble_averages_the_scores_of_its_seeds(scene):
    both = Ensemble(ATTACKER, (0, 4))
    verdict = both(scene)
    alone = [replace(ATTACKER, seed=seed)(scene) for seed in (0, 4)]
    np.testing.assert_allclose(verdict.scores, (alone[0].scores + alone[1].scores) / 2)
    told = [each.training for each in alone]
    assert verdict.training.seconds == pytest.approx(told[0].seconds + told[1].seconds)
    assert verdict.training.validation_accuracy == pytest.approx(
        (told[0].validation_accuracy + told[1].validation_accuracy) / 2
    )
    assert both.name.endswith("mean of 2 trainings")
    assert len(list((scene.cache.folder / "attackers").iterdir())) == 2


@pytest.mark.parametrize("seeds", [(), (1,), (1, 1)])
def test_an_ensemble_of_one_is_refused(seeds):
    with pytest.raises(InputError):
        Ensemble(ATTACKER, seeds)


@pytest.mark.parametrize(
    "bad", [{"steps": 0}, {"draws": 0}, {"share": 0}, {"share": 1.5}, {"most_clips": 0}]
)
def test_settings_out_of_range_are_refused(bad):
    with pytest.raises(InputError):
        FineTuned(**bad)
