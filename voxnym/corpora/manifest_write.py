"""Our own manifest of anonymous recordings: the columns that we understand, in usual order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Final

from voxnym.corpora.corpus import Corpus
from voxnym.corpora.kept import Kept, KeptUtterance
from voxnym.records import Gender

_DIGITS: Final = 8


def manifest_files(corpus: Corpus, kept: Kept) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The manifest of the new folder, sorted by id.

    Args:
        corpus: as it was read.
        kept: what of it is written.

    Yields:
        Its name and its lines.
    """
    name = corpus.files[0]
    rows = (_row(corpus, one) for one in kept.utterances)
    if name.endswith((".csv", ".tsv")):
        yield name, _table(corpus.columns, rows, "," if name.endswith(".csv") else "\t")
    else:
        yield name, (json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in rows)


def _row(corpus: Corpus, one: KeptUtterance) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in corpus.columns:
        if column == "gender":
            found[column] = _gender(corpus, one.was.gender)
        else:
            found[column] = _VALUES[column](one)
    return found


def _gender(corpus: Corpus, gender: Gender) -> str | None:
    return corpus.genders.get(gender)


def _end(one: KeptUtterance) -> float | None:
    return None if one.was.end is None else one.end


def _channel(one: KeptUtterance) -> int | list[int] | None:
    if len(one.channels) > 1:
        return list(one.channels)
    return one.channels[0] if one.channels else None


_VALUES: Final[dict[str, Callable[[KeptUtterance], object]]] = {
    "id": lambda one: one.name,
    "path": lambda one: one.session.name,
    "speaker": lambda one: one.speaker,
    "start": lambda one: one.was.start,
    "end": _end,
    "channel": _channel,
    "text": lambda one: one.text,
    "emotion": lambda one: one.was.emotion,
    "language": lambda one: one.was.language,
    "split": lambda one: one.was.split,
    "rate": lambda one: one.session.rate,
    "duration_s": lambda one: round(one.end - one.start, _DIGITS),
}


def _table(
    columns: tuple[str, ...], rows: Iterable[dict[str, Any]], separator: str
) -> Iterator[bytes]:
    buffer = io.StringIO()
    # With this end of lines, a carriage return inside a field is quoted too.
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    for row in chain((dict(zip(columns, columns, strict=True)),), rows):
        writer.writerow([row[column] for column in columns])
        yield buffer.getvalue().removesuffix("\r\n").encode() + b"\n"
        buffer.seek(0)
        buffer.truncate()
