"""Tables with named fields: what they say of people, and the words that are no pseudonyms."""

import gzip
import json

import pytest

from voxnym.inspecting.finding import Kind
from voxnym.inspecting.walk import inspect

ONE, TWO = "657O6XWWNW", "ABCDEFGHIJ"


def found(path):
    """Findings but for the file's own name."""
    found = [(f.kind, f.where, f.what) for f in inspect(path)]
    return [each for each in found if each[0] != Kind.name or "words" in each[2]]


def write(path, lines, packed=False):
    data = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_texts_and_facts_of_people_in_json_lines(tmp_path, packed):
    entry = {
        "id": f"{ONE}-{TWO}", "recording_id": TWO, "start": 0.5, "speaker": ONE,
        "text": "my name is Anna", "gender": "F", "language": "German",
    }  # fmt: skip
    path = tmp_path / ("supervisions.jsonl" + ".gz" * packed)
    write(path, [json.dumps(entry)] * 3, packed)
    assert sorted(found(path)) == [
        (Kind.beside, "gender", "says something of speakers: F"),
        (Kind.beside, "language", "says something of speakers: German"),
        (Kind.transcript, "text", "my name is Anna"),
    ]


def test_names_in_any_other_field_are_names(tmp_path):
    entry = {"id": ONE, "custom": {"room": ["Dr Smith", {"phone": "0123 456"}]}, "text": ""}
    ((kind, _, what),) = found(write(tmp_path / "recordings.jsonl", [json.dumps(entry)]))
    assert kind == Kind.name
    assert "Smith" in what
    assert "room" in what


def test_csv_goes_by_its_header(tmp_path):
    lines = ["id,speaker,sex,transcript,town", f"{ONE},{TWO},f,good day,Oslo"]
    kinds = {kind: what for kind, _, what in found(write(tmp_path / "manifest.csv", lines))}
    assert kinds[Kind.transcript] == "good day"
    assert kinds[Kind.beside].endswith("f")
    assert "Oslo" in kinds[Kind.name]
    assert "good" not in kinds[Kind.name]


def test_pseudonyms_and_numbers_are_quiet(tmp_path):
    lines = ["id,path,start,end", f"{ONE},recordings/{TWO}.flac,0.5,1.25"]
    assert found(write(tmp_path / "manifest.csv", lines)) == []


@pytest.mark.parametrize(
    "line", ["{" * 100_000, "[" * 100_000, '{"text": ', "Anna Smith", '"' * 70_000, "\0" * 100]
)
def test_lines_that_are_no_json_are_looked_at_as_words(tmp_path, line):
    path = write(tmp_path / "recordings.jsonl", [line, json.dumps({"id": "Anna"})])
    assert any("Anna" in what for _, _, what in found(path))
