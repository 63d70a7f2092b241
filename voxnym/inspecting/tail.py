"""Tags that are put around a file whatever its format, and what lies behind its end.

Source: ID3v1.1; Lyrics3 2.00; APE tag specification 2.0 (Hydrogenaudio); ID3v2.4.0 section 3.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.id3 import id3_bytes, id3_leaks
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tools import names_tool, tool
from voxnym.inspecting.window import UnreadableError, Window

_ID3V1_BYTES: Final = 128
_ENHANCED_BYTES: Final = 227
_APE_BYTES: Final = 32
_LYRICS_BYTES: Final = 5_200
_ID3V1_FIELDS: Final = (
    ("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("year", 93, 97), ("comment", 97, 127),
)  # fmt: skip


def behind_tags(window: Window) -> tuple[list[Leak], int]:
    """The tags at the start of a file.

    Returns:
        What they tell, and where they end.
    """
    leaks: list[Leak] = []
    at = 0
    while True:
        window.step()
        size = id3_bytes(window, at)
        if size:
            leaks += id3_leaks(window.rest(at))
            at = min(at + size, window.size)
            continue
        head = window.some(at, _APE_BYTES)
        if head[:8] != b"APETAGEX" or len(head) < _APE_BYTES:
            return leaks, at
        size = int.from_bytes(head[12:16], "little")
        leaks += _ape_items(window.rest(at + _APE_BYTES), size - _APE_BYTES)
        at = min(at + _APE_BYTES + size, window.size)


def before_tags(window: Window) -> tuple[list[Leak], int]:
    """The tags at the end of a file.

    Returns:
        What they tell, and where the first of them starts.
    """
    leaks: list[Leak] = []
    end = window.size
    for _ in range(64):
        before = end
        for look in (_id3v1, _ape, _lyrics, _appended_id3v2):
            found, end = look(window.part(0, end))
            leaks += found
        if end == before:
            break
    return leaks, end


def leftovers(window: Window, what: str) -> Iterator[Leak]:
    """What bytes tell that lie where none belong.

    Args:
        window: these bytes.
        what: after what they lie.
    """
    first, start = behind_tags(window)
    yield from first
    inner = window.rest(start)
    last, end = before_tags(inner)
    yield from last
    found = inner.part(0, end).first_set()
    if found is not None:
        text = f"{end} bytes: {wording(inner.part(0, end).some(found))}"
        yield Leak(Kind.trailing, f"after {what}", text)


def _id3v1(window: Window) -> tuple[list[Leak], int]:
    start = window.size - _ID3V1_BYTES
    if window.some(start, 3) != b"TAG":
        return [], window.size
    data = window.some(start, _ID3V1_BYTES)
    leaks = [
        Leak(Kind.tag, f"ID3v1 {name}", wording(data[first:last]))
        for name, first, last in _ID3V1_FIELDS
        if data[first:last].strip(b"\0 ")
    ]
    plus = start - _ENHANCED_BYTES
    if plus >= 0 and window.some(plus, 4) == b"TAG+":
        text = wording(window.some(plus + 4, _ENHANCED_BYTES - 4))
        return [*leaks, Leak(Kind.tag, "ID3v1 enhanced", text)], plus
    return leaks or [Leak(Kind.tag, "ID3v1", "an empty tag")], start


def _ape(window: Window) -> tuple[list[Leak], int]:
    foot = window.some(window.size - _APE_BYTES, _APE_BYTES)
    if foot[:8] != b"APETAGEX":
        return [], window.size
    size = int.from_bytes(foot[12:16], "little")
    start = window.size - size
    if size < _APE_BYTES or start < 0:
        text = "a tag of an impossible size"
        return [Leak(Kind.unreadable, "APE", text)], window.size - _APE_BYTES
    leaks = list(_ape_items(window.rest(start), size - _APE_BYTES))
    has_head = window.some(start - _APE_BYTES, 8) == b"APETAGEX"
    return leaks or [Leak(Kind.tag, "APE", "an empty tag")], start - has_head * _APE_BYTES


def _ape_items(window: Window, size: int) -> Iterator[Leak]:
    at, end = 0, min(size, window.size)
    while at + 9 <= end:
        try:
            window.step()
            length = window.number(at, 4)
            key, _, _ = window.some(at + 8, 256).partition(b"\0")
            value = window.part(at + 8 + len(key) + 1, length)
        except UnreadableError as error:
            yield Leak(Kind.unreadable, "APE", str(error))
            return
        name = shortened(key.decode("latin-1"), 40)
        at += 8 + len(key) + 1 + length
        text = wording(value.some(0))
        if name.lower().startswith("cover art"):
            yield Leak(Kind.picture, f"APE {name}", f"{length} bytes: {wording(value.some(0, 64))}")
        elif names_tool(name):
            yield from tool(f"APE {name}", text)
        else:
            yield Leak(Kind.tag, f"APE {name}", text)


def _lyrics(window: Window) -> tuple[list[Leak], int]:
    mark = window.some(window.size - 9, 9)
    if mark == b"LYRICS200":
        digits = window.some(window.size - 15, 6)
        start = window.size - 15 - int(digits) if digits.isdigit() and digits.isascii() else -1
    elif mark == b"LYRICSEND":
        before = window.some(max(0, window.size - _LYRICS_BYTES), _LYRICS_BYTES)
        found = before.rfind(b"LYRICSBEGIN")
        start = window.size - len(before) + found if found >= 0 else -1
    else:
        return [], window.size
    if window.some(start, 11) != b"LYRICSBEGIN":
        return [Leak(Kind.unreadable, "Lyrics3", "a tag without a start")], window.size - 9
    text = wording(window.some(start + 11, window.size - start - 20))
    return [Leak(Kind.tag, "Lyrics3", text)], start


def _appended_id3v2(window: Window) -> tuple[list[Leak], int]:
    foot = window.some(window.size - 10, 10)
    if len(foot) < 10 or foot[:3] != b"3DI" or max(foot[6:]) > 0x7F:
        return [], window.size
    size = 0
    for byte in foot[6:]:
        size = size << 7 | byte
    start = window.size - size - 20
    if start < 0 or not id3_bytes(window, start):
        return [Leak(Kind.unreadable, "ID3v2", "a footer without a tag")], window.size - 10
    return list(id3_leaks(window.rest(start), "appended ")), start
