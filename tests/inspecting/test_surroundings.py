"""What surrounds the recordings: names, times, owners, attributes, links, files beside them."""

import gzip
import json
import os
import time

import pytest

from voxnym.audio.formats import FORMATS
from voxnym.audio.write import FileWriter
from voxnym.errors import InputError
from voxnym.inspecting import attributes
from voxnym.inspecting.finding import ADVICE, Kind
from voxnym.inspecting.names import is_pseudonym
from voxnym.inspecting.walk import inspect
from voxnym.jobs.journal import NAME, Journal, Slot
from voxnym.keys import Key
from voxnym.testing import toy_speech

ONE, TWO = "657O6XWWNW", "ABCDEFGHIJ"


def found(path, kind=None):
    return [
        (finding.kind, finding.path.name, finding.what)
        for finding in inspect(path)
        if kind in (None, finding.kind)
    ]


def write(path, channels=1, subtype=None, seconds=0.3, form=None):
    speech = toy_speech(seconds=seconds)
    form = form or next(form for form in FORMATS if path.suffix in form.extensions)
    with FileWriter(path, form, speech.rate, channels, subtype, speech.length) as writer:
        writer.write(speech.samples.repeat(channels, axis=0))
    return path


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_what_voxnym_writes_tells_nothing(form, tmp_path):
    for number, subtype in enumerate([None, *form.subtypes.values()]):
        for channels in (1, 2, 6):
            if channels <= form.max_channels:
                letters = "ABCDEFGH"[number] + "ABCDEFGH"[channels]
                name = ONE[:-2] + letters + form.extensions[0]
                write(tmp_path / name, channels, subtype, form=form)
    assert found(tmp_path) == []
    assert any(tmp_path.iterdir())


def test_a_longer_recording_of_many_frames_tells_nothing(tmp_path):
    for form in FORMATS:
        write(tmp_path / f"{ONE}{form.extensions[0]}", 2, seconds=40.0, form=form)
    assert found(tmp_path) == []


def test_a_journal_tells_nothing_but_what_is_written_into_it(tmp_path):
    slot = Slot("ab" * 32, "cd" * 32)
    with Journal(tmp_path, Key.random()) as journal:
        journal.placing(slot, "ef" * 32, 12345)
        journal.done(slot)
        journal.end()
    assert found(tmp_path) == []
    with (tmp_path / NAME).open("a") as file:
        file.write('{"kind": "done", "id": "anna schmidt"}\n')
    ((kind, _, what),) = found(tmp_path)
    assert kind == Kind.name
    assert "anna, schmidt" in what


@pytest.mark.parametrize("name", [ONE, f"{ONE}-{TWO}", f"{ONE}_{TWO}.{ONE}"])
def test_pseudonyms(name, tmp_path):
    assert is_pseudonym(name)
    write(tmp_path / f"{name}.wav")
    assert found(tmp_path) == []


@pytest.mark.parametrize("name", ["anna", ONE.lower(), ONE + "A", ONE[:-1], f"{ONE}-anna",
                                  f"{ONE}.anna", f"{ONE}\u0410", "1234567890"])  # fmt: skip
def test_other_names(name, tmp_path):
    assert not is_pseudonym(name)
    write(tmp_path / f"{name}.wav")
    assert [kind for kind, _, _ in found(tmp_path)] == [Kind.name]


def test_folders_below_have_names_too_and_the_given_one_has_not(tmp_path):
    (tmp_path / "anna" / TWO).mkdir(parents=True)
    write(tmp_path / "anna" / TWO / f"{ONE}.wav")
    assert found(tmp_path) == [(Kind.name, "anna", "anna")]
    assert found(tmp_path / "anna") == []


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "hello planted", Kind.transcript),
        ("a.TextGrid", "hello planted", Kind.transcript),
        ("a.srt", "hello planted", Kind.transcript),
        ("a.vtt", "hello planted", Kind.transcript),
        ("a.eaf", "hello planted", Kind.transcript),
        ("a.lab", "hello planted", Kind.transcript),
        ("text", f"{ONE} hello planted", Kind.transcript),
        ("spk2gender", f"{ONE} f planted", Kind.beside),
        ("utt2spk", f"{ONE} planted", Kind.name),
        ("wav.scp", f"{ONE} sox planted.wav |", Kind.name),
        ("a.rttm", "SPEAKER planted 1 0.0 1.0 <NA> <NA> x <NA> <NA>", Kind.name),
        ("a.csv", "path,gender\nplanted.wav,f", Kind.name),
        ("a.json", '{"id": "planted"}', Kind.name),
        ("a.xml", "<who>planted</who>", Kind.beside),
        (".DS_Store", "planted", Kind.beside),
        ("a.wav", "planted", Kind.unreadable),
        ("a.jpg", "planted", Kind.picture),
        ("a", "voxnym-key-1\n00", Kind.beside),
    ],
)
def test_files_beside(name, text, kind, tmp_path):
    (tmp_path / name).write_text(text)
    (what,) = (what for each, _, what in found(tmp_path) if each == kind and what != name)
    assert "planted" in what or "key" in what


