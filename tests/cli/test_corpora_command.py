"""Corpora, turns, redaction and names through the command, on toy speech."""

import json
import re
import shutil
import signal
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voxnym.cli import main
from voxnym.corpora.kaldi_rules import violations
from voxnym.inspecting.walk import inspect
from voxnym.testing import ToySpeaker, toy_speech

RATE = 16000
PEOPLE = {"anna": ToySpeaker(210, 1.12), "bruno": ToySpeaker(110)}


@pytest.fixture(autouse=True)
def _signals():
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def call(*arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def found(path):
    return [(f.path.name, f.kind.value, f.what) for f in inspect(path) if not f.carried]


def conversation(path, seconds=2.0, count=4):
    """Two people in turns, and when each speaks."""
    pieces, turns, place = [], [], 0.0
    for i in range(count):
        who = ("anna", "bruno")[i % 2]
        pieces += [
            toy_speech(PEOPLE[who], seconds=seconds, seed=i).samples[0],
            1e-3 * np.random.default_rng(i).standard_normal(RATE // 2).astype(np.float32),
        ]
        turns.append((place, place + seconds, who))
        place += seconds + 0.5
    soundfile.write(path, np.concatenate(pieces), RATE)
    return turns


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    call("key", "new", path)
    return path


@pytest.fixture
def kaldi(tmp_path):
    """A data folder with segments, a whole recording from a pipe, genders and texts."""
    home = tmp_path / "data"
    (home / "wav").mkdir(parents=True)
    turns = conversation(home / "wav" / "talk.wav")
    conversation(tmp_path / "data" / "wav" / "piped.wav", count=1)
    pipe = f"cat {home}/wav/piped.wav"
    (home / "wav.scp").write_text(f"piped {pipe} |\ntalk wav/talk.wav\n")
    rows = sorted((f"{w}-{i}", "talk", a, b, w) for i, (a, b, w) in enumerate(turns))
    rows = sorted([*rows, ("bruno-9", "piped", 0.0, 2.0, "bruno")])
    (home / "segments").write_text("".join(f"{u} {r} {a} {b}\n" for u, r, a, b, _ in rows))
    (home / "utt2spk").write_text("".join(f"{u} {w}\n" for u, *_, w in rows))
    (home / "text").write_text("".join(f"{u} my name is {w} berg\n" for u, *_, w in rows))
    (home / "spk2gender").write_text("anna f\nbruno m\n")
    (home / "spk2utt").write_text(
        "".join(f"{n} {' '.join(u for u, *_, w in rows if w == n)}\n" for n in ("anna", "bruno"))
    )
    assert violations(home) == ()
    return home


def test_pipes_are_not_run_unless_allowed(kaldi, tmp_path, capsys):
    (kaldi / "wav.scp").write_text(f"piped touch {tmp_path}/run |\ntalk wav/talk.wav\n")
    assert call("anonymize", kaldi, tmp_path / "out") == 2
    assert "--allow-pipes" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "out").exists()


def test_a_failing_pipe_costs_its_own_recording(kaldi, tmp_path, capsys):
    scp = kaldi / "wav.scp"
    scp.write_text("piped echo no such disk >&2; exit 3 |\ntalk wav/talk.wav\n")
    out = tmp_path / "out"
    assert call("anonymize", kaldi, out, "--allow-pipes") == 1
    assert "failed with code 3: no such disk" in capsys.readouterr().err
    assert (out / "wav.scp").read_text() == "talk recordings/talk.wav\n"
    assert "bruno-9" not in (out / "text").read_text()
    assert violations(out) == ()


def test_kaldi_in_and_out(kaldi, key, tmp_path):
    out = tmp_path / "out"
    assert call("anonymize", kaldi, out, "--allow-pipes", "--key", key, "--per", "speaker") == 0
    assert violations(out) == ()
    for name in ("utt2spk", "text", "spk2gender"):
        assert (out / name).read_text() == (kaldi / name).read_text()
    assert (out / "wav.scp").read_text().splitlines() == [
        "piped recordings/piped.wav",
        "talk recordings/talk.wav",
    ]
    before, _ = soundfile.read(kaldi / "wav" / "talk.wav")
    after, rate = soundfile.read(out / "recordings" / "talk.wav")
    assert (after.size, rate) == (before.size, RATE)
    # Run again: nothing to do, and nothing written anew.
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and p.name[0] != "."}
    assert call("anonymize", kaldi, out, "--allow-pipes", "--key", key, "--per", "speaker") == 0
    assert stamps == {p: p.stat().st_mtime_ns for p in stamps}
    # Another text: the tables are written again, the recordings are not.
    (kaldi / "text").write_text((kaldi / "text").read_text().replace("berg", "tal"))
    assert call("anonymize", kaldi, out, "--allow-pipes", "--key", key, "--per", "speaker") == 0
    assert (out / "text").read_text() == (kaldi / "text").read_text()
    changed = {p.name for p in stamps if p.stat().st_mtime_ns != stamps[p]}
    assert changed == {"text"}


