"""Mapping files: which name got which pseudonym. As secret as the names themselves."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from voxnym.audio.atomic import discard, failure_text, new_temporary
from voxnym.audio.formats import printable
from voxnym.corpora.names import Renamed
from voxnym.corpora.text_file import read_lines, refusal
from voxnym.errors import InputError, OutputError

HEADER: Final = ("kind", "name", "pseudonym")


def write_mapping(path: Path, mapping: Iterable[Renamed], out: Path) -> None:
    """Write a mapping that only its owner may read, or extend one of an earlier run.

    An existing file is read first. If it is a mapping that does not contradict this one, both
    together replace it: a run that was killed can go on, and one that had less to do loses
    nothing. Anything else stays as it is.

    Args:
        path: CSV file: kind, name, pseudonym.
        mapping: what to write.
        out: the output; the mapping may not lie in it, since it would be published with it.

    Raises:
        OutputError: inside the output, no mapping, a link, of another key, or not writable.
    """
    check_mapping_place(path, out)
    known = {(each.kind, each.name): each.pseudonym for each in _existing(path)}
    for each in mapping:
        if known.setdefault((each.kind, each.name), each.pseudonym) != each.pseudonym:
            raise OutputError(
                f"{printable(path)}: a mapping of another key; expected one of this key: give "
                "another name"
            )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((*of, to) for of, to in sorted(known.items()))
    _replace(path, text.getvalue().encode("utf-8"))


def check_mapping_place(path: Path, out: Path) -> None:
    """Refuse a mapping inside the output, through whatever links.

    Raises:
        OutputError: it lies there, or the path is impossible.
    """
    try:
        place = path.parent.resolve() / path.name
        goal = out.resolve()
        inside = place.is_relative_to(goal)
        for folder in place.parents:
            with contextlib.suppress(OSError):
                inside = inside or os.path.samestat(folder.stat(), goal.stat())
    except (OSError, ValueError, RuntimeError) as error:
        raise OutputError(failure_text(path, error)) from error
    if inside:
        raise OutputError(
            f"{printable(path)}: lies in the output, with which it would be published; expected "
            "a place outside"
        )


def read_mapping(path: Path) -> tuple[Renamed, ...]:
    """The lines of a mapping file; an empty one, as a kill may leave it, has none.

    Raises:
        InputError: no mapping.
    """
    lines = read_lines(path)
    if not lines:
        return ()
    if not is_mapping(lines[0]):
        raise refusal(path, 1, f"no mapping; expected the header {','.join(HEADER)}")
    rows = csv.reader((line + "\n" for line in lines[1:]), strict=True)
    found = []
    try:
        for row in rows:
            if len(row) != len(HEADER):
                raise refusal(path, rows.line_num + 1, f"{len(row)} fields; expected 3")
            found.append(Renamed(*row))
    except csv.Error as error:
        raise refusal(path, rows.line_num + 1, f"no sound CSV ({error})") from error
    return tuple(found)


def is_mapping(line: str) -> bool:
    """Whether a file that begins with this line is a mapping."""
    return tuple(line.split(",")) == HEADER


def _existing(path: Path) -> tuple[Renamed, ...]:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise OutputError(failure_text(path, error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise OutputError(f"{printable(path)}: a link, folder or device; expected a file's name")
    try:
        return read_mapping(path)
    except InputError as error:
        raise OutputError(
            f"{error}; an existing file that is no mapping is not replaced"
        ) from error


def _replace(path: Path, data: bytes) -> None:
    file, temporary = new_temporary(path)
    try:
        with file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            # Whatever appears under the name in this moment is not replaced unseen. An empty
            # file that a kill leaves here is read as a mapping without lines.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            os.close(os.open(path, flags, 0o600))
        temporary.replace(path)
    except (OSError, ValueError) as error:
        raise OutputError(failure_text(path, error)) from error
    finally:
        discard(temporary)
