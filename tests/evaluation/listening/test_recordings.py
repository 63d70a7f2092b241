import pytest
from toy_folders import WORDS, toy_folders

from voxnym.errors import InputError
from voxnym.evaluation.listening.recordings import collect


def test_versions_are_matched_by_path_and_whatever_their_format(tmp_path):
    folders = toy_folders(tmp_path, each=2)
    moved = folders["beta-secret"] / "anna" / "take0.wav"
    moved.rename(moved.with_suffix(".WAV"))
    (folders["beta-secret"] / "carl" / "take1.wav").unlink()
    (folders["original"] / "anna" / ".hidden.wav").write_bytes(b"")
    found = collect(folders)
    assert found.systems == ("alpha-secret", "beta-secret")
    assert [each.name for each in found.recordings] == [
        "anna/take0", "anna/take1", "bert/take0", "bert/take1", "carl/take0",
    ]  # fmt: skip
    assert found.missing == 1
    first = found.recordings[0]
    assert (first.speaker, first.text) == ("anna", f"anna 0 {' '.join(WORDS)}")
    assert first.paths["beta-secret"].name == "take0.WAV"


def test_speakers_by_prefix_and_texts_from_a_table(tmp_path):
    for system in ("one", "two"):
        (tmp_path / system).mkdir()
        for name in ("p1-a", "p2_b-c", "solo"):
            (tmp_path / system / f"{name}.flac").write_bytes(b"")
    table = tmp_path / "text"
    table.write_text("p1-a  hello   there\nsolo x\n")
    found = collect({name: tmp_path / name for name in ("one", "two")}, table)
    told = {each.name: (each.speaker, each.text) for each in found.recordings}
    assert told == {"p1-a": ("p1", "hello   there"), "p2_b-c": ("p2", ""), "solo": ("", "x")}
    by_folder = collect({"one": tmp_path / "one"}, speaker_from="folder")
    assert {each.speaker for each in by_folder.recordings} == {""}


def test_what_cannot_be_matched_is_refused(tmp_path):
    folders = toy_folders(tmp_path, each=1)
    with pytest.raises(InputError, match="no such folder"):
        collect({"x": tmp_path / "nowhere"})
    with pytest.raises(InputError, match="no such file"):
        collect(folders, tmp_path / "nowhere")
    double = folders["original"] / "anna" / "take0.flac"
    double.write_bytes(b"")
    with pytest.raises(InputError, match="same name"):
        collect(folders)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"no recording is in all folders \(alpha.*3, x: 0\)"):
        collect({"alpha": folders["alpha-secret"], "x": empty})
