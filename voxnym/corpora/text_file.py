"""Text files from anywhere: bounded, decoded, cut into lines, or refused."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from voxnym.audio.formats import printable
from voxnym.errors import InputError

MOST_BYTES = 64 << 20
MOST_LINES = 1_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def refusal(path: str | os.PathLike[str], line: int, text: str) -> InputError:
    """An error about one line of a file; line 0 is the file as a whole.

    >>> str(refusal("a.rttm", 3, "no times"))
    'a.rttm, line 3: no times'
    """
    place = f", line {line}" if line else ""
    return InputError(f"{printable(path)}{place}: {text}")


def read_lines(path: str | os.PathLike[str], most_bytes: int = MOST_BYTES) -> list[str]:
    """The lines of a text file, without their ends.

    UTF-8 with or without a byte order mark, or UTF-16 with one, as editors on Windows write it;
    lines end in LF, CRLF or CR and nothing else (a form feed or U+2028 is part of its line).

    Args:
        path: a regular file.
        most_bytes: a larger file is refused before it is read.

    Raises:
        InputError: not there, no regular file, too large, too many lines, or another encoding.
    """
    data = _bytes(path, most_bytes)
    encoding = "utf-8"
    for mark, name in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refusal(
            path, 0, f"byte {error.start} is no {encoding.upper()}; expected text in UTF-8: save "
            "it as UTF-8"
        ) from error  # fmt: skip
    if "\0" in text:
        raise refusal(path, 0, "holds zero bytes; expected text in UTF-8: save it as UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_LINES:
        raise refusal(path, 0, f"more than {MOST_LINES} lines; expected fewer: divide the file")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _bytes(path: str | os.PathLike[str], most_bytes: int) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        # Without O_NONBLOCK, opening a pipe waits for somebody to write into it.
        with os.fdopen(os.open(Path(path), flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise refusal(path, 0, "no regular file; expected a text file")
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refusal(path, 0, f"cannot be read ({reason}); expected a text file") from error
    if len(data) > most_bytes:
        size = f"{most_bytes / 2**20:.0f} MiB"
        raise refusal(path, 0, f"larger than {size}; expected less: divide the file")
    return data
