"""Bytes of any kind as a short line that a terminal can show."""

from __future__ import annotations

import re
from typing import Final

from voxnym.audio.formats import printable

SHOWN_CHARACTERS: Final = 120
_RUN = re.compile(r"[^\W_](?:[ -~]|[^\W\d_]){3,}")
_MOSTLY = 0.85


def shortened(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    r"""One printable line of at most `limit` characters.

    >>> shortened("Anna\n Schmidt\0\0"), shortened("a" * 9, limit=4)
    ('Anna Schmidt', 'aaa…')
    """
    line = printable(" ".join(text[: 8 * limit].replace("\0", " ").split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def wording(data: bytes) -> str:
    r"""What a person can read in a value of unknown make.

    >>> wording(b"A\0n\0n\0a\0"), wording(b"\x01\x02Anna Schmidt\x00\xff")
    ('Anna', 'Anna Schmidt')
    >>> wording(b"\x01\x02\x03")
    '3 bytes: 010203'
    """
    if not data.strip(b"\0 \r\n\t"):
        return f"{len(data)} bytes without content"
    text = decoded(data).replace("\0", " ")
    seen = sum(letter.isprintable() or letter.isspace() for letter in text)
    if seen >= _MOSTLY * len(text) and "\ufffd" not in text:
        line = shortened("".join(letter if letter.isprintable() else " " for letter in text))
        if line:
            return line
    runs = _RUN.findall(text)
    if runs:
        return shortened(" … ".join(runs[:32]))
    return f"{len(data)} bytes: {data[:16].hex()}" + ("…" if len(data) > 16 else "")


def decoded(data: bytes) -> str:
    """Text in UTF-16 where it looks like that, in UTF-8 otherwise, or in Latin-1."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").replace("\ufeff", " ")
    half = len(data) // 2
    for zeros, encoding in ((data[1::2], "utf-16-le"), (data[::2], "utf-16-be")):
        other = data[::2] if encoding == "utf-16-le" else data[1::2]
        if half and zeros.count(0) > 0.7 * half and other.count(0) < 0.4 * half:
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
        bad = sum(not letter.isprintable() and not letter.isspace() for letter in text)
        return data.decode("utf-8", "replace") if bad > (1 - _MOSTLY) * len(text) else text
