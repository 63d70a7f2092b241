"""Tables with named fields: JSON lines and CSV, of lhotse, of ours and of others."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LONGEST_LINE: Final = 1 << 20
_TEXTS: Final = frozenset((
    "text", "transcript", "transcription", "sentence", "words", "normalized_text", "raw_text",
))  # fmt: skip
_OF_PEOPLE: Final = frozenset((
    "gender", "sex", "age", "language", "lang", "locale", "accent", "accents", "dialect",
    "emotion", "birthday", "nationality",
))  # fmt: skip


def fields_of(path: Path) -> Iterator[tuple[str, str]] | None:
    """(field, value) of every cell of a table; None where it is no table with named fields.

    Lines that are no sound JSON are cells without a field.

    Raises:
        OSError: the file cannot be read.
        EOFError, zlib.error, gzip.BadGzipFile: packed data that is damaged.
    """
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".json")):
        return _json_cells(path)
    if name.endswith((".csv", ".tsv")):
        return _csv_cells(path, "\t" if name.endswith(".tsv") else ",")
    return None


def is_text(field: str) -> bool:
    """Whether a field holds what is said."""
    return field.lower() in _TEXTS


def is_of_people(field: str) -> bool:
    """Whether a field says something of each speaker."""
    return field.lower() in _OF_PEOPLE


def _json_cells(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            yield "", line
            continue
        yield from _inside("", entry)


def _inside(field: str, entry: object) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, object]] = [(field, entry)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if not (is_text(str(key)) or is_of_people(str(key))):
                    yield "", str(key)
                waiting.append((str(key), inner))
        elif isinstance(value, list):
            waiting.extend((name, inner) for inner in value)
        elif isinstance(value, str):
            yield name, value


def _csv_cells(path: Path, divider: str) -> Iterator[tuple[str, str]]:
    rows = csv.reader(_lines(path), delimiter=divider)
    try:
        names = next(rows, [])
        for name in names:
            if not (is_text(name) or is_of_people(name)):
                yield "", name
        for row in rows:
            for i, cell in enumerate(row):
                yield names[i] if i < len(names) else "", cell
    except csv.Error as error:
        yield "", f"({error})"


def _lines(path: Path) -> Iterator[str]:
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        while line := file.readline(_LONGEST_LINE):
            yield line.decode("utf-8", "replace")
