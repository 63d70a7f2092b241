"""Somebody else's results beside their originals."""

from pathlib import Path

import pytest

from voxnym.errors import InputError
from voxnym.evaluation.clips import Clip
from voxnym.evaluation.outputs import pair_outputs

ORIGINALS = {
    "ls-1-1-0000": Clip(Path("/corpus/1/1-1-0000.flac")),
    "ls-1-1-0001": Clip(Path("/corpus/1/1-1-0001.flac")),
}


def put(home, *paths):
    for path in paths:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).touch()


def test_by_id_or_by_name_of_the_file_in_any_container(tmp_path):
    put(tmp_path, "a/ls-1-1-0000.opus", "b/1-1-0001.WAV", "b/1-1-0001.txt", "extra.wav", ".x.wav")
    assert pair_outputs(ORIGINALS, tmp_path) == {
        "ls-1-1-0000": tmp_path / "a/ls-1-1-0000.opus",
        "ls-1-1-0001": tmp_path / "b/1-1-0001.WAV",
    }


def test_missing_ones_are_counted_and_named(tmp_path):
    put(tmp_path, "1-1-0001.wav")
    with pytest.raises(InputError, match=r"no result for 1 of 2 utterances: ls-1-1-0000;"):
        pair_outputs(ORIGINALS, tmp_path)
    assert list(pair_outputs(ORIGINALS, tmp_path, ["ls-1-1-0001"])) == ["ls-1-1-0001"]


def test_a_needed_utterance_that_is_unknown_is_missing(tmp_path):
    put(tmp_path, "1-1-0001.wav")
    with pytest.raises(InputError, match="stranger"):
        pair_outputs(ORIGINALS, tmp_path, ["stranger"])


def test_two_results_for_one_utterance_are_refused(tmp_path):
    put(tmp_path, "1-1-0000.wav", "1-1-0000.flac", "1-1-0001.wav")
    with pytest.raises(InputError, match="2 results for ls-1-1-0000"):
        pair_outputs(ORIGINALS, tmp_path)


def test_folders_decide_between_equal_names(tmp_path):
    originals = {f"{who}-a0002": Clip(Path(f"/arctic/{who}/a0002.wav")) for who in ("bdl", "slt")}
    put(tmp_path, "out/bdl/a0002.flac", "out/slt/a0002.flac")
    assert pair_outputs(originals, tmp_path) == {
        "bdl-a0002": tmp_path / "out/bdl/a0002.flac",
        "slt-a0002": tmp_path / "out/slt/a0002.flac",
    }


def test_one_result_goes_to_whose_folder_it_is_in(tmp_path):
    originals = {f"{who}-a0002": Clip(Path(f"/arctic/{who}/a0002.wav")) for who in ("bdl", "slt")}
    put(tmp_path, "slt/a0002.flac")
    assert list(pair_outputs(originals, tmp_path, ["slt-a0002"])) == ["slt-a0002"]
    with pytest.raises(InputError, match="no result for 1 of 2 utterances: bdl-a0002"):
        pair_outputs(originals, tmp_path)


def test_one_result_that_could_be_anybodys_is_refused_if_needed(tmp_path):
    originals = {f"{who}-a0002": Clip(Path(f"/arctic/{who}/a0002.wav")) for who in ("bdl", "slt")}
    put(tmp_path, "a0002.flac")
    with pytest.raises(InputError, match="fits bdl-a0002 and slt-a0002"):
        pair_outputs(originals, tmp_path)
    assert pair_outputs(originals, tmp_path, []) == {}


def test_a_stretch_of_a_file_has_results_by_its_id_only(tmp_path):
    talk = Path("/corpus/talk.wav")
    originals = {"talk-1": Clip(talk, 0.0, 2.0), "talk-2": Clip(talk, 2.0, None, 1)}
    put(tmp_path, "talk.wav")
    assert pair_outputs(originals, tmp_path, []) == {}
    put(tmp_path, "talk-1.wav", "talk-2.wav")
    assert len(pair_outputs(originals, tmp_path)) == 2


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        pair_outputs(ORIGINALS, tmp_path / "none")
