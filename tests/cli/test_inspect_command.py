import json

import pytest
import soundfile

from voxnym.cli import main
from voxnym.testing import toy_speech

PSEUDONYM = "657O6XWWNW"


def call(*arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


@pytest.fixture
def folder(tmp_path):
    """One recording that tells nothing, and one that names a person inside."""
    place = tmp_path / "corpus"
    place.mkdir()
    samples = toy_speech(seconds=0.3).samples.T
    soundfile.write(place / f"{PSEUDONYM}.wav", samples, 16000)
    with soundfile.SoundFile(place / "anna.wav", "w", 16000, 1) as file:
        file.artist = "Anna [bold]Schmidt"
        file.write(samples)
    return place


def test_a_table_by_file_and_a_summary(folder, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    assert call("inspect", folder) == 1
    said = capsys.readouterr()
    assert "anna.wav" in said.out
    assert "INFO IART" in said.out
    assert "Anna [bold]Schmidt" in said.out
    assert PSEUDONYM not in said.out
    assert said.err.splitlines()[-1].endswith("name: 1, tag: 1")
    assert "voxnym: name: rename" in said.err


def test_json_is_all_of_standard_output(folder, capsys):
    assert call("inspect", folder, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in found] == ["name", "tag"]
    assert found[1]["what"] == "Anna [bold]Schmidt"
    assert all(
        each.keys() == {"path", "kind", "where", "what", "advice", "carried"} for each in found
    )
    assert all(each["path"] == str(folder / "anna.wav") and each["advice"] for each in found)


def test_nothing_found(folder, capsys):
    assert call("inspect", folder / f"{PSEUDONYM}.wav", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert call("inspect", folder / f"{PSEUDONYM}.wav") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "nothing found" in said.err


def test_kinds_can_be_left_out(folder, capsys):
    assert call("inspect", folder, "--ignore", "name", "--json") == 1
    assert [each["kind"] for each in json.loads(capsys.readouterr().out)] == ["tag"]
    assert call("inspect", folder, "--ignore", "name", "--ignore", "tag") == 0
    assert "ignored: name, tag" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("none",), (".", "--ignore", "nothing"), (".", "x")])
def test_wrong_usage(arguments, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("inspect", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("voxnym: error: ")
    assert said.err.count("\n") == 1


def test_names_are_made_printable(tmp_path, capsys):
    (tmp_path / "a\x1b[31m\n.txt").write_text("words\x1b[31m")
    assert call("inspect", tmp_path) == 1
    said = capsys.readouterr()
    assert "\x1b[31m" not in said.out + said.err


def test_after_anonymizing_only_the_name_is_left(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert call("anonymize", folder, out, "--quiet", "--workers", "1") == 0
    assert call("inspect", out, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert [(each["kind"], each["what"]) for each in found] == [("name", "anna.wav")]
    assert call("inspect", out, "--ignore", "name") == 0
