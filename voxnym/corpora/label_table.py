"""Labels as a table: CSV with a header row, or JSON lines with the same field names."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from voxnym.corpora.labelled import Label, Purpose, seconds
from voxnym.corpora.text_file import refusal

SEPARATORS: Final = ",;\t"
_COLUMNS: Final[Mapping[str, str]] = {
    "start": "start",
    "begin": "start",
    "end": "end",
    "stop": "end",
    "duration": "duration",
    "label": "label",
    "speaker": "speaker",
    "recording": "recording",
    "file": "recording",
}
_TOLERANCE_S: Final = 0.002


def separator_of(line: str) -> str | None:
    """The separator of a header row, None where the line is none.

    >>> separator_of("start;end;speaker"), separator_of("0.5,1.75,anna")
    (';', None)
    """
    for separator in SEPARATORS:
        names = _header(line, separator)
        if len(names) > 1 and "start" in names and ("end" in names or "duration" in names):
            return separator
    return None


def csv_labels(
    path: str | os.PathLike[str], lines: Sequence[str], purpose: Purpose
) -> Iterator[Label]:
    """The rows of a CSV file whose header row names start, end or duration, label or speaker.

    Raises:
        InputError: a row with another number of fields than the header, or broken quotes.
    """
    first = next(number for number, line in enumerate(lines) if separator_of(line))
    separator = separator_of(lines[first]) or ","
    names = _header(lines[first], separator)
    for column in set(names) & set(_COLUMNS.values()):
        if names.count(column) > 1:
            raise refusal(path, first + 1, f"two columns mean the {column}; expected one")
    rows = csv.reader(lines[first + 1 :], delimiter=separator, strict=True)
    number = first + 1
    try:
        for row in rows:
            number = first + 1 + rows.line_num
            if not any(field.strip() for field in row):
                continue
            if len(row) < len(names) or any(field.strip() for field in row[len(names) :]):
                raise refusal(path, number, f"{len(row)} fields; expected {len(names)} as in the "
                              "header: quote fields that hold the separator")  # fmt: skip
            yield _label(path, number, dict(zip(names, row, strict=False)), purpose)
    except csv.Error as error:
        raise refusal(
            path, number + 1, f"no sound CSV ({error}); expected quotes in pairs"
        ) from error


def jsonl_labels(
    path: str | os.PathLike[str], lines: Sequence[str], purpose: Purpose
) -> Iterator[Label]:
    """Objects, one a line, with the names of the CSV columns.

    Raises:
        InputError: a line that is no JSON object, or values that are no text or number.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise refusal(path, number, "no JSON; expected one object a line") from error
        if not isinstance(row, dict):
            raise refusal(path, number, "no object; expected one with start, end and label")
        fields: dict[str, str] = {}
        for key, value in row.items():
            column = _COLUMNS.get(key.strip().casefold())
            if column is None or value is None:
                continue
            if not isinstance(value, str) or column in fields:
                raise refusal(path, number, f"{column} is no single text or number; expected one")
            fields[column] = value
        yield _label(path, number, fields, purpose)


def _header(line: str, separator: str) -> list[str]:
    names = [name.strip().strip('"').strip().casefold() for name in line.split(separator)]
    # A column that means nothing to us must not be taken for one that does.
    return [_COLUMNS.get(name, f"\x1f{name}") for name in names]


def _label(
    path: str | os.PathLike[str], line: int, fields: Mapping[str, str], purpose: Purpose
) -> Label:
    given = {column: text.strip() for column, text in fields.items()}
    preferred = ("speaker", "label") if purpose == "turns" else ("label", "speaker")
    text = next((given[column] for column in preferred if given.get(column)), "")
    recording = given.get("recording") or None
    times = [given.get(column, "") for column in ("start", "end", "duration")]
    if recording is not None and not any(times) and not text:
        return Label(line, None, None, "", recording)
    start_text, end_text, duration_text = times
    if not start_text or not (end_text or duration_text):
        raise refusal(path, line, "a time is missing; expected start and end, or duration")
    start = seconds(path, line, start_text)
    end = seconds(path, line, end_text) if end_text else None
    if duration_text:
        last = start + seconds(path, line, duration_text)
        if end is not None and abs(last - end) > _TOLERANCE_S:
            raise refusal(path, line, "end and duration disagree; expected one of them, or "
                          "end = start + duration")  # fmt: skip
        end = last if end is None else end
    return Label(line, start, end, text, recording)
