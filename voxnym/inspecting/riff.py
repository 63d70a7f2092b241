"""WAV files: RIFF, RIFX, RF64, BW64 and W64, and the lists of AVI.

Source: EBU Tech 3306 (RF64, BW64); Sony, Wave64 file format (Vision 1.0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.id3 import id3_bytes, id3_leaks
from voxnym.inspecting.riff_chunks import chunk_leaks
from voxnym.inspecting.shown import wording
from voxnym.inspecting.tail import before_tags, leftovers
from voxnym.inspecting.window import UnreadableError, Window

_OPEN: Final = 0xFFFFFFFF
_FORMS: Final = (b"WAVE", b"AVI ", b"AVIX")
_W64_TAIL: Final = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_W64_LIST: Final = b"list\x2f\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
_W64_MARKER: Final = bytes.fromhex("6275f7ab2d39d21186c700c04f8edb8a")
_W64_HEADER_BYTES: Final = 24


def riff_leaks(window: Window) -> Iterator[Leak]:
    """What a RIFF file tells.

    Args:
        window: starts with RIFF, RIFX, RF64 or BW64.
    """
    head = window.some(0, 12)
    order = "big" if head[:4] == b"RIFX" else "little"
    size = int.from_bytes(head[4:8], "big" if order == "big" else "little")
    if head[8:12] not in _FORMS:
        yield Leak(Kind.unknown, "RIFF form", wording(head[8:12]))
    sizes = _large_sizes(window) if head[:4] in (b"RF64", b"BW64") else {}
    end = sizes.get("RIFF", 8 + size)
    if size in (0, _OPEN) and not sizes:
        leaks, end = before_tags(window)
        yield from leaks
    at = 12
    end = min(end, window.size)
    while at + 8 <= end:
        window.step()
        id3 = id3_bytes(window, at)
        if id3:
            yield from id3_leaks(window.rest(at), "between the chunks, ")
            # Who puts a tag there does not always pad it.
            at += id3 + (id3 % 2 == 1 and window.some(at + id3, 1) == b"\0")
            continue
        name = window.exactly(at, 4)
        if not _is_name(name):
            break
        size = window.number(at + 4, 4, order)
        size = sizes.get(name.decode(), size) if size == _OPEN else size
        chunk = window.rest(at + 8)
        if at + 8 + size > end:
            yield from _cut(name.decode(), chunk.part(0, min(chunk.size, end - at - 8)), size)
            at = end
            break
        yield from chunk_leaks(name.decode(), chunk.part(0, size), lambda w: _walk(w, order))
        yield from _odd(chunk, size)
        at += 8 + size + size % 2
    yield from leftovers(window.rest(min(at, window.size)), "the last chunk")


def w64_leaks(window: Window) -> Iterator[Leak]:
    """What a W64 file tells.

    Args:
        window: starts with its GUID.
    """
    end = min(window.number(16, 8), window.size)
    at = 40
    while at + _W64_HEADER_BYTES <= end:
        window.step()
        guid = window.exactly(at, 16)
        size = window.number(at + 16, 8)
        name = "marker" if guid == _W64_MARKER else _w64_name(guid)
        if not name or size < _W64_HEADER_BYTES:
            break
        chunk = window.rest(at + _W64_HEADER_BYTES)
        inner = size - _W64_HEADER_BYTES
        if inner > chunk.size:
            yield from _cut(name, chunk, inner)
            at = end
            break
        yield from chunk_leaks(name, chunk.part(0, inner), lambda w: _walk(w, "little"))
        gap = -size % 8
        if chunk.some(inner, gap).strip(b"\0"):
            yield Leak(Kind.padding, f"after {name}", wording(chunk.some(inner, gap)))
        at += size + gap
    yield from leftovers(window.rest(min(at, window.size)), "the last chunk")


def _walk(window: Window, order: str) -> Iterator[tuple[str, Window]]:
    at = 0
    while at + 8 <= window.size:
        window.step()
        name = window.exactly(at, 4)
        if not _is_name(name):
            raise UnreadableError("no chunk")
        size = window.number(at + 4, 4, order)
        yield name.decode(), window.part(at + 8, size)
        at += 8 + size + size % 2


def _cut(name: str, rest: Window, size: int) -> Iterator[Leak]:
    """A chunk that reaches beyond the end of the file."""
    if name == "data" and size < _OPEN - 0xFFFF:
        # Samples that are missing tell nothing; a size that means "unknown" hides what follows.
        return
    text = f"{size} bytes are announced, {rest.size} are there"
    if name != "data":
        text += f": {wording(rest.some(0))}"
    yield Leak(Kind.unreadable, f"{name.strip()} chunk", text)


def _odd(chunk: Window, size: int) -> Iterator[Leak]:
    pad = chunk.some(size, 1) if size % 2 else b""
    if pad.strip(b"\0"):
        yield Leak(Kind.padding, "padding byte", wording(pad))


def _large_sizes(window: Window) -> dict[str, int]:
    """The 64 bit sizes of RF64, by the name of the chunk."""
    if window.some(12, 4) != b"ds64":
        return {}
    size = window.number(16, 4)
    table = window.part(20, size)
    sizes = {"RIFF": 8 + table.number(0, 8), "data": table.number(8, 8)}
    count = table.number(24, 4) if size >= 28 else 0
    for index in range(min(count, (size - 28) // 12)):
        name = table.exactly(28 + 12 * index, 4)
        sizes[name.decode("latin-1")] = table.number(32 + 12 * index, 8)
    return sizes


def _is_name(name: bytes) -> bool:
    return all(32 <= byte < 127 for byte in name) and name != b"    "


def _w64_name(guid: bytes) -> str:
    if guid == _W64_LIST:
        return "LIST"
    known = guid[4:] == _W64_TAIL and _is_name(guid[:4])
    return guid[:4].decode() if known else guid.hex() if any(guid) else ""