def test_shards_leave_the_tables_to_a_run_of_the_whole(kaldi, key, tmp_path, capsys):
    out, whole = tmp_path / "out", tmp_path / "whole"
    arguments = ("--allow-pipes", "--key", key, "--rename")
    for shard in ("2/2", "1/2"):
        assert call("anonymize", kaldi, out, *arguments, "--shard", shard) == 0
        assert not (out / "wav.scp").exists()
    assert "without --shard" in capsys.readouterr().err
    assert call("anonymize", kaldi, out, *arguments) == 0
    assert "2 finished by an earlier run" in capsys.readouterr().err
    assert call("anonymize", kaldi, whole, *arguments) == 0
    trees = [
        {
            str(p.relative_to(home)): p.read_bytes()
            for p in home.rglob("*")
            if p.name[0] != "." and p.is_file()
        }
        for home in (out, whole)
    ]
    assert trees[0] == trees[1]
    assert violations(out) == ()
    assert found(out) == []


def test_renamed_kaldi_holds_no_name(kaldi, key, tmp_path):
    out, mapping = tmp_path / "out", tmp_path / "mapping.csv"
    arguments = ("anonymize", kaldi, out, "--allow-pipes", "--key", key, "--rename")
    assert call(*arguments, "--mapping", mapping) == 0
    assert violations(out) == ()
    assert found(out) == []
    everything = b"".join(
        p.read_bytes() for p in out.rglob("*") if p.suffix != ".wav" and p.is_file()
    )
    names = [str(p.relative_to(out)) for p in out.rglob("*")]
    for name in ("anna", "bruno", "talk", "piped"):
        assert not any(name in each for each in names)
        ids = b"".join(line.split()[0] for line in everything.splitlines() if line.strip())
        assert name.encode() not in ids
    assert stat.S_IMODE(mapping.stat().st_mode) == 0o600
    rows = [line.split(",") for line in mapping.read_text().splitlines()]
    way_back = {(kind, name): to for kind, name, to in rows[1:]}
    assert way_back["speaker", "anna"] in (out / "spk2gender").read_text()
    utterances = (out / "utt2spk").read_text().split()[::2]
    assert all(re.fullmatch(r"[A-Z2-7]{10}-[A-Z2-7]{10}", each) for each in utterances)


def test_kept_names_are_found(kaldi, key, tmp_path, capsys):
    out = tmp_path / "out"
    call("anonymize", kaldi, out, "--allow-pipes", "--key", key)
    assert call("inspect", out) == 1
    assert "anna-0" in capsys.readouterr().out


def test_redacted_kaldi_says_the_name_nowhere(kaldi, key, tmp_path, capsys):
    labels = tmp_path / "labels.csv"
    rows = ["recording,start,end,label", "talk,0.5,1.0,anna berg", "piped,,,"]
    labels.write_text("\n".join(rows) + "\n")
    out = tmp_path / "out"
    code = call("anonymize", kaldi, out, "--allow-pipes", "--key", key, "--redact", labels)
    assert code == 0, capsys.readouterr().err
    texts = dict(line.split(" ", 1) for line in (out / "text").read_text().splitlines())
    assert texts["anna-0"] == "my name is [redacted]"
    # Said again in the same recording, and in another one.
    assert texts["anna-2"] == "my name is [redacted]"
    assert texts["bruno-1"] == "my name is bruno [redacted]"
    assert texts["bruno-9"] == "my name is bruno berg"
    samples, _ = soundfile.read(out / "recordings" / "talk.wav")
    hidden = samples[round(0.5 * RATE) : RATE]
    assert np.argmax(np.abs(np.fft.rfft(hidden))) == 1000 * hidden.size // RATE


