"""FLAC files: metadata blocks, and what follows the last frame, found without decoding.

A frame's header is known by its own checksum and its number, the end of the last frame by the
checksum over the whole frame.

Source: RFC 9639, sections 8 (metadata blocks) and 9 (frames).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.comments import comment_leaks, picture_text
from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import wording
from voxnym.inspecting.tail import before_tags
from voxnym.inspecting.window import BLOCK_BYTES, UnreadableError, Window

_LONGEST_HEADER_BYTES: Final = 16
_LONGEST_FRAME_BYTES: Final = 1 << 20
_SYNC: Final = re.compile(rb"\xff[\xf8\xf9]")
_BLOCKS: Final = ("STREAMINFO", "PADDING", "APPLICATION", "SEEKTABLE", "VORBIS_COMMENT",
                  "CUESHEET", "PICTURE")  # fmt: skip


def flac_leaks(window: Window) -> Iterator[Leak]:
    """What a FLAC file tells.

    Args:
        window: starts with "fLaC".

    Raises:
        UnreadableError: metadata that do not obey the format.
    """
    at, last, info = 4, False, b""
    while not last:
        window.step()
        head = window.exactly(at, 4)
        kind, last, size = head[0] & 0x7F, bool(head[0] & 0x80), int.from_bytes(head[1:], "big")
        block = window.part(at + 4, size)
        info = block.some(0, 34) if kind == 0 else info
        yield from metadata_leaks(kind, block)
        at += 4 + size
    leaks, end = before_tags(window.rest(at))
    yield from leaks
    yield from _trailing(window.part(at, end), info)


def metadata_leaks(kind: int, block: Window) -> Iterator[Leak]:
    """What one metadata block tells.

    Args:
        kind: its number, 0 to 126.
        block: its content.
    """
    where = _BLOCKS[kind] if kind < len(_BLOCKS) else f"block of kind {kind}"
    try:
        if where == "VORBIS_COMMENT":
            yield from comment_leaks(block, "Vorbis comment")
        elif where == "PICTURE":
            yield Leak(Kind.picture, where, picture_text(block))
        elif where == "PADDING":
            found = block.first_set()
            if found is not None:
                yield Leak(Kind.padding, where, wording(block.some(found)))
        elif where == "APPLICATION":
            yield Leak(Kind.tag, where, wording(block.some(0)))
        elif where == "CUESHEET":
            yield Leak(Kind.label, where, wording(block.some(0)))
        elif where == "STREAMINFO":
            if block.size > 34:
                yield Leak(Kind.unknown, where, wording(block.some(34)))
        elif where != "SEEKTABLE":
            yield Leak(Kind.unknown, where, wording(block.some(0)))
    except UnreadableError as error:
        yield Leak(Kind.unreadable, where, str(error))


def _trailing(frames: Window, info: bytes) -> Iterator[Leak]:
    start = _last_frame(frames)
    if start is None:
        if frames.first_set() is not None:
            yield Leak(Kind.trailing, "after the metadata", wording(frames.some(0)))
        return
    frame = frames.rest(start)
    smallest = int.from_bytes(info[4:7], "big")
    largest = int.from_bytes(info[7:10], "big") or _LONGEST_FRAME_BYTES
    data = frame.some(0, min(largest, _LONGEST_FRAME_BYTES))
    ends = _frame_ends(data, smallest)
    if frame.size in ends:
        return
    if not ends:
        yield Leak(Kind.unreadable, "last frame", "damaged, cut short, or followed by other bytes")
        return
    rest = frame.rest(ends[0])
    found = rest.first_set()
    if found is not None:
        text = f"{rest.size} bytes: {wording(rest.some(found))}"
        yield Leak(Kind.trailing, "after the last frame", text)


def _last_frame(frames: Window) -> int | None:
    """Where the last frame starts; None where there is no frame."""
    last, expected = None, None
    for at in range(0, frames.size, BLOCK_BYTES):
        data = frames.some(at, BLOCK_BYTES + _LONGEST_HEADER_BYTES)
        for match in _SYNC.finditer(data, 0, BLOCK_BYTES + 1):
            number = _frame_number(data[match.start() : match.start() + _LONGEST_HEADER_BYTES])
            if number is None:
                continue
            # Numbers count frames where all have the same size, samples otherwise.
            counts_frames = match[0][1] == 0xF8
            if expected is not None and counts_frames and number != expected:
                continue
            frames.step()
            last, expected = at + match.start(), number + 1
    return last


def _frame_number(head: bytes) -> int | None:
    """The number in a frame's header; None if the bytes are no such header."""
    if len(head) < 6 or head[3] & 1 or head[2] >> 4 == 0 or head[2] & 15 == 15:
        return None
    if head[3] >> 4 > 10 or (head[3] >> 1) & 7 == 3:
        return None
    ones = 8 - (head[4] ^ 0xFF).bit_length()
    more = max(ones - 1, 0)
    if ones in (1, 8) or len(head) < 5 + more:
        return None
    number = head[4] & (0x7F >> ones)
    for byte in head[5 : 5 + more]:
        if byte >> 6 != 2:
            return None
        number = number << 6 | byte & 0x3F
    size_bytes = {6: 1, 7: 2}.get(head[2] >> 4, 0)
    rate_bytes = {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    end = 5 + more + size_bytes + rate_bytes
    if len(head) <= end or _sum8(head[:end]) != head[end]:
        return None
    return number


def _frame_ends(data: bytes, smallest: int) -> list[int]:
    """All lengths at which a frame that starts `data` may end by its checksum."""
    ends, register = [], 0
    for at, byte in enumerate(data, 1):
        register = ((register << 8) & 0xFFFF) ^ _SUM16[(register >> 8) ^ byte]
        if not register and at >= max(smallest, 8):
            ends.append(at)
    return ends


def _sum8(data: bytes) -> int:
    register = 0
    for byte in data:
        register = _SUM8[register ^ byte]
    return register


def _table(bits: int, polynomial: int) -> list[int]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        register = byte << (bits - 8)
        for _ in range(8):
            carry = polynomial if register & top else 0
            register = ((register << 1) & mask) ^ carry
        table.append(register)
    return table


_SUM8: Final = _table(8, 0x07)
_SUM16: Final = _table(16, 0x8005)
