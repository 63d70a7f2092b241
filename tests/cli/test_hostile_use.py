"""Uses of the command that nobody meant: closed streams, endless inputs, links, odd names."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from voxnym.cli import main
from voxnym.testing import toy_speech

COMMAND = [sys.executable, "-m", "voxnym"]


@pytest.fixture(autouse=True)
def _signals():
    """The command takes signals over; give them back."""
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "anna.wav"
    soundfile.write(path, toy_speech(seconds=1.0).samples.T, 16000, subtype="PCM_16")
    return path


def call(*arguments):
    """Exit code of the command line, in this process."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def one_line(text):
    return text.startswith("voxnym: error: ") and text.count("\n") == 1


@pytest.mark.parametrize("arguments", [("", "out.wav"), ("anna.wav", "")])
def test_an_unset_variable_is_not_the_current_folder(arguments, recording, capsys, monkeypatch):
    monkeypatch.chdir(recording.parent)
    assert call("anonymize", *arguments) == 2
    assert "empty; expected" in capsys.readouterr().err
    assert list(recording.parent.iterdir()) == [recording]


@pytest.mark.parametrize(
    ("source", "out"),
    [("x" * 300 + ".wav", "o.wav"), ("anna.wav", "x" * 300 + ".wav"), ("folder", "x" * 300)],
)
def test_names_that_are_too_long_are_an_error_with_a_cure(
    source, out, recording, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.wav").write_bytes(recording.read_bytes())
    assert call("anonymize", source, out) == 2
    said = capsys.readouterr().err
    assert one_line(said)
    assert "unexpected" not in said
    assert "too long" in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("source", ["fifo", "/dev/zero"])
def test_what_never_ends_is_refused_at_once(source, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = subprocess.run(
        [*COMMAND, "anonymize", str(tmp_path / source), str(tmp_path / "out.wav")],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert "pipe it in as -" in done.stderr


def test_a_pipe_that_never_ends_is_refused_when_it_is_no_recording(tmp_path, monkeypatch, capsys):
    import voxnym.jobs.single

    monkeypatch.setattr(voxnym.jobs.single, "_IN_MEMORY_BYTES", 1000)
    with Path("/dev/zero").open("rb") as file:
        monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": file}))
        assert call("anonymize", "-", tmp_path / "x.flac") == 2
    assert "no known audio format" in capsys.readouterr().err


CLOSED = {
    "<&-": (("-", "out.wav"), 2, "standard input: is closed"),
    ">&-": (("anna.wav", "-", "--format", "wav"), 2, "standard output: is closed"),
    "2>&-": (("anna.wav", "out.wav"), 0, ""),
    "<&- >&- 2>&-": (("anna.wav", "out.wav"), 0, ""),
}


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", CLOSED)
def test_closed_standard_streams(closed, recording, tmp_path):
    arguments, code, said = CLOSED[closed]
    line = f'exec "$0" -m voxnym anonymize "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, *arguments],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert (tmp_path / "out.wav").exists() == (code == 0)
    if code == 0:
        assert soundfile.info(tmp_path / "out.wav").frames == 16000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_log_without_room_stops_no_recording(recording, tmp_path):
    place = tmp_path / "in"
    place.mkdir()
    recording.rename(place / "anna.wav")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "anonymize", str(place), str(tmp_path / "out"), "--json", "-"],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "the log ends early" in done.stderr.splitlines()[-1]
    assert (tmp_path / "out" / "anna.wav").exists()


def test_names_cannot_steer_the_terminal(recording, tmp_path, capsys):
    for name in ("\x1b[31m.wav", "\x1b]0;x\x07.flac"):
        assert call("anonymize", recording, tmp_path / name) == 0
        assert call("anonymize", recording, tmp_path / name) == 2
        assert call("anonymize", recording, tmp_path / name, "--overwrite", "--dry-run") == 0
    assert "\x1b" not in capsys.readouterr().err


def test_a_random_key_is_said_before_the_work_in_a_folder(recording, tmp_path, capsys):
    place = tmp_path / "in"
    place.mkdir()
    recording.rename(place / "anna.wav")
    assert call("anonymize", place, tmp_path / "out") == 0
    first, *rest = capsys.readouterr().err.splitlines()
    assert "random key" in first
    assert "starts afresh" in first
    assert not any("random key" in line for line in rest)


def test_a_key_is_not_left_in_the_output_folder(recording, tmp_path, capsys):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    out.mkdir()
    recording.rename(place / "anna.wav")
    call("key", "new", out / "key")
    capsys.readouterr()
    assert call("anonymize", place, out, "--key", out / "key") == 2
    assert one_line(capsys.readouterr().err)
    assert [path.name for path in out.iterdir()] == ["key"]


def test_a_speaker_without_effect_is_said(recording, tmp_path, capsys):
    assert call("anonymize", recording, tmp_path / "out.wav", "--speaker", "anna") == 0
    said = capsys.readouterr().err
    assert "no difference without --per speaker" in said
    assert "anna" not in said.replace("anna.wav", "")


def test_a_hang_up_that_nohup_hides_stays_hidden(recording, tmp_path):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert call("anonymize", recording, tmp_path / "out.wav") == 0
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_folder_that_is_not_there_is_no_file_name(recording, tmp_path, capsys):
    assert call("anonymize", recording, f"{tmp_path}/new/", "--format", "flac") == 2
    assert "no such folder" in capsys.readouterr().err
    assert call("anonymize", recording, tmp_path / "new" / "x.wav", "--dry-run") == 2


def test_an_overwriting_run_never_follows_a_link_to_an_original(recording, tmp_path, capsys):
    place, out = tmp_path / "in", tmp_path / "out"
    (place / "a").mkdir(parents=True)
    out.mkdir()
    original = place / "a" / "anna.wav"
    recording.rename(original)
    before = original.read_bytes()
    (out / "a").symlink_to(place / "a")
    assert call("anonymize", place, out, "--overwrite") == 2
    assert original.read_bytes() == before
    assert sorted(path.name for path in place.rglob("*")) == ["a", "anna.wav"]