def test_recordings_that_labels_forget_are_refused(kaldi, tmp_path, capsys):
    labels = tmp_path / "labels.csv"
    labels.write_text("recording,start,end,label\ntalk,0.5,1.0,anna\n")
    out = tmp_path / "out"
    assert call("anonymize", kaldi, out, "--allow-pipes", "--redact", labels) == 1
    assert "no labels of piped" in capsys.readouterr().err
    assert not (out / "recordings" / "piped.wav").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_lhotse_in_and_out(packed, tmp_path):
    lhotse = pytest.importorskip("lhotse", reason="lhotse is not installed")
    home = tmp_path / "in"
    home.mkdir()
    turns = conversation(home / "talk.wav")
    recordings = lhotse.RecordingSet.from_recordings(
        [lhotse.Recording.from_file(home / "talk.wav", recording_id="talk")]
    )
    supervisions = lhotse.SupervisionSet.from_segments(
        lhotse.SupervisionSegment(
            id=f"{w}-{i}", recording_id="talk", start=a, duration=b - a, speaker=w, text="good day",
            gender="F", custom={"phone": "0123"},
        )
        for i, (a, b, w) in enumerate(turns)
    )  # fmt: skip
    ending = ".jsonl.gz" if packed else ".jsonl"
    recordings.to_file(home / f"recordings{ending}")
    supervisions.to_file(home / f"supervisions{ending}")
    out = tmp_path / "out"
    assert call("anonymize", home, out, "--rename") == 0
    assert found(out) == []
    (name,) = (p.name for p in out.glob(f"recordings*{ending}"))
    (other,) = (p.name for p in out.glob(f"supervisions*{ending}"))
    new = lhotse.RecordingSet.from_file(out / name)
    said = lhotse.SupervisionSet.from_file(out / other)
    (one,) = new
    assert one.num_samples == next(iter(recordings)).num_samples
    assert sorted((s.start, s.duration) for s in said) == sorted((a, b - a) for a, b, _ in turns)
    assert all(s.custom is None for s in said)
    assert len({s.speaker for s in said}) == 2


def test_a_folder_with_turns_transcripts_and_names(key, tmp_path):
    home = tmp_path / "in" / "anna"
    home.mkdir(parents=True)
    turns = conversation(home / "talk.wav")
    labels = tmp_path / "turns"
    (labels / "anna").mkdir(parents=True)
    (labels / "anna" / "talk.rttm").write_text(
        "".join(f"SPEAKER talk 1 {a} {b - a} <NA> <NA> {w} <NA> <NA>\n" for a, b, w in turns)
    )
    redactions = tmp_path / "redactions"
    (redactions / "anna").mkdir(parents=True)
    (redactions / "anna" / "talk.txt").write_text("1.0\t1.5\tAnna\n")
    words = tmp_path / "words"
    (words / "anna").mkdir(parents=True)
    (words / "anna" / "talk.srt").write_text(
        "1\n00:00:00,500 --> 00:00:02,000\nI am Anna Berg.\n\n"
        "2\n00:00:02,500 --> 00:00:04,000\nHello!\n"
    )
    out = tmp_path / "out"
    code = call(
        "anonymize", tmp_path / "in", out, "--key", key, "--turns", labels, "--redact", redactions,
        "--transcript", words, "--rename",
    )  # fmt: skip
    assert code == 0
    (srt,), (rttm,), (wav,) = (list(out.rglob(f"*.{e}")) for e in ("srt", "rttm", "wav"))
    assert srt.stem == rttm.stem == wav.stem
    assert "Anna" not in srt.read_text()
    assert "Hello!" in srt.read_text()
    assert not re.search("anna|bruno|talk", rttm.read_text())
    assert len(rttm.read_text().splitlines()) >= 4
    assert found(out) == []


