import json
import os
import signal
import stat
import subprocess
import sys
import time

import numpy as np
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


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    call("key", "new", path)
    return path


def call(*arguments):
    """Exit code of the command line, in this process."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def one_line(text):
    return text.startswith("voxnym: error: ") and text.count("\n") == 1


def test_a_file(recording, tmp_path, capsys):
    out = tmp_path / "out.flac"
    assert call("anonymize", recording, out) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "out.flac" in said.err
    assert "random key" in said.err
    info = soundfile.info(out)
    assert (info.frames, info.samplerate, info.format) == (16000, 16000, "FLAC")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["anna.wav", "out.flac"]


def test_quiet_says_nothing(recording, tmp_path, capsys):
    assert call("anonymize", recording, tmp_path / "out.wav", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_the_same_key_gives_the_same_bytes_and_another_one_others(recording, key, tmp_path):
    def data(*more):
        out = tmp_path / "out.wav"
        assert call("anonymize", recording, out, "--overwrite", "--quiet", *more) == 0
        return out.read_bytes()

    assert data("--key", key) == data("--key", key)
    assert data() != data()


def test_an_output_folder_takes_a_file_of_the_same_name(recording, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    assert call("anonymize", recording, tmp_path / "out") == 0
    assert (tmp_path / "out" / "anna.wav").exists()
    assert "name was kept" in capsys.readouterr().err
    assert call("anonymize", recording, tmp_path / "out", "--format", "ogg") == 0
    assert soundfile.info(tmp_path / "out" / "anna.ogg").subtype == "VORBIS"


def test_settings_reach_the_system(recording, key, tmp_path):
    outs = []
    for value in ("0.6", "0.9"):
        outs.append(tmp_path / f"{value}.wav")
        options = ("--system", "mcadams", "--set", f"content_mcadams.coefficient={value}")
        assert call("anonymize", recording, outs[-1], "--key", key, *options) == 0
    assert outs[0].read_bytes() != outs[1].read_bytes()


def test_linkable_voices_and_kept_loudness_are_said(recording, tmp_path, capsys):
    options = ("--per", "speaker", "--level", "keep")
    assert call("anonymize", recording, tmp_path / "out.wav", *options) == 0
    said = capsys.readouterr().err
    assert "linked" in said
    assert "loudness was kept" in said


WRONG = {
    "no such file": ("none.wav", "out.wav"),
    "no such folder": ("anna.wav", "none/out.wav"),
    "unknown extension": ("anna.wav", "out.xyz"),
    "no extension": ("anna.wav", "out"),
    "itself": ("anna.wav", "anna.wav", "--overwrite"),
    "text": ("text.wav", "out.wav"),
    "empty": ("empty.wav", "out.wav"),
    "unknown system": ("anna.wav", "out.wav", "--system", "mcadms"),
    "unknown format": ("anna.wav", "out.wav", "--format", "xyz"),
    "unknown setting": ("anna.wav", "out.wav", "--set", "content_warp.x=1"),
    "setting without value": ("anna.wav", "out.wav", "--set", "content_warp.low"),
    "setting of a wrong kind": ("anna.wav", "out.wav", "--set", "content_warp.low=high"),
    "unknown choice": ("anna.wav", "out.wav", "--per", "month"),
    "no workers": ("anna.wav", "out.wav", "--workers", "0"),
    "no key": ("anna.wav", "out.wav", "--key", "none"),
    "open key": ("anna.wav", "out.wav", "--key", "open"),
    "empty speaker": ("anna.wav", "out.wav", "--speaker", " "),
    "log over a recording": ("anna.wav", "out.wav", "--json", "anna.wav"),
    "log is the output": ("anna.wav", "out.wav", "--json", "out.wav"),
    "folder into a pipe": ("folder", "-"),
    "folder into a file": ("folder", "anna.wav"),
    "folder into itself": ("folder", "folder"),
    "empty folder": ("folder", "out"),
    "pipe without a name": ("-", "out.wav", "--per", "speaker"),
    "two on standard output": ("anna.wav", "-", "--json", "-"),
    "missing argument": ("anna.wav",),
    "unknown option": ("anna.wav", "out.wav", "--nonsense"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_line_and_leaves_nothing(
    case, recording, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.wav").write_text("hello\n")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "open").write_text("voxnym-key-1\n" + "00" * 32)
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "folder").mkdir()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert call("anonymize", *WRONG[case], "--quiet") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert one_line(said.err), said.err
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_an_existing_output_needs_overwrite(recording, tmp_path, capsys):
    out = tmp_path / "out.wav"
    out.write_bytes(b"precious")
    assert call("anonymize", recording, out) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert out.read_bytes() == b"precious"
    assert call("anonymize", recording, out, "--overwrite") == 0
    assert soundfile.info(out).frames == 16000


def test_a_folder_with_a_bad_file_is_done_otherwise(recording, tmp_path, capsys):
    place = tmp_path / "in"
    (place / "a").mkdir(parents=True)
    (place / "a" / "good.wav").write_bytes(recording.read_bytes())
    (place / "bad.wav").write_text("no audio")
    (place / "notes.txt").write_text("x")
    code = call("anonymize", place, tmp_path / "out", "--json", tmp_path / "log")
    said = capsys.readouterr().err
    assert code == 1
    assert "failed: bad.wav: text" in said
    assert "1 done, 1 failed" in said
    assert "files that are no audio: 1" in said
    assert soundfile.info(tmp_path / "out" / "a" / "good.wav").frames == 16000
    assert not (tmp_path / "out" / "bad.wav").exists()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600
    summary = json.loads((tmp_path / "log").read_text().splitlines()[-1])
    assert (summary["done"], summary["failed"]) == (1, 1)


def test_a_dry_run_writes_nothing(recording, tmp_path, capsys):
    place = tmp_path / "in"
    place.mkdir()
    recording.rename(place / "anna.wav")
    assert call("anonymize", place, tmp_path / "out", "--dry-run") == 0
    assert "would write" in capsys.readouterr().err
    assert call("anonymize", place / "anna.wav", tmp_path / "x.wav", "--dry-run") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_defect_is_one_line_too(recording, tmp_path, capsys, monkeypatch):
    import voxnym.cli.anonymize

    def broken(*arguments):
        raise ZeroDivisionError("by zero\nsecond line")

    monkeypatch.setattr(voxnym.cli.anonymize, "_work", broken)
    assert call("anonymize", recording, tmp_path / "x.wav") == 2
    said = capsys.readouterr().err
    assert one_line(said)
    assert "ZeroDivisionError" in said
    assert "VOXNYM_DEBUG=1" in said


def piped(data, *arguments):
    return subprocess.run(
        [*COMMAND, "anonymize", *map(str, arguments)], input=data, capture_output=True, check=False
    )


def test_pipes(recording, key, tmp_path):
    assert call("anonymize", recording, tmp_path / "x.wav", "--key", key) == 0
    done = piped(recording.read_bytes(), "-", "-", "--key", key)
    assert done.returncode == 0
    assert done.stdout == (tmp_path / "x.wav").read_bytes()
    assert b"standard" not in done.stdout


def test_a_refused_pipe_writes_nothing(tmp_path):
    done = piped(b"no audio at all", "-", "-")
    assert (done.returncode, done.stdout) == (2, b"")
    assert one_line(done.stderr.decode())


def test_a_large_pipe_goes_through_an_unnamed_file(recording, tmp_path, monkeypatch):
    import voxnym.jobs.single

    monkeypatch.setattr(voxnym.jobs.single, "_IN_MEMORY_BYTES", 1000)
    with recording.open("rb") as file:
        monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": file}))
        assert call("anonymize", "-", tmp_path / "x.flac") == 0
    assert soundfile.info(tmp_path / "x.flac").frames == 16000


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("after_s", [0.05, 0.5])  # while the worker starts, while it works
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_so_and_leaves_nothing_half(tmp_path, number, after_s):
    place, out = tmp_path / "in", tmp_path / "out"
    place.mkdir()
    long = np.tile(toy_speech(seconds=5.0).samples[0], 120)
    soundfile.write(place / "long.wav", long, 16000)
    process = subprocess.Popen(
        [*COMMAND, "anonymize", str(place), str(out)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell's background job ignores Ctrl-C, and so would its children, tests included.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 20
    while not list(out.glob(".voxnym-*.tmp")) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(after_s)
    # Ctrl-C on a terminal goes to all processes of the group.
    os.killpg(process.pid, number)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert [line[:8] for line in said.splitlines()] == ["voxnym: "] * len(said.splitlines())
    assert said.splitlines()[-1].startswith("voxnym: interrupted")
    assert [path.name for path in out.iterdir()] == [".voxnym-journal.jsonl"]
