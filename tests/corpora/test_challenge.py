"""The VoicePrivacy Challenge's folders."""

import re
import shutil

import pytest
from challenge_folders import ENROLLED, put_challenge, put_lines

from voxnym.corpora.challenge import (
    Challenge,
    anonymized_folders,
    check_sets,
    enrolments_of,
    folds_of,
    pairs_of,
    read_sets,
)
from voxnym.errors import InputError

SETS = Challenge(
    "libri_test_enrolls",
    ("libri_test_trials_f", "libri_test_trials_m"),
    ("train-clean-360",),
    ("IEMOCAP_test",),
)


@pytest.fixture
def root(tmp_path):
    return put_challenge(tmp_path)


def test_sets(root):
    sets = read_sets(root, SETS)
    assert list(sets) == list(SETS.needs)
    trials = sets["libri_test_trials_m"]
    one = trials.utterances[0]
    assert (one.id, one.speaker, one.gender, one.split) == ("30-2-0000", "30", "m", "test")
    assert one.text == "MANY WORDS"
    source = trials.recording(one.recording).source
    assert source == root / "data/libri_test_trials_m/wav/30-2-0000.wav"
    assert {each.split for each in sets["train-clean-360"].utterances} == {"train"}
    assert [each.emotion for each in sets["IEMOCAP_test"].utterances] == ["ang", "sad"]
    assert not any("not there" in note for corpus in sets.values() for note in corpus.notes)


def test_the_data_folder_itself_will_do(root):
    assert read_sets(root / "data", SETS).keys() == read_sets(root, SETS).keys()


def test_lists(root):
    enrolled = enrolments_of(root, SETS.enrolments)
    assert enrolled["10"] == ("10-1-0000", "10-1-0001")
    assert tuple(enrolled) == ENROLLED
    pairs = list(pairs_of(root, SETS.trials))
    assert len(pairs) == 2 * 2 + 2 * 3
    assert ("30", "50-2-0000", False) in pairs
    assert ("40", "40-2-0000", True) in pairs
    assert folds_of(root, "IEMOCAP_test") == {"Ses01F": "1", "Ses01M": "1"}


def test_everything_that_is_missing_is_listed_at_once(root):
    data = root / "data"
    shutil.rmtree(data / "train-clean-360")
    (data / "libri_test_enrolls" / "enrolls").unlink()
    (data / "libri_test_trials_m" / "trials").unlink()
    (data / "IEMOCAP_test" / "spk2fold").unlink()
    with pytest.raises(InputError) as caught:
        check_sets(root, SETS)
    listed = re.findall(r"[\w-]+/\w*", str(caught.value).rsplit("missing: ", 1)[1])
    assert listed == [
        "libri_test_enrolls/enrolls",
        "libri_test_trials_m/trials",
        "train-clean-360/",
        "IEMOCAP_test/spk2fold",
    ]
    assert "4 folders or files" in str(caught.value)


def test_unpacking_flac_is_no_command(root):
    home = root / "data" / "libri_test_trials_f"
    (home / "wav" / "a.flac").touch()
    put_lines(
        home / "wav.scp",
        (
            "10-2-0000 flac -c -d -s data/libri_test_trials_f/wav/a.flac |",
            "20-2-0000 wav/20-2-0000.wav",
        ),
    )
    found = read_sets(root, SETS)["libri_test_trials_f"].recordings
    assert [one.source for one in found] == [home / "wav/a.flac", home / "wav/20-2-0000.wav"]
    assert all(one.command is None for one in found)


@pytest.mark.parametrize(
    "command", ["sox a.wav -t wav - |", "flac -c -d -s a.flac; rm b |", "flac -c -d ../../x |"]
)
def test_other_commands_are_refused(root, command):
    home = root / "data" / "libri_test_trials_f"
    put_lines(home / "wav.scp", (f"10-2-0000 {command}", "20-2-0000 wav/20-2-0000.wav"))
    with pytest.raises(InputError, match="10-2-0000"):
        read_sets(root, SETS)


def test_enrolments_that_cannot_be_right(root):
    file = root / "data" / "libri_test_enrolls" / "enrolls"
    for lines, text in (
        (["10-1-0000 10"], "one utterance on each line"),
        (["10-1-0000", "10-1-0000"], "twice"),
        (["stranger"], "not in utt2spk"),
    ):
        put_lines(file, lines)
        with pytest.raises(InputError, match=text):
            enrolments_of(root, SETS.enrolments)


def test_anonymized_copies(root):
    names = ("libri_test_enrolls", "libri_test_trials_f")
    with pytest.raises(InputError, match=r"2 anonymized folders .*_enrolls_x/wav, .*_f_x/wav"):
        anonymized_folders(root, names, "_x")
    for name in names:
        (root / "data" / f"{name}_x" / "wav").mkdir(parents=True)
    assert anonymized_folders(root, names, "_x") == {
        name: root / "data" / f"{name}_x" / "wav" for name in names
    }


@pytest.mark.parametrize("suffix", ["", "x", "_", "_f", "_test", "_a/b", "../x", "_é/"])
def test_suffixes_that_mislead(root, suffix):
    with pytest.raises(InputError, match=r"suffix=.*that occur in no name"):
        anonymized_folders(root, ("libri_test_trials_f",), suffix)