def test_one_recording_with_all_of_it(key, tmp_path, capsys):
    source = tmp_path / "talk.wav"
    turns = conversation(source)
    labels = tmp_path / "talk.rttm"
    labels.write_text(
        "".join(f"SPEAKER talk 1 {a} {b - a} <NA> <NA> {w} <NA> <NA>\n" for a, b, w in turns)
    )
    secret = tmp_path / "secret.txt"
    secret.write_text("1.0\t1.5\tAnna\n")
    words = tmp_path / "talk.vtt"
    words.write_text("WEBVTT\n\n00:00.500 --> 00:02.000\n<v Anna>I am Anna.\n")
    out = tmp_path / "out.flac"
    arguments = ("anonymize", source, out, "--key", key, "--turns", labels, "--redact", secret)
    assert call(*arguments, "--transcript", words) == 0
    assert soundfile.info(out).frames == soundfile.info(source).frames
    text = (tmp_path / "out.vtt").read_text()
    assert "I am [redacted]" in text
    assert call(*arguments, "--transcript", words) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_text_that_cannot_be_redacted_is_not_given_out(tmp_path, capsys):
    source = tmp_path / "talk.wav"
    conversation(source, count=1)
    (tmp_path / "secret.txt").write_text("0.5\t1.0\tNAME\n")
    (tmp_path / "words.txt").write_text("I am Anna.\n")
    out = tmp_path / "out.wav"
    code = call(
        "anonymize", source, out, "--redact", tmp_path / "secret.txt",
        "--transcript", tmp_path / "words.txt",
    )  # fmt: skip
    assert code == 1
    assert out.exists()
    assert not (tmp_path / "out.txt").exists()
    assert "Anna" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--mapping", "m.csv"), "give --rename"),
        (("--root", "."), "no corpus"),
        (("--allow-pipes",), "no corpus"),
        (("--turns", "missing.rttm"), "no such file"),
        (("--shard", "3/2"), "shard"),
        (("--shard", "1/2"), "give --key"),
        (("--redact-guard", "-1"), "redact-guard"),
        (("--address", "auto"), "--engine ray"),
        (("--keep", "faces"), "keep"),
    ],
)
def test_arguments_that_do_not_fit(arguments, told, tmp_path, capsys):
    source = tmp_path / "talk.wav"
    conversation(source, count=1)
    assert call("anonymize", source, tmp_path / "out.wav", *arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.wav").exists()


def test_a_mapping_in_the_output_is_refused_before_any_work(kaldi, tmp_path):
    out = tmp_path / "out"
    code = call("anonymize", kaldi, out, "--allow-pipes", "--rename", "--mapping", out / "m.csv")
    assert code == 2
    assert not out.exists()


def test_links_and_ways_out_of_the_corpus_are_refused(kaldi, tmp_path, capsys):
    outside = tmp_path / "outside.wav"
    shutil.copy(kaldi / "wav" / "talk.wav", outside)
    (kaldi / "wav" / "link.wav").symlink_to(outside)
    for entry in (f"{outside}", "../outside.wav", "wav/link.wav"):
        (kaldi / "wav.scp").write_text(f"piped wav/piped.wav\ntalk {entry}\n")
        assert call("anonymize", kaldi, tmp_path / "out") == 2
        assert "wav.scp" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
    (kaldi / "wav.scp").write_text(f"piped wav/piped.wav\ntalk {outside}\n")
    assert call("anonymize", kaldi, tmp_path / "out", "--root", tmp_path) == 0


def test_json_log_names_every_recording(kaldi, tmp_path):
    log = tmp_path / "log.jsonl"
    call("anonymize", kaldi, tmp_path / "out", "--allow-pipes", "--json", log)
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert sorted(entry["label"] for entry in entries[:-1]) == ["piped", "talk"]
    assert entries[-1]["done"] == 2


def test_files_are_never_named_by_ids_that_look_like_paths(tmp_path):
    home = tmp_path / "data"
    home.mkdir()
    conversation(home / "a.wav", count=1)
    (home / "wav.scp").write_text("../../x/y a.wav\n")
    (home / "utt2spk").write_text("../../x/y anna\n")
    out = tmp_path / "out"
    assert call("anonymize", home, out) == 0
    assert [p.name for p in (out / "recordings").iterdir()] == ["%2E.%2F..%2Fx%2Fy.wav"]
    assert sorted(Path(tmp_path).iterdir()) == sorted([home, out])
