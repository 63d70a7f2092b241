"""Vorbis comments and the pictures among them, as FLAC, Ogg Vorbis, Opus and Speex hold them.

Source: Xiph.Org, Vorbis I specification, section 5; FLAC format, RFC 9639, sections 8.6 and 8.8.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tools import names_tool, tool
from voxnym.inspecting.window import Window

_PICTURES: Final = ("METADATA_BLOCK_PICTURE", "COVERART")
_LABEL: Final = re.compile(r"CHAPTER\d+|LYRICS|CUESHEET")


def comment_leaks(window: Window, where: str, framed: bool = False) -> Iterator[Leak]:
    """What a list of comments tells, and what follows it.

    Args:
        window: starts with the vendor's length.
        where: what the place is called.
        framed: whether a framing bit ends the list, as in Ogg Vorbis.

    Raises:
        UnreadableError: a length that reaches beyond the window.
    """
    size = window.number(0, 4)
    yield from tool(f"{where} vendor", _value(window.part(4, size)))
    at = 4 + size
    count = window.number(at, 4)
    at += 4
    for _ in range(count):
        window.step()
        size = window.number(at, 4)
        yield from _comment(window.part(at + 4, size), where)
        at += 4 + size
    rest = window.rest(at + (framed and window.some(at, 1) == b"\1"))
    found = rest.first_set()
    if found is not None:
        yield Leak(Kind.padding, f"{where} padding", wording(rest.some(found)))


def picture_text(data: Window) -> str:
    """Kind, description and size of a FLAC picture block.

    Raises:
        UnreadableError: a length that reaches beyond the window.
    """
    mime = data.number(4, 4, "big")
    kind = _value(data.part(8, mime))
    about = data.number(8 + mime, 4, "big")
    text = _value(data.part(12 + mime, about))
    return shortened(f"{data.size} bytes, {kind} {text}")


def _comment(value: Window, where: str) -> Iterator[Leak]:
    name, _, text = value.some(0).decode("utf-8", "replace").partition("=")
    key = name.upper()
    place = f"{where} {shortened(name, 40)}"
    if key in _PICTURES:
        yield Leak(Kind.picture, place, _packed_picture(value, len(name) + 1))
    elif names_tool(key):
        yield from tool(place, text)
    else:
        kind = Kind.label if _LABEL.match(key) else Kind.tag
        yield Leak(kind, place, shortened(text) or "empty")


def _packed_picture(value: Window, start: int) -> str:
    head = value.some(start, 4096)
    try:
        # Any multiple of four characters can be undone on its own.
        data = base64.b64decode(head[: len(head) // 4 * 4])
    except (binascii.Error, ValueError):
        data = head
    return f"{value.size - start} characters: {wording(data[:512])}"


def _value(window: Window) -> str:
    return window.some(0).decode("utf-8", "replace")
