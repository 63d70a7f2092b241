"""Attackers that learn nothing, or only a closed-form back-end, on toy people."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1]))
from scenes import Noting, ToyEmbedder, crowd, mixed_up, rate, with_audio
from toy_scene import toy_scene

from voxnym.errors import InputError
from voxnym.evaluation.attackers import cues
from voxnym.evaluation.attackers.adapted import Adapted, last_of_each, learnable
from voxnym.evaluation.attackers.alignment import Aligned, linear, rotation
from voxnym.evaluation.attackers.attack import Vectors
from voxnym.evaluation.attackers.cues import CUES, CueOnly
from voxnym.evaluation.attackers.pretrained import (
    Ignorant,
    LazyInformed,
    Normalised,
    Unprotected,
    adaptive_norm,
    people_means,
)
from voxnym.evaluation.attackers.prosody import PitchMean, Prosody, pitch_mean, prosody
from voxnym.evaluation.attackers.rank import Ranked, ranks
from voxnym.evaluation.attackers.sides import takes_of
from voxnym.evaluation.attackers.words import Words, terms, weighted
from voxnym.records import Audio
from voxnym.testing import ToySpeaker, edge_inputs, toy_speech

TOY = ToyEmbedder()
RATE = 16000
VOICE = (
    Unprotected(TOY),
    Ignorant(TOY),
    LazyInformed(TOY),
    Normalised(TOY),
    Normalised(TOY, 4),
    Ranked(TOY),
    Ranked(TOY, cohort="anonymized"),
    Aligned(TOY),
    Aligned(TOY, "linear"),
    Adapted(TOY, draws=1),
    Adapted(TOY, "plda", is_joined=False, draws=1),
)


def ident(attacker):
    return f"{type(attacker).__name__}-{attacker.name}"


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    return crowd(tmp_path_factory.mktemp("toy"), Noting())


@pytest.fixture(scope="module")
def nobody(scene):
    return mixed_up(scene)


@pytest.mark.parametrize("attacker", VOICE, ids=ident)
def test_voice_attackers_find_toy_people(attacker, scene) -> None:
    verdict = attacker(scene)
    assert verdict.scores.shape == (6, 18)
    assert rate(verdict.scores, scene) < 0.25
    assert attacker.hears == "voice"
    assert np.isfinite(verdict.vectors.enrol).all()
    assert np.isfinite(verdict.vectors.trial).all()


@pytest.mark.parametrize("attacker", VOICE, ids=ident)
def test_mixed_up_people_are_not_found(attacker, nobody) -> None:
    assert 0.3 < rate(attacker(nobody).scores, nobody) < 0.75


SIDES = {
    Unprotected: set(),
    Ignorant: {"trial"},
    LazyInformed: {"enrol", "trial"},
    Normalised: {"enrol", "trial", "train"},
    Aligned: {"trial", "train"},
    Adapted: {"enrol", "trial", "train"},
}


@pytest.mark.parametrize("attacker", VOICE, ids=ident)
def test_versions_that_the_knowledge_allows(attacker, tmp_path) -> None:
    system = Noting()
    attacker(toy_scene(tmp_path, system, more=4))
    expected = SIDES.get(type(attacker))
    if expected is None:
        expected = {"enrol", "trial"} | ({"train"} if attacker.cohort == "anonymized" else set())
    assert set(system.calls) == expected


@pytest.mark.parametrize(
    ("kind", "knowledge", "sides"),
    [
        (Prosody, "unprotected", set()),
        (Prosody, "lazy-informed", {"enrol", "trial", "train"}),
        (PitchMean, "lazy-informed", {"enrol", "trial"}),
        (PitchMean, "ignorant", {"trial"}),
        (lambda knowledge: CueOnly("level", knowledge), "unprotected", set()),
        (lambda knowledge: CueOnly("level", knowledge), "lazy-informed", {"enrol", "trial"}),
        (Words, "lazy-informed", set()),
    ],
)
def test_versions_of_cues(kind, knowledge, sides, tmp_path) -> None:
    system = Noting()
    kind(knowledge)(toy_scene(tmp_path, system, more=4))
    assert set(system.calls) == sides


@pytest.mark.parametrize(
    "attacker",
    [LazyInformed(TOY), Ranked(TOY), Aligned(TOY), Adapted(TOY, draws=1), Normalised(TOY, 3)],
    ids=ident,
)
def test_scores_do_not_depend_on_other_trials(attacker, scene) -> None:
    few = scene.on(scene.trials.for_speakers(["p1", "p3", "p4"], "few"))
    rows = [scene.trials.speakers.index(name) for name in few.trials.speakers]
    columns = [scene.trials.utterances.index(id) for id in few.trials.utterances]
    assert np.allclose(attacker(few).scores, attacker(scene).scores[np.ix_(rows, columns)])


def test_names_are_distinct_and_say_the_network() -> None:
    names = [attacker.name for attacker in VOICE]
    assert len(set(names)) == len(names)
    assert all("toy" in name for name in names)


def test_knowledge_that_needs_training_is_refused() -> None:
    for kind in (
        Prosody,
        PitchMean,
        Words,
        lambda k: Ranked(TOY, k),
        lambda k: CueOnly("level", k),
    ):
        with pytest.raises(InputError, match="knowledge='semi-informed'"):
            kind("semi-informed")
    assert [take.side for take in takes_of("lazy-informed")] == ["enrol", "trial"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: CueOnly("colour"),
        lambda: Normalised(TOY, 1),
        lambda: Aligned(TOY, "bent"),
        lambda: Aligned(TOY, draws=0),
        lambda: Adapted(TOY, "svm"),
        lambda: Adapted(TOY, draws=0),
        lambda: Ranked(TOY, cohort="some"),
    ],
)
def test_wrong_parameters_are_refused(make) -> None:
    with pytest.raises(InputError, match="expected"):
        make()


@pytest.mark.parametrize("attacker", VOICE[3:], ids=ident)
def test_training_speech_is_needed_or_said_to_be(attacker, scene) -> None:
    with pytest.raises(InputError, match="train"):
        attacker(replace(scene, training=()))


def test_adapted_says_how_it_was_trained(scene) -> None:
    training = Adapted(TOY, draws=2)(scene).training
    assert (training.speakers, training.clips, training.draws) == (8, 80, 2)
    assert training.hours == pytest.approx(80 * 1.8 / 3600, rel=0.2)
    assert training.train_accuracy > 0.9
    assert training.validation_accuracy > 0.5 > training.chance == 1 / 8


def test_adapted_control_with_permuted_labels_learns_nothing(scene) -> None:
    straight = Adapted(TOY, draws=1)(scene)
    permuted = Adapted(TOY, draws=1, is_permuted=True)(scene)
    assert permuted.training.validation_accuracy < straight.training.validation_accuracy / 2


def test_adapted_on_originals_is_a_control(scene) -> None:
    control = Adapted(TOY, is_original=True)
    assert control.knowledge == "unprotected"
    assert rate(control(scene).scores, scene) < 0.2


def test_learnable_leaves_out_people_with_few_utterances(scene) -> None:
    few = replace(scene, training=scene.training[:-3])
    ids, people = learnable(few)
    assert (len(ids), len(set(people))) == (35, 7)
    assert last_of_each(["a", "a", "b"]).tolist() == [False, True, True]


def noise(seed, seconds=0.8):
    return np.random.default_rng(seed).standard_normal(round(RATE * seconds)) * 0.05


def loud_part(seed, before=0.1, after=0.1, floor=1e-3, gain=1.0, speech=0.8):
    """Noise bursts with quiet edges: the raw material for one cue at a time."""
    rng = np.random.default_rng(seed)
    parts = [np.zeros(round(before * RATE)), noise(seed, speech), np.zeros(round(after * RATE))]
    samples = np.concatenate(parts)
    return gain * (samples + floor * rng.standard_normal(samples.size))


PLANTED = {
    "noise floor": lambda person, seed: loud_part(seed, floor=10 ** (-4 + person / 4)),
    "level": lambda person, seed: loud_part(seed, gain=2.0 ** (person / 2 - 2)),
    "edges": lambda person, seed: loud_part(seed, 0.05 + 0.03 * person, 0.4 - 0.03 * person),
    "length": lambda person, seed: loud_part(seed, speech=0.4 + 0.15 * person),
    "pauses": lambda person, seed: loud_part(seed, after=0.05 + 0.05 * person),
    "background": lambda person, seed: (
        loud_part(seed, 0.3, 0.3)
        + 0.01 * np.convolve(noise(seed + 99, 1.4), np.exp(-np.arange(9) * (0.1 + person / 8)))[:-8]
    ),
}


@pytest.mark.parametrize("cue", PLANTED)
def test_planted_cue_is_found_and_equal_speech_is_not(cue, scene, tmp_path) -> None:
    planted = with_audio(scene, tmp_path / "a", lambda p, n: PLANTED[cue](p, 10 * p + n))
    assert rate(CueOnly(cue)(planted).scores, planted) < 0.2
    level = with_audio(scene, tmp_path / "b", lambda p, n: loud_part(10 * p + n + 500))
    assert rate(CueOnly(cue)(level).scores, level) > 0.25


def test_cues_hear_level_and_edges_as_they_are(scene) -> None:
    assert {attacker.cue for attacker in CUES} == set(PLANTED)
    assert all(attacker.hears == "surroundings" for attacker in CUES)
    quiet = Audio(np.full((1, RATE), 0.01, np.float32), RATE)
    assert cues.level(quiet)[0] == pytest.approx(-40, abs=0.01)
    edged = np.concatenate([np.zeros(3200), np.full(8000, 0.1), np.zeros(1600)])
    lead, trail = cues.edges(Audio(edged.astype(np.float32), RATE))
    assert lead == pytest.approx(20, abs=3)
    assert trail == pytest.approx(10, abs=3)


@pytest.mark.parametrize("name", [n for n in edge_inputs(RATE) if n != "nothing"])
def test_measures_are_finite_on_edge_inputs(name) -> None:
    audio = Audio(edge_inputs(RATE)[name], RATE)
    for measure in (*cues.MEASURES.values(), prosody, pitch_mean):
        assert np.isfinite(measure(audio)).all()


def test_prosody_finds_liveliness_and_pitch_mean_finds_register(scene, tmp_path) -> None:
    def speech(person, number):
        """A buzz whose pitch wobbles more or less; the register is by chance."""
        rng = np.random.default_rng(10 * person + number)
        time = np.arange(2 * RATE) / RATE
        wobble = (0.03 + 0.04 * (person % 6)) * np.sin(2 * np.pi * (2 * time + rng.random()))
        phase = 2 * np.pi * np.cumsum(rng.uniform(110, 180) * np.exp(wobble)) / RATE
        return 0.02 * sum(np.sin(k * phase) for k in range(1, 9))

    lively = with_audio(scene, tmp_path, speech)
    assert prosody(Audio(np.float32(speech(0, 0)), RATE)).shape == (15,)
    assert rate(Prosody()(lively).scores, lively) < 0.2
    assert rate(PitchMean()(scene).scores, scene) < 0.05
    assert rate(PitchMean()(lively).scores, lively) > 0.25


def test_pitch_statistics_know_no_register() -> None:
    low, high = (toy_speech(ToySpeaker(hertz), seed=3) for hertz in (110, 150))
    assert pitch_mean(high)[0] - pitch_mean(low)[0] == pytest.approx(np.log(150 / 110), abs=0.05)
    assert np.abs(prosody(low)[:6] - prosody(high)[:6]).max() < 0.1


THINGS = ["ships", "trees", "bread", "glass", "stone", "wools"]


def test_words_find_who_says_the_same_things(scene) -> None:
    spoken = {
        id: replace(u, text=f"about {THINGS[int(u.speaker[1:]) % 6]} {id[-1]}")
        for id, u in scene.utterances.items()
    }
    told = replace(scene, utterances=spoken)
    assert rate(Words()(told).scores, told) < 0.01
    mixed = mixed_up(told)
    assert rate(Words()(mixed).scores, mixed) > 0.25
    silent = replace(told, utterances={i: replace(u, text=None) for i, u in spoken.items()})
    with pytest.raises(InputError, match="30 of 30 utterances have no transcript"):
        Words()(silent)


def test_rare_words_weigh_more_and_vectors_have_unit_length() -> None:
    said, heard = weighted(["the cat", "the dog", ""], ["the cat"], ["the end"] * 9)
    scores = (said @ heard.T).toarray().ravel()
    assert scores[0] == pytest.approx(1)
    assert 0 < scores[1] < 0.35
    assert scores[2] == 0
    assert terms("don't!")[" don't "] == 1


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_ranks_give_spearman(seed) -> None:
    from scipy.stats import spearmanr

    rows = np.random.default_rng(seed).integers(0, 6, (2, 9)).astype(float)
    a, b = ranks(rows)
    if a.any() and b.any():
        expected = spearmanr(*rows).statistic
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) == pytest.approx(expected)


def test_rotation_is_found_and_linear_map_too() -> None:
    rng = np.random.default_rng(0)
    original = rng.standard_normal((50, 6))
    turn = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    hidden = original @ turn + 3.0
    assert np.allclose(rotation(hidden, original)(hidden), original)
    assert np.allclose(linear(hidden, original, ridge=1e-9)(hidden), original, atol=1e-5)
    matrix = rotation(hidden, original).matrix
    assert np.allclose(matrix @ matrix.T, np.eye(6))


def test_adaptive_norm_by_hand() -> None:
    rng = np.random.default_rng(1)
    enrolled, trial, cohort = (rng.standard_normal((n, 5)) for n in (2, 3, 7))
    scores = rng.standard_normal((2, 3))

    def cosine(a, b):
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    expected = np.empty((2, 3))
    for i in range(2):
        for j in range(3):
            z = sorted(cosine(enrolled[i], c) for c in cohort)[-4:]
            t = sorted(cosine(trial[j], c) for c in cohort)[-4:]
            parts = [(scores[i, j] - np.mean(x)) / np.std(x) for x in (z, t)]
            expected[i, j] = np.mean(parts)
    assert np.allclose(adaptive_norm(scores, enrolled, trial, cohort, 4), expected)


def test_people_means_go_by_name() -> None:
    means = people_means(np.array([[2.0, 0], [0, 5], [0, 1]]), ["b", "a", "b"])
    assert np.allclose(means, [[0, 1], [0.5, 0.5]])


def test_vectors_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError, match="NaN"):
        Vectors(np.full((1, 2), np.nan), np.zeros((1, 2)))
