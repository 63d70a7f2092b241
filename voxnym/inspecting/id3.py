"""ID3v2 tags, wherever they are put.

Source: ID3v2.2.0, ID3v2.3.0 and ID3v2.4.0 informal standards (id3.org), sections 3 and 4.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tools import names_tool, tool
from voxnym.inspecting.window import VALUE_BYTES, UnreadableError, Window

_HEADER_BYTES: Final = 10
_ENCODINGS: Final = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WITH_LANGUAGE: Final = ("COMM", "USLT", "COM", "ULT", "USER", "SYLT", "SLT")
_PICTURES: Final = ("APIC", "PIC")
_TOOLS: Final = ("TENC", "TSSE", "TEN", "TSS")
_LABELS: Final = ("CHAP", "CTOC", "SYLT", "SLT", "ETCO", "ETC")
_OTHER_TEXT: Final = ("IPLS", "IPL", "MVNM", "MVIN", "GRP1")


def id3_bytes(window: Window, at: int) -> int:
    """How many bytes an ID3v2 tag takes that starts at `at`; 0 where none starts."""
    head = window.some(at, _HEADER_BYTES)
    if len(head) < _HEADER_BYTES or head[:3] != b"ID3":
        return 0
    if not 2 <= head[3] <= 4 or head[4] == 0xFF or max(head[6:]) > 0x7F:
        return 0
    footer = _HEADER_BYTES if head[3] == 4 and head[5] & 0x10 else 0
    return _HEADER_BYTES + _syncsafe(head[6:]) + footer


def id3_leaks(window: Window, place: str = "") -> Iterator[Leak]:
    """What an ID3v2 tag tells.

    Args:
        window: starts with the tag's header; may be cut short.
        place: what goes before the tag's name.
    """
    where = f"{place}ID3v2"
    if not id3_bytes(window, 0):
        yield Leak(Kind.unreadable, where, f"no ID3v2 tag: {wording(window.some(0, 64))}")
        return
    head = window.exactly(0, _HEADER_BYTES)
    version, flags, size = head[3], head[5], _syncsafe(head[6:])
    body = window.rest(_HEADER_BYTES)
    if size > body.size:
        yield Leak(Kind.unreadable, where, f"{size} bytes are announced, {body.size} are there")
    body = body.part(0, min(size, body.size))
    where = f"{where}.{version}"
    if version < 4 and flags & 0x80:
        body = Window.of(_undone(body.exactly(0, body.size)))
    at = _extended_header_bytes(body, version) if version > 2 and flags & 0x40 else 0
    yield from _frames(body.rest(at), version, where)


def _frames(body: Window, version: int, where: str) -> Iterator[Leak]:
    header = 6 if version == 2 else 10
    width = 3 if version == 2 else 4
    at = 0
    while at + header <= body.size:
        body.step()
        head = body.exactly(at, header)
        if not head[0]:
            break
        name = head[:width]
        if not name.strip().isalnum() or not name.isascii():
            yield Leak(Kind.unreadable, where, f"no frame: {wording(body.some(at))}")
            return
        size = _frame_bytes(head, version)
        data = body.rest(at + header)
        if size > data.size:
            text = f"frame {name.decode()} reaches beyond the tag: {wording(data.some(0))}"
            yield Leak(Kind.unreadable, where, text)
            return
        flags = head[9] if version > 2 else 0
        yield from _frame(name.decode(), data.part(0, size), version, flags, where)
        at += header + size
    rest = body.rest(at)
    found = rest.first_set()
    if found is not None:
        yield Leak(Kind.padding, f"{where} padding", wording(rest.some(found)))


def _frame(name: str, data: Window, version: int, flags: int, where: str) -> Iterator[Leak]:
    if name in _PICTURES:
        text = f"{data.size} bytes: {_described(data.some(0, VALUE_BYTES), version)}"
        yield Leak(Kind.picture, f"{where} {name}", text)
        return
    if name in ("GEOB", "GEO"):
        text = f"{data.size} bytes: {_described(data.some(0, VALUE_BYTES), 0)}"
        yield Leak(Kind.tag, f"{where} {name}", text)
        return
    content = _content(data, version, flags)
    text = _text(name, content)
    if name in _TOOLS or (name in ("TXXX", "TXX") and names_tool(text.split(" = ")[0])):
        yield from tool(f"{where} {name}", text)
        return
    kind = Kind.label if name in _LABELS else Kind.tag
    yield Leak(kind, f"{where} {name}", text)


def _content(data: Window, version: int, flags: int) -> bytes:
    """The frame's value with its packing undone, as far as it is shown."""
    content = data.some(0, VALUE_BYTES)
    if version == 3:
        content = content[(1 if flags & 0x20 else 0) + (4 if flags & 0x80 else 0) :]
        packed = bool(flags & 0x80)
    else:
        content = content[(1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0) :]
        content = _undone(content) if flags & 0x02 else content
        packed = bool(flags & 0x08)
    if packed:
        try:
            return zlib.decompressobj().decompress(content, VALUE_BYTES)
        except zlib.error:
            return content
    return content


def _text(name: str, content: bytes) -> str:
    texts = name.startswith("T") or name in _WITH_LANGUAGE or name in _OTHER_TEXT
    if not (texts and content and content[0] < len(_ENCODINGS)):
        return wording(content)
    skip = 4 if name in _WITH_LANGUAGE else 1
    if name in ("SYLT", "SLT"):
        skip = 6
    text = content[skip:].decode(_ENCODINGS[content[0]], "replace").replace("\ufeff", "")
    parts = [part for part in text.replace("\ufffe", "").split("\0") if part]
    return shortened(" = ".join(parts)) if parts else "empty"


def _described(content: bytes, version: int) -> str:
    """Sort and description of a picture, or of another file that is packed into a tag."""
    coding = _ENCODINGS[content[0]] if content and content[0] < len(_ENCODINGS) else "latin-1"
    # Version 2.2 has three letters, the others a text; of pictures, one byte more says what of.
    sort, _, rest = content[1:].partition(b"\0")
    if version == 2:
        sort, rest = content[1:4], content[4:]
    rest = rest[1:] if version else rest
    text = rest[:512].decode(coding, "replace").replace("\ufeff", "")
    parts = [part for part in text.split("\0")[:2] if part.isprintable() and part]
    return shortened(f"{wording(sort)} {' '.join(parts)}")


def _frame_bytes(head: bytes, version: int) -> int:
    if version == 2:
        return int.from_bytes(head[3:6], "big")
    size = head[4:8]
    # Some programs write plain sizes into version 4, too.
    if version == 4 and max(size) <= 0x7F:
        return _syncsafe(size)
    return int.from_bytes(size, "big")


def _extended_header_bytes(body: Window, version: int) -> int:
    try:
        size = body.exactly(0, 4)
    except UnreadableError:
        return 0
    return _syncsafe(size) if version == 4 else 4 + int.from_bytes(size, "big")


def _undone(data: bytes) -> bytes:
    """Unsynchronisation undone."""
    return data.replace(b"\xff\x00", b"\xff")


def _syncsafe(data: bytes) -> int:
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size
