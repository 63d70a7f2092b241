"""What is refused of lhotse's manifests."""

import gzip
import json

import pytest
from lhotse_manifests import cut, made, recording, source, supervision, write

from voxnym.corpora.names import PseudonymNames
from voxnym.corpora.reading import read_corpus
from voxnym.corpora.writing import write_corpus
from voxnym.errors import InputError, OutputError
from voxnym.keys import Key


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def far(path="/etc/passwd"):
    return recording("r1", source(path))


REFUSED = [
    (far(), "leads out"),
    (far("../up.wav"), "'..'"),
    (recording("r1", source("http://x/y.wav", kind="url")), "network"),
    (recording("r1", source("UklGRg==", kind="memory")), "packed into"),
    (recording("r1", {"type": "shar", "channels": [0], "source": ""}), "Shar"),
    (recording("r1", {"type": "memory", "channels": [0]}), "packed into"),
    (recording("r1", source("x.wav", kind="new")), "of type 'new'"),
    (recording("r1", source("x.wav", [])), "0 channels"),
    (recording("r1", source("x.wav", [0, 0])), "named twice"),
    (recording("r1", source("x.wav"), source("y.wav")), "named twice"),
    (recording("r1", source("x.wav", [-1])), "channel '-1'"),
    (recording("r1", source("x.wav", ["0"])), "channel '0'"),
    (recording("r1", source("x.wav", [True])), "channel 'True'"),
    (recording("r1", source(["x.wav"])), "without a path"),
    (recording("r1", "x.wav"), "without a path"),
    ({**recording(), "sources": []}, "no list of sources"),
    (recording(transforms=[{"name": "Speed"}]), "transforms"),
    (recording("a b"), "white space"),
    (recording(""), "is empty"),
    (recording(None), "missing"),
    (recording(duration=-1), "duration '-1"),
    ({"id": "f", "num_features": 80, "recording_id": "r1"}, "expected a recording"),
    ({"name": "x"}, "expected a recording"),
    (cut(kind="MixedCut"), "joins several"),
    ({"type": "MixedCut", "tracks": []}, "joins several"),
    (cut(recording=None), "only features"),
    (cut(start=-1), "start '-1.0'"),
    (cut(duration=0), "duration 0"),
    (cut(supervisions=[supervision(recording_id="r2")]), "expected the cut's recording"),
    (cut(supervisions=[supervision(start=-3.0)]), "start '-1.0'"),
    (cut(supervisions=["s"]), "list of objects"),
    (supervision(start="1"), "start '1'"),
    (supervision(start=1e300), "start"),
    (supervision(start=None), "start 'None'"),
    (supervision(duration=0), "duration 0"),
    (supervision(duration=-1), "duration"),
    (supervision(text=5), "text is of type int"),
    (supervision(text="\ud800"), "half a character"),
    (supervision(speaker="a\nb"), "speaker"),
    (supervision(speaker=["a"]), "speaker"),
    (supervision(channel=None), "channel 'None'"),
    (supervision(channel=10**400), "channel"),
    ([1], "no object"),
]


@pytest.mark.parametrize(("record", "message"), REFUSED)
def test_what_is_refused_names_file_and_line(tmp_path, record, message):
    write(tmp_path / "recordings_0.jsonl", recording("fine"))
    file = write(tmp_path / "recordings_1.jsonl", record)
    with pytest.raises(InputError) as caught:
        read_corpus(tmp_path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{file}:1: ")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("text", [
    "{", '{"id": NaN}', '{"id": -Infinity}', "[" * 100_000, "null", '{"a":' * 5000, "\x00",
    '{"id": ' + "9" * 5000 + "}",
])  # fmt: skip
def test_no_json(tmp_path, text):
    (tmp_path / "recordings.jsonl").write_text(text)
    with pytest.raises(InputError, match=r"recordings\.jsonl:1: "):
        read_corpus(tmp_path)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused_wherever_it_stands(tmp_path, number):
    text = json.dumps({**recording(), "custom": 0.5}).replace("0.5", number)
    (tmp_path / "recordings.jsonl").write_text(text + "\n")
    with pytest.raises(InputError, match="no number"):
        read_corpus(tmp_path)


def test_packed_data_that_is_broken(tmp_path):
    whole = gzip.compress(json.dumps(recording()).encode() * 99)
    for broken in (whole[:-9], whole[:40], b"\x1f\x8b" + bytes(40), b"no gzip", whole[:-8] + b"xx"):
        (tmp_path / "recordings.jsonl.gz").write_bytes(broken)
        with pytest.raises(InputError):
            read_corpus(tmp_path)


@pytest.mark.parametrize("records", [
    [recording(), recording()],
    [supervision(), supervision(), recording()],
    [cut(), cut()],
    [recording(), cut(recording=recording("r1", source("other.wav")))],
    [cut(supervisions=[supervision()]), cut("c2", supervisions=[supervision(text="else")])],
    [recording("a", source("x"), source("y", [1])), recording("a:0")],
])  # fmt: skip
def test_one_id_has_one_meaning(tmp_path, records):
    file = write(tmp_path / "cuts.jsonl", *records)
    with pytest.raises(InputError, match=r"twice|before|one id"):
        read_corpus(file)


def test_two_ids_with_one_new_name(tmp_path, out):
    class OneName(PseudonymNames):
        def utterance(self, name, speaker, /):
            return "same"

    write(tmp_path / "cuts.jsonl", cut(supervisions=[supervision(), supervision("s2")]))
    with pytest.raises(OutputError, match="both be called"):
        write_corpus(read_corpus(tmp_path), out, {"r1": made()}, OneName(Key(bytes(32))))
    assert list(out.iterdir()) == []
