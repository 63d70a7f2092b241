"""Lines of the text files of a corpus: numbered, decoded, and bounded in length and number."""

from __future__ import annotations

import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final, cast

from voxnym.audio.formats import printable
from voxnym.errors import InputError

LONGEST_LINE_BYTES: Final = 16 << 20
"""A cut of a meeting of some hours, with word times, has one line of about 10 MB."""
MOST_LINES: Final = 2_000_000
MOST_BYTES: Final = 1 << 30
"""After unpacking; keeps a corpus that is made to exhaust memory below some GB."""
_SHOWN_CHARACTERS: Final = 60
_BUFFER_BYTES: Final = 1 << 16


@dataclass
class Budget:
    """What may still be read; one for all the files of a corpus, if there may be any number."""

    lines: int = MOST_LINES
    size: int = MOST_BYTES

    def spend(self, size: int) -> bool:
        """Take a line of that many bytes; False where that is too much."""
        self.lines -= 1
        self.size -= size
        return self.lines >= 0 and self.size >= 0


def refused(path: Path, number: int | None, text: str) -> InputError:
    """The error for a line of a file; `number` counts from 1, None for the whole file."""
    place = printable(path) if number is None else f"{printable(path)}:{number}"
    return InputError(f"{place}: {text}")


def shown(text: str) -> str:
    """A part of a corpus as it may stand in an error: one line, not long, in quotes.

    >>> shown("a" * 80)[-4:], shown("b")
    ("aa…'", "'b'")
    """
    short = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
    return f"'{printable(short)}'"


def numbered_lines(path: Path, budget: Budget | None = None) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 text file, packed or not, without their ends.

    Symbolic links, pipes and devices are refused: a file that others packed would otherwise read
    what lies elsewhere, or wait for ever.

    Args:
        path: a regular file; unpacked where its name ends in .gz.
        budget: what may still be read; None for that of one file.

    Yields:
        The line's number, from 1, and its text.

    Raises:
        InputError: it cannot be read, is no UTF-8 or is larger than any corpus.
    """
    try:
        with _opened(path) as raw, _unpacked(path, raw) as file:
            yield from _decoded(path, file, budget or Budget())
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refused(path, None, f"packed data that cannot be undone ({error})") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refused(path, None, f"cannot be read ({reason})") from error


def is_plain_file(path: Path) -> bool:
    """Whether a regular file lies there, and no link to one."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder lies there, or a link to one, which the user then named."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def names_in(folder: Path) -> list[str]:
    """Names of what lies in a folder, sorted; none where it cannot be listed."""
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted, not paths
    except (OSError, ValueError):
        return []


def _opened(path: Path) -> BinaryIO:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if path.is_symlink():
        raise refused(path, None, "is a symbolic link; expected the file itself: copy it there")
    file = os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb", _BUFFER_BYTES)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise refused(path, None, "is a folder, pipe or device; expected a text file")
    return file


def _unpacked(path: Path, raw: BinaryIO) -> BinaryIO:
    if path.suffix != ".gz":
        return raw
    packed = cast("BufferedReader", gzip.GzipFile(fileobj=raw, mode="rb"))
    return BufferedReader(packed, _BUFFER_BYTES)


def _decoded(path: Path, file: BinaryIO, budget: Budget) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(LONGEST_LINE_BYTES + 1):
        number += 1
        if len(line) > LONGEST_LINE_BYTES:
            raise refused(path, number, f"a line of more than {LONGEST_LINE_BYTES >> 20} MB")
        if not budget.spend(len(line)):
            raise refused(
                path,
                number,
                f"more than {MOST_LINES} lines or {MOST_BYTES >> 30} GB by here; split the corpus",
            )
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise refused(path, number, "no UTF-8; expected UTF-8 text: convert it") from None
        if number == 1:
            text = text.removeprefix("\ufeff")
        yield number, text.rstrip("\r\n")
