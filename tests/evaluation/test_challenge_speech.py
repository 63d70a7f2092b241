"""Protocols that run on the VoicePrivacy Challenge's own folders."""

import sys
from pathlib import Path

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.challenge_speech import (
    challenge_collection,
    challenge_outputs,
    challenge_trials,
)
from voxnym.evaluation.plan import Plan
from voxnym.evaluation.protocol import protocol_names, read_protocol

sys.path.append(str(Path(__file__).resolve().parents[1] / "corpora"))
from challenge_folders import put_challenge, put_lines

NAMES = [name for name in protocol_names() if read_protocol(name).challenge is not None]


@pytest.fixture
def root(tmp_path):
    return put_challenge(tmp_path)


def test_trials_of_women_and_men_are_one_list(root):
    challenge = read_protocol("voiceprivacy2024").challenge
    collection = challenge_collection(challenge, root)
    trials = challenge_trials("x", challenge, root, collection.utterances)
    assert trials.speakers == ("10", "20", "30", "40")
    assert (trials.targets, trials.nontargets) == (4, 6)
    assert trials.same_gender.all()
    assert (trials.of_gender("f").claim.size, trials.of_gender("m").claim.size) == (4, 6)
    assert trials.cross_session.all()
    assert "50" in trials.utterance_speaker
    assert collection.of_corpora(["train-clean-360"])[0].split == "train"


def test_a_plan_takes_it_as_it_lies_there(root):
    material = Plan(root, "voiceprivacy2024").material
    assert material.training == ("100-1-0000", "200-1-0000")
    assert material.trials.name == "voiceprivacy2024"
    scene_ids = {*material.trials.enrolments, *material.trials.utterances}
    assert scene_ids <= material.collection.clips.keys()


def test_a_pair_that_stands_twice_counts_once(root):
    file = root / "data" / "libri_test_trials_f" / "trials"
    lines = file.read_text().splitlines()
    put_lines(file, [*lines, lines[0]])
    assert Plan(root, "voiceprivacy2024").material.trials.claim.size == 10
    put_lines(file, [*lines, lines[0].replace("target", "nontarget")])
    with pytest.raises(InputError, match="both target and nontarget"):
        _ = Plan(root, "voiceprivacy2024").material


def test_anonymized_copies_by_suffix(root):
    challenge = read_protocol("voiceprivacy2024").challenge
    collection = challenge_collection(challenge, root)
    for name in challenge.needs:
        folder = root / "data" / f"{name}_mine" / "wav"
        folder.mkdir(parents=True)
        for id, home in collection.corpus_of.items():
            if home == name:
                (folder / f"{id}.wav").touch()
    found = challenge_outputs(challenge, root, "_mine", collection)
    assert found.keys() == collection.clips.keys()
    assert found["30-2-0000"] == root / "data/libri_test_trials_m_mine/wav/30-2-0000.wav"
    assert Plan(root, "voiceprivacy2024").folder(Path("_mine")).files == found
    (root / "data/libri_test_trials_m_mine/wav/30-2-0000.wav").unlink()
    with pytest.raises(InputError, match="no result for 1 of 3 utterances: 30-2-0000"):
        challenge_outputs(challenge, root, "_mine", collection)


@pytest.mark.parametrize("name", NAMES)
def test_every_protocol_says_what_is_missing(name, tmp_path):
    with pytest.raises(InputError, match="folders or files of the challenge are missing"):
        _ = Plan(tmp_path, name).material


def test_published_figures():
    assert NAMES == [
        "voiceprivacy2022",
        "voiceprivacy2022-vctk",
        "voiceprivacy2024",
        "voiceprivacy2024-dev",
        "voiceprivacy2026-track1",
    ]
    for name in NAMES:
        protocol = read_protocol(name)
        for each in protocol.published:
            assert each.attacker, each.system
            assert all(0 < rate < 50 for rate in each.eer.values())
    mcadams = {each.system: each for each in read_protocol("voiceprivacy2024").published}
    assert np.isclose(mcadams["B2 McAdams"].mean_eer, 4.52)
    assert (mcadams["B2 McAdams"].wer, mcadams["B2 McAdams"].uar) == (9.95, 53.49)
