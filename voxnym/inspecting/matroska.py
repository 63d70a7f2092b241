"""Matroska and WebM files: all elements but the coded sound.

Source: RFC 8794 (EBML); RFC 9559 (Matroska), section 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tail import leftovers
from voxnym.inspecting.tools import names_tool, tool, tools_in
from voxnym.inspecting.window import UnreadableError, Window

_CLUSTER: Final = 0x1F43B675
_ATTACHED: Final = 0x61A7
_SIMPLE_TAG: Final = 0x67C8
_VOID: Final = 0xEC
_NESTED: Final = frozenset((
    0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1941A469, 0x1043A770, 0x45B9, 0xB6, 0x80,
    0x1254C367, 0x7373, _SIMPLE_TAG,
))  # fmt: skip
_QUIET: Final = frozenset((
    # EBML, SeekHead, Cues, CRC-32, and what tracks say of their coding.
    0x1A45DFA3, 0x114D9B74, 0x1C53BB6B, 0xBF, 0xE0, 0xE1, 0x6D80, 0xD7, 0x73C5, 0x9C, 0x22B59C,
    0x22B59D, 0x86, 0x56AA, 0x56BB, 0x23E383, 0xB9, 0x88, 0x55AA, 0x6DE7, 0x6DF8, 0x55EE,
    0xAA, 0x23314F, 0x234E7A, 0x7446, 0xE2, 0x55AB, 0x55AC, 0x55AD, 0x55AE, 0x55AF, 0x41E4,
    # Of the segment: its unit of time, its length, its random number.
    0x2AD7B1, 0x4489, 0x73A4,
    # Of chapters and tags: numbers and flags.
    0x45BC, 0x45BD, 0x45DB, 0x45DD, 0x73C4, 0x91, 0x92, 0x98, 0x4598, 0x437C, 0x437D, 0x437E,
    0x63C0, 0x447A, 0x447B, 0x4484, 0x44B4,
    # Of clusters of open size.
    0xE7, 0xA3, 0xA0, 0xA7, 0xAB, 0xAF,
))  # fmt: skip
_TEXTS: Final = {
    0x7BA9: (Kind.tag, "Title"), 0x7384: (Kind.tag, "SegmentFilename"),
    0x3C83AB: (Kind.tag, "PrevFilename"), 0x3E83BB: (Kind.tag, "NextFilename"),
    0x3CB923: (Kind.tag, "PrevUUID"), 0x3EB923: (Kind.tag, "NextUUID"),
    0x4444: (Kind.tag, "SegmentFamily"), 0x6924: (Kind.tag, "ChapterTranslate"),
    0x536E: (Kind.tag, "track Name"), 0x85: (Kind.label, "ChapString"),
    0x5654: (Kind.label, "ChapterStringUID"), 0x6944: (Kind.label, "ChapProcess"),
}  # fmt: skip
_TOOLS: Final = {
    0x4D80: "MuxingApp", 0x5741: "WritingApp", 0x258688: "CodecName", 0x3A9697: "CodecSettings",
    0x3B4040: "CodecInfoURL", 0x26B240: "CodecDownloadURL",
}  # fmt: skip
_LEVEL_1: Final = frozenset((0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1941A469,
                             0x1043A770, 0x1254C367, _CLUSTER))  # fmt: skip
_EPOCH: Final = datetime(2001, 1, 1, tzinfo=UTC)
_DURATION: Final = re.compile(r"\d\d:\d\d:\d\d\.\d+")
_DEEPEST: Final = 12


@dataclass(frozen=True)
class _Element:
    """One element: what it is, where its content starts, how long it is, None if open."""

    id: int
    start: int
    size: int | None


def matroska_leaks(window: Window) -> Iterator[Leak]:
    """What a Matroska file tells.

    Args:
        window: starts with the EBML header.
    """
    end = 0
    for element in _elements(window):
        part = _content(window, element)
        yield from _element(element, part, 0)
        end = element.start + part.size
    yield from leftovers(window.rest(end), "the last element")


def _elements(window: Window, until: frozenset[int] = frozenset()) -> Iterator[_Element]:
    """The elements of a window, up to one of `until`, the end, or what is no element."""
    at = 0
    while at < window.size:
        window.step()
        head = window.some(at, 12)
        width = 9 - head[0].bit_length()
        if width > 4 or len(head) <= width:
            return
        id = int.from_bytes(head[:width], "big")
        more = 9 - head[width].bit_length()
        if more > 8 or len(head) < width + more or id in until:
            return
        size = int.from_bytes(head[width : width + more], "big") & ((1 << 7 * more) - 1)
        is_open = size == (1 << 7 * more) - 1
        element = _Element(id, at + width + more, None if is_open else size)
        yield element
        at = element.start + (_content(window, element).size)


def _content(window: Window, element: _Element) -> Window:
    rest = window.rest(element.start)
    if element.size is not None:
        # A recording that was cut short ends within its last cluster, and its segment with it.
        return rest.part(0, min(element.size, rest.size))
    if element.id == _CLUSTER:
        end = 0
        for inner in _elements(rest, until=_LEVEL_1):
            end = inner.start + (inner.size if inner.size is not None else rest.size)
        return rest.part(0, min(end, rest.size))
    return rest


def _element(element: _Element, part: Window, depth: int) -> Iterator[Leak]:
    id = element.id
    if id in (_ATTACHED, _SIMPLE_TAG):
        yield from (_attachment(part) if id == _ATTACHED else _tag(part, depth))
    elif id in _NESTED and depth < _DEEPEST:
        yield from _inner(part, depth)
    elif id == _CLUSTER:
        yield from tools_in("cluster", part.some(0, 8192))
        yield from _inner(part, depth)
    elif id == _VOID:
        found = part.first_set()
        if found is not None:
            yield Leak(Kind.padding, "Void", wording(part.some(found)))
    elif id in _TOOLS:
        yield from tool(_TOOLS[id], wording(part.some(0)))
    elif id in _TEXTS:
        kind, where = _TEXTS[id]
        yield Leak(kind, where, wording(part.some(0)))
    elif id == 0x4461:
        yield Leak(Kind.time, "DateUTC", _date(part.some(0, 8)))
    elif id == 0x83:
        if part.some(0, 1) != b"\2":
            what = "pictures, perhaps faces" if part.some(0, 1) == b"\1" else "not sound"
            yield Leak(Kind.stream, "track", what)
    elif id == 0x63A2:
        yield from tools_in("CodecPrivate", part.some(0))
    elif id not in _QUIET:
        yield Leak(Kind.unknown, f"element {id:X}", wording(part.some(0)))


def _inner(part: Window, depth: int) -> Iterator[Leak]:
    end = 0
    for element in _elements(part):
        inner = _content(part, element)
        try:
            yield from _element(element, inner, depth + 1)
        except UnreadableError as error:
            yield Leak(Kind.unreadable, f"element {element.id:X}", str(error))
        end = element.start + inner.size
    rest = part.rest(end)
    if rest.first_set() is not None:
        yield Leak(Kind.unknown, "end of an element", wording(rest.some(0)))


def _values(part: Window) -> dict[int, Window]:
    return {element.id: _content(part, element) for element in _elements(part)}


def _attachment(part: Window) -> Iterator[Leak]:
    values = _values(part)
    texts = [wording(values[id].some(0)) for id in (0x466E, 0x467E, 0x4660) if id in values]
    size = values[0x465C].size if 0x465C in values else 0
    is_picture = 0x4660 in values and values[0x4660].some(0, 6) == b"image/"
    kind = Kind.picture if is_picture else Kind.tag
    yield Leak(kind, "attachment", shortened(f"{size} bytes: {', '.join(texts)}"))


def _tag(part: Window, depth: int) -> Iterator[Leak]:
    values = _values(part)
    name = wording(values[0x45A3].some(0)) if 0x45A3 in values else "without a name"
    for id in (0x4487, 0x4485):
        if id not in values:
            continue
        text = wording(values[id].some(0))
        if names_tool(name):
            yield from tool(f"tag {name}", text)
        elif not (name == "DURATION" and _DURATION.fullmatch(text)):
            yield Leak(Kind.tag, f"tag {name}", text)
    if depth < _DEEPEST:
        for element in _elements(part):
            if element.id == _SIMPLE_TAG:
                yield from _tag(_content(part, element), depth + 1)


def _date(data: bytes) -> str:
    nanoseconds = int.from_bytes(data, "big", signed=True)
    try:
        when = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return f"made {nanoseconds} ns after 2001"
    return when.strftime("made %Y-%m-%d %H:%M:%S UTC")