TABLES = {
    "utt2spk": f"{ONE}-{TWO} {ONE}\n",
    "wav.scp": f"{ONE} wav/{ONE}/{TWO}.flac\n",
    "segments": f"{ONE} {TWO} 0.00 12.5\n",
    "a.rttm": f"SPEAKER {ONE} 1 0.0 1.5 <NA> <NA> {TWO} <NA> <NA>\n",
    "a.jsonl": json.dumps({"id": ONE, "start": 0.0, "channel": 0, "speaker": TWO}) + "\n",
    "a.csv": f"path,speaker,start,end\n{ONE}.wav,{TWO},0,1.25\n",
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("packed", [False, True])
def test_tables_of_pseudonyms_tell_nothing(name, packed, tmp_path):
    path = tmp_path / (name + ".gz" * packed)
    for text, kinds in ((TABLES[name], []), (TABLES[name] + "anna\n", [Kind.name])):
        data = text.encode() * 9000
        path.write_bytes(gzip.compress(data) if packed else data)
        content = [kind for kind, _, what in found(tmp_path) if what != path.name]
        assert content == kinds


def test_times_that_were_kept_from_elsewhere(tmp_path):
    path = write(tmp_path / f"{ONE}.wav")
    long_ago = time.time() - 40 * attributes.DAY_S
    os.utime(path, (long_ago, long_ago))
    ((kind, name, what),) = found(tmp_path)
    assert (kind, name) == (Kind.time, path.name)
    assert attributes.day(long_ago) in what


def test_times_that_lie_apart_are_told_of_the_folder(tmp_path):
    write(tmp_path / f"{ONE}.wav")
    path = write(tmp_path / f"{TWO}.wav")
    later = time.time() + 3 * attributes.DAY_S
    os.utime(path, (later, later))
    ((kind, name, what),) = found(tmp_path)
    assert (kind, name) == (Kind.time, tmp_path.name)
    assert attributes.day(later) in what


def test_an_extended_attribute(tmp_path):
    path = write(tmp_path / f"{ONE}.wav")
    try:
        os.setxattr(path, "user.xdg.origin.url", b"https://planted.example")
    except (AttributeError, OSError):
        pytest.skip("the file system of the temporary folder takes no extended attributes")
    assert found(tmp_path) == [(Kind.attribute, path.name, "https://planted.example")]


def test_the_owner_is_told_where_it_is_somebody_else(tmp_path, monkeypatch):
    path = write(tmp_path / f"{ONE}.wav")
    if not hasattr(os, "getuid"):
        pytest.skip("files have no owners by number here")
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    ((kind, _, what),) = found(tmp_path)
    assert kind == Kind.owner
    assert what


def test_links_are_told_and_not_followed(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("planted")
    (inside / ONE).symlink_to(tmp_path / "secret.txt")
    (inside / TWO).symlink_to(tmp_path)
    kinds = [(kind, name) for kind, name, _ in found(inside)]
    assert kinds == [(Kind.link, ONE), (Kind.link, TWO)]
    assert "secret.txt" in found(inside)[0][2]


def test_a_pipe_is_told_and_not_opened(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes here")
    os.mkfifo(tmp_path / f"{ONE}.wav")
    assert [kind for kind, _, _ in found(tmp_path)] == [Kind.beside]


def test_names_that_no_terminal_should_see(tmp_path):
    (tmp_path / "a\n\x1b[31m.wav").write_bytes(b"x")
    assert all(what.isprintable() for _, _, what in found(tmp_path))


def test_a_missing_path_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be looked at"):
        inspect(tmp_path / "none")


def test_every_kind_has_advice():
    assert set(ADVICE) == set(Kind)
