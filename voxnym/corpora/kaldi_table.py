"""The tables of a Kaldi data directory: lines of an id and what belongs to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from voxnym.corpora.fields import checked_id
from voxnym.corpora.lines import numbered_lines, refused, shown

BLANKS: Final = " \t\r\f\v"
"""Kaldi parts fields at these only; other white space would be part of an id."""
_FIELDS: Final = re.compile(rf"[{BLANKS}]*([^{BLANKS}]+)(?:[{BLANKS}]+(.*))?", re.DOTALL)

Table = dict[str, tuple[int, str]]
Value = TypeVar("Value")


def is_there(path: Path) -> bool:
    """Whether anything has that name; reading tells whether it is a file."""
    return os.path.lexists(path)


def split_line(line: str) -> tuple[str, str] | None:
    r"""First field and the rest of a line, without blanks around; None where it has none.

    >>> split_line("a1  b c "), split_line("a1"), split_line(" \t")
    (('a1', 'b c'), ('a1', ''), None)
    """
    found = _FIELDS.fullmatch(line)
    return None if found is None else (found[1], (found[2] or "").rstrip(BLANKS))


def read_table(path: Path, what: str) -> Table:
    """Id to line number and the rest of the line; empty where there is no such file.

    Args:
        path: a file of a data directory.
        what: what the ids stand for, for errors.

    Raises:
        InputError: an empty line, an id twice or one that is none, or no readable file.
    """
    found: Table = {}
    if not is_there(path):
        return found
    for number, line in numbered_lines(path):
        fields = split_line(line)
        if fields is None:
            raise refused(path, number, f"an empty line; expected the id of a {what} and its value")
        try:
            name = checked_id(fields[0], what)
        except ValueError as error:
            raise refused(path, number, str(error)) from None
        if name in found:
            text = f"{what} {shown(name)} stands twice; expected each once: remove one line"
            raise refused(path, number, text)
        found[name] = (number, fields[1])
    return found


def read_values(
    path: Path,
    what: str,
    known: Mapping[str, object],
    notes: list[str],
    value_of: Callable[[str], Value],
) -> dict[str, Value]:
    """Id to value, for the ids that are known.

    Args:
        path: a file of a data directory.
        what: what the ids stand for, for errors.
        known: ids that the directory has; lines of others are left out and counted.
        notes: gets a line where some were left out.
        value_of: makes a value of the rest of a line; ValueError where it cannot.

    Raises:
        InputError: as `read_table`, or a value that cannot be.
    """
    found: dict[str, Value] = {}
    strangers = 0
    for name, (number, text) in read_table(path, what).items():
        try:
            value = value_of(text)
        except ValueError as error:
            raise refused(path, number, f"{what} {shown(name)}: {error}") from None
        if name in known:
            found[name] = value
        else:
            strangers += 1
    if strangers:
        notes.append(f"{path.name}: {strangers} lines left out, whose {what} is not in the corpus")
    return found
