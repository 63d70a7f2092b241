"""Our own manifest, as CSV and as JSONL."""

import csv
import gzip
import json
import re
from pathlib import Path, PurePath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voxnym.corpora.corpus import Made
from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.reading import is_corpus, read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError
from voxnym.keys import Key
from voxnym.records import Span

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TABLE = '''\
id,path,speaker,gender,start,end,channel,text,mood
a2,sub/a.wav,Anna Berg,Female,1.5,2.5,1,"well, ""yes""",glad
a1,sub/a.wav,Bert,Male,0,1,0,,sad
b1,b.wav,Bert,Male,,,,hm,
'''


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def new(name, frames=48000):
    return Made(PurePath(name), 16000, frames, 2)


def test_table(tmp_path, out):
    (tmp_path / "manifest.csv").write_text(TABLE)
    assert is_corpus(tmp_path) == is_corpus(tmp_path / "manifest.csv") == "manifest"
    corpus = read_corpus(tmp_path)
    assert [one.id for one in corpus.recordings] == ["b.wav", "sub/a.wav"]
    assert corpus.recording("sub/a.wav").source == tmp_path / "sub" / "a.wav"
    assert corpus.turns_of("sub/a.wav") == (Span(0.0, 1.0, "Bert"), Span(1.5, 2.5, "Anna Berg"))
    assert corpus.turns_of("b.wav") == ()
    second = corpus.utterances[1]
    assert (second.channel, second.gender, second.text) == (1, "f", 'well, "yes"')
    assert second.rest == ("mood",)
    assert corpus.notes == (
        "columns that are not written again, since we do not know them: mood",
        "2 of 2 recordings are not there; relative paths count from the corpus's folder, or from "
        "the folder named with --root DIR",
    )
    made = {"sub/a.wav": new("x/1.opus", 32000), "b.wav": new("x/2.opus")}
    write_corpus(corpus, out, made)
    assert (
        (out / "manifest.csv").read_text()
        == '''\
id,path,speaker,gender,start,end,channel,text
a1,x/1.opus,Bert,Male,0.0,1.0,0,
a2,x/1.opus,Anna Berg,Female,1.5,2.0,1,"well, ""yes"""
b1,x/2.opus,Bert,Male,,,,hm
'''
    )


def test_renamed(tmp_path, out):
    (tmp_path / "manifest.csv").write_text(TABLE)
    names = PseudonymNames(Key(bytes(32)))
    made = {"sub/a.wav": new("x/1.opus"), "b.wav": new("x/2.opus")}
    write_corpus(read_corpus(tmp_path), out, made, names)
    text = (out / "manifest.csv").read_text()
    assert "Anna" not in text
    assert "a1" not in text
    assert text.count(names.speaker("Bert") + ",") == 2


def test_lines_of_json(tmp_path, out):
    rows = [
        {"id": "u1", "path": "./a.opus", "speaker": "s", "gender": "F", "text": None, "rate": 8000,
         "emotion": "glad", "language": "en", "split": "test", "duration_s": 2.5, "source": "/x"},
        {"id": "u0", "path": "a.opus", "start": 1, "end": 2.5, "channel": [0, 1]},
    ]  # fmt: skip
    file = tmp_path / "manifest.jsonl.gz"
    file.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in rows).encode()))
    corpus = read_corpus(tmp_path)
    assert [one.id for one in corpus.recordings] == ["a.opus"]
    assert corpus.recordings[0].seconds == 2.5
    write_corpus(corpus, out, {"a.opus": new("1.wav")})
    written = gzip.decompress((out / "manifest.jsonl.gz").read_bytes()).splitlines()
    first, second = map(json.loads, written)
    assert list(first) == [
        "id", "path", "speaker", "gender", "start", "end", "channel", "text", "emotion",
        "language", "split", "rate", "duration_s",
    ]  # fmt: skip
    assert (first["start"], first["end"], first["channel"]) == (1.0, 2.5, [0, 1])
    assert (first["rate"], first["duration_s"]) == (16000, 1.5)
    assert (second["gender"], second["emotion"], second["split"]) == ("F", "glad", "test")
    assert (second["rate"], second["duration_s"], second["text"]) == (16000, 3.0, None)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_marks_and_ends_of_lines(tmp_path, separator):
    file = tmp_path / ("m.tsv" if separator == "\t" else "m.csv")
    text = "\r\n".join(
        separator.join(row) for row in (("id", "path"), ("ä", "1.wav"), ("b", "2.wav"))
    )
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert is_corpus(file) == "manifest"
    assert [one.id for one in read_corpus(file).utterances] == ["b", "ä"]


def test_a_carriage_return_inside_a_field_breaks_no_row(tmp_path, out):
    (tmp_path / "manifest.csv").write_bytes(b'id,path,text\nx,a.wav,"one\rtwo"\n')
    corpus = read_corpus(tmp_path)
    write_corpus(corpus, out, {"a.wav": new("1.wav")})
    assert read_corpus(out).utterances[0].text == "one\rtwo"


def test_what_is_no_manifest(tmp_path):
    (tmp_path / "a.csv").write_text("start,end,label\n0,1,x\n")
    (tmp_path / "b.jsonl").write_text('{"id": 1, "sources": []}\n')
    (tmp_path / "c.txt").write_text("id,path\n")
    for name in ("a.csv", "b.jsonl", "c.txt", "none", "."):
        assert is_corpus(tmp_path / name) != "manifest"
    with pytest.raises(InputError, match="no corpus"):
        read_corpus(tmp_path)


