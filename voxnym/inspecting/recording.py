"""Everything that one file tells from inside, whatever format it has."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from voxnym.inspecting.aiff import aiff_leaks
from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.flac import flac_leaks
from voxnym.inspecting.matroska import matroska_leaks
from voxnym.inspecting.mp4 import mp4_leaks
from voxnym.inspecting.mpeg import adts_frame_bytes, adts_leaks, mp3_frame_bytes, mp3_leaks
from voxnym.inspecting.ogg import ogg_leaks
from voxnym.inspecting.riff import riff_leaks, w64_leaks
from voxnym.inspecting.speech_formats import au_leaks, caf_leaks, sphere_leaks
from voxnym.inspecting.tail import before_tags, behind_tags
from voxnym.inspecting.window import UnreadableError, Window

MOST_LEAKS: Final = 1_000
"""More from one file are not listed: a hostile one could hold millions."""

Parser = Callable[[Window], Iterator[Leak]]

_STARTS: Final[tuple[tuple[re.Pattern[bytes], Parser], ...]] = (
    (re.compile(rb"RIFF|RIFX|RF64|BW64"), riff_leaks),
    (re.compile(rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"), w64_leaks),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), aiff_leaks),
    (re.compile(rb"fLaC"), flac_leaks),
    (re.compile(rb"OggS"), ogg_leaks),
    (re.compile(rb"....(ftyp|moov|mdat|wide|free|skip|pnot)", re.DOTALL), mp4_leaks),
    (re.compile(rb"\x1aE\xdf\xa3"), matroska_leaks),
    (re.compile(rb"\.snd|dns\."), au_leaks),
    (re.compile(rb"caff\x00\x01"), caf_leaks),
    (re.compile(rb"NIST_1A\n"), sphere_leaks),
)
_OTHERS: Final = (
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"MP+", "Musepack"),
    (b"MPCK", "Musepack"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows Media"),
    (b"TTA1", "True Audio"),
    (b"#!AMR", "AMR"),
)


def recording_leaks(path: Path) -> Iterator[Leak] | None:
    """What a recording tells from inside; it is never decoded.

    Args:
        path: a regular file.

    Returns:
        At most `MOST_LEAKS` and one more that says so; None where the file's first bytes are no
        recording's.

    Raises:
        OSError: the file cannot be opened.
    """
    with _opened(path) as file:
        if not _is_recording(Window(file, 0, os.fstat(file.fileno()).st_size)):
            return None
    return _limited(path)


def _limited(path: Path) -> Iterator[Leak]:
    with _opened(path) as file:
        leaks = content_leaks(Window(file, 0, os.fstat(file.fileno()).st_size))
        yield from islice(leaks, MOST_LEAKS)
        if next(leaks, None) is not None:
            text = f"more than {MOST_LEAKS} findings: the rest is not listed"
            yield Leak(Kind.unreadable, "", text)


def content_leaks(window: Window) -> Iterator[Leak]:
    """What a recording's bytes tell; never raises anything.

    Args:
        window: the whole file.
    """
    try:
        leaks, start = behind_tags(window)
        yield from leaks
        inner = window.rest(start)
        parser = parser_for(inner)
        if parser is not None:
            yield from parser(inner)
            return
        leaks, _ = before_tags(inner)
        yield from leaks
        head = inner.some(0, 16)
        found = next((name for sign, name in _OTHERS if head.startswith(sign)), "unknown")
        yield Leak(Kind.unreadable, "", f"{found} format: only tags around it were looked at")
    except UnreadableError as error:
        yield Leak(Kind.unreadable, "", str(error))
    except Exception as error:  # a parser's own fault must not hide the other findings
        yield Leak(Kind.unreadable, "", f"the parser failed ({type(error).__name__})")


def parser_for(window: Window) -> Parser | None:
    """The parser for what a file begins with; None where there is none."""
    head = window.some(0, 16)
    for pattern, parser in _STARTS:
        if pattern.match(head):
            return parser
    for frame_bytes, parser in ((adts_frame_bytes, adts_leaks), (mp3_frame_bytes, mp3_leaks)):
        size = frame_bytes(head[:6])
        # Two bytes alone may be the start of anything; a second frame must follow.
        if size and (window.size <= size + 6 or frame_bytes(window.some(size, 6))):
            return parser
    return None


def _is_recording(window: Window) -> bool:
    try:
        _, start = behind_tags(window)
        inner = window.rest(start)
        head = inner.some(0, 16)
        known = parser_for(inner) is not None
    except UnreadableError:
        return False
    return bool(start) or known or any(head.startswith(sign) for sign, _ in _OTHERS)


def _opened(path: Path) -> BinaryIO:
    # A pipe that took the file's place in the meantime must not block.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb", buffering=0)