REFUSED = [
    ("id,path\nx,/etc/passwd\n", ":2: .*leads out"),
    ("id,path\nx,a.wav\nx,b.wav\n", ":3: id 'x' stands twice"),
    ("id,path\nx y,a.wav\n", ":2: the id 'x y'"),
    ("id,path\n,a.wav\n", ":2: the id is empty"),
    ("id,path\nx,\n", ":2: no path"),
    ("id,path\nx\n", ":2: 1 fields, 2 in the header"),
    ("id,path\nx,a,b\n", ":2: 3 fields"),
    ("id,path,id\nx,a,y\n", ":1: a column stands twice"),
    ("id,file\nx,a\n", ":1: no header row"),
    ("id,path\n", ": no row"),
    ("", ":1: no header row"),
    ('id,path\nx,"a\n', ":.*no row of a table"),
    ('id,path\nx,"a"b\n', ":2: no row of a table"),
    ("id,path,text\nx,a," + "y" * 200_000 + "\n", ":2: no row of a table"),
    ("id,path,start\nx,a.wav,nan\n", ":2: start 'nan'"),
    ("id,path,start,end\nx,a.wav,2,1\n", ":2: .*end after"),
    ("id,path,end\nx,a.wav,-1\n", ":2: end '-1"),
    ("id,path,channel\nx,a.wav,one\n", ":2: channel 'one'"),
    ("id,path,language\nx,a.wav," + "e" * 100 + "\n", ":2: the label"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_refused_names_file_and_line(tmp_path, text, message):
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(tmp_path, kind="manifest")
    assert str(caught.value).startswith(str(tmp_path / "manifest.csv"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("row", [
    {"id": 5, "path": "a"}, {"id": "x", "path": 5}, {"id": "x", "path": "a", "start": [1]},
    {"id": "x", "path": "a", "start": True}, {"id": "x", "path": "a", "text": {}},
    {"id": "x", "path": "a", "speaker": 1}, {"id": "x", "path": "a\u0000b"}, {"path": "a"},
])  # fmt: skip
def test_wrong_types_are_refused(tmp_path, row):
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(InputError, match=r"manifest\.jsonl:1: "):
        read_corpus(tmp_path)


def test_two_manifests_in_a_folder(tmp_path):
    (tmp_path / "manifest.csv").write_text(TABLE)
    (tmp_path / "manifest.jsonl").write_text("{}")
    with pytest.raises(InputError, match=r"2 manifests.*name the file"):
        read_corpus(tmp_path)
    assert len(read_corpus(tmp_path / "manifest.csv").utterances) == 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="the speech collection is not here")
@pytest.mark.parametrize("part", ["librispeech", "emodb", "commonvoice", "ami", "vctk"])
def test_the_speech_collection(tmp_path, part):
    corpus = read_corpus(SHARED / part)
    assert corpus.kind == "manifest"
    assert all(one.source.is_file() for one in corpus.recordings)
    made = {one.id: new(f"{n}.flac", 16000 * 60) for n, one in enumerate(corpus.recordings)}
    write_corpus(corpus, tmp_path, made)
    with (tmp_path / "manifest.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert len(rows) == len(corpus.utterances) > 5
    for row, said in zip(rows, corpus.utterances, strict=True):
        assert (row["id"], row["text"], row["speaker"]) == (said.id, said.text, said.speaker)
        assert "source" not in row
        assert "segments" not in row


ID = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
ROW = st.fixed_dictionaries(
    {"path": st.sampled_from(["a.wav", "b c.wav", "ä,.wav"])},
    optional={"text": TEXT, "speaker": ID, "gender": st.sampled_from(["f", "m"]), "emotion": ID,
              "start": st.floats(0, 99), "end": st.floats(100, 999), "mood": TEXT},
)  # fmt: skip


@given(st.dictionaries(ID, ROW, min_size=1, max_size=5), st.booleans())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_round_trip(tmp_path_factory, rows, table):
    home, first, second = (tmp_path_factory.mktemp(name) for name in ("in", "one", "two"))
    named = [{"id": name, **row} for name, row in rows.items()]
    if table:
        # An end of a line inside a field is one, however it is written.
        for row in named:
            row.update({k: re.sub(r"\r*\n", "\n", v) for k, v in row.items() if isinstance(v, str)})
        with (home / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
            columns = ["id", "path", "text", "speaker", "gender", "emotion", "start", "end", "mood"]
            writer = csv.DictWriter(file, columns, lineterminator="\r\n")
            writer.writeheader()
            writer.writerows(named)
    else:
        (home / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in named))
    corpus = read_corpus(home)
    made = {one.id: new(one.id, 16000 * 1000) for one in corpus.recordings}
    assert write_corpus(corpus, first, made) == ()
    again = read_corpus(first)
    assert [(one.id, one.text, one.speaker, one.start, one.end) for one in corpus.utterances] == [
        (one.id, one.text, one.speaker, one.start, one.end) for one in again.utterances
    ]
    write_corpus(again, second, made)
    for one in first.iterdir():
        assert one.read_bytes() == (second / one.name).read_bytes()
