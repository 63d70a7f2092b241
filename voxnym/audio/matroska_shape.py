"""The size at which pictures are shown, written into a Matroska file of our own.

PyAV cannot tell FFmpeg's muxer of pixels that are not square. The two numbers are put into the
description of the track here; the room for them is taken from the empty element that the muxer
leaves before it, so that nothing behind moves.

Source: RFC 8794, sections 4 to 6 (element IDs and sizes), 11.3.1 (CRC-32); RFC 9559, sections
5.1.1 (seek head) and 5.1.4.1.28 (video).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import BinaryIO

from voxnym.errors import OutputError

_SEGMENT, _SEEK_HEAD, _VOID, _INFO, _TRACKS = (
    0x18538067, 0x114D9B74, 0xEC, 0x1549A966, 0x1654AE6B,
)  # fmt: skip
_SEEK, _SEEK_ID, _SEEK_POSITION = 0x4DBB, 0x53AB, 0x53AC
_TRACK_ENTRY, _TRACK_NUMBER, _VIDEO = 0xAE, 0xD7, 0xE0
_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT = 0x54B0, 0x54BA, 0x54B2
_CRC = 0xBF
_MOST_HEADER_BYTES = 1 << 20
_LONG_VOID_BYTES = 9
_UNEXPECTED = "the Matroska file is not laid out as expected: please report it"
Elements = list[tuple[int, bytes]]


def settle_shapes(file: BinaryIO, shapes: Mapping[int, tuple[int, int]]) -> None:
    """Say how large pictures are shown.

    Args:
        file: a complete file of FFmpeg's muxer, open for reading and writing; the position is at
            the end afterwards.
        shapes: number of the track, counted from 1, to width and height in square pixels.

    Raises:
        OutputError: the file is not as expected.
    """
    file.seek(0)
    start = file.read(_MOST_HEADER_BYTES)
    _, content, end = _element(start, 0)
    id, segment, _ = _element(start, end)
    if id != _SEGMENT:
        raise OutputError(_UNEXPECTED)
    parts: Elements = []
    place = segment
    while not parts or parts[-1][0] != _TRACKS:
        id, content, end = _element(start, place)
        if end > len(start) or id not in (_SEEK_HEAD, _VOID, _INFO, _TRACKS):
            raise OutputError(_UNEXPECTED)
        parts.append((id, start[content:end]))
        place = end
    file.seek(segment)
    file.write(_laid_out(parts, place - segment, shapes))
    file.seek(0, 2)


def _laid_out(parts: Elements, size: int, shapes: Mapping[int, tuple[int, int]]) -> bytes:
    """The same elements with larger tracks, in as many bytes; the empty one takes the rest."""
    if [id for id, _ in parts] != [_SEEK_HEAD, _VOID, _INFO, _TRACKS]:
        raise OutputError(_UNEXPECTED)
    head, info = parts[0][1], _written(_INFO, parts[2][1])
    tracks = _written(_TRACKS, _with_shapes(parts[3][1], shapes))
    end = {_INFO: size - len(tracks) - len(info), _TRACKS: size - len(tracks)}
    head = _written(_SEEK_HEAD, _with_positions(head, end))
    left = size - len(head) - len(info) - len(tracks) - _LONG_VOID_BYTES
    if left < 0:
        raise OutputError(_UNEXPECTED)
    void = b"\xec\x01" + left.to_bytes(7, "big") + bytes(left)
    return head + void + info + tracks


def _with_shapes(tracks: bytes, shapes: Mapping[int, tuple[int, int]]) -> bytes:
    entries: Elements = []
    for id, content in _elements(tracks):
        inner = _elements(content) if id == _TRACK_ENTRY else []
        number = int.from_bytes(dict(inner).get(_TRACK_NUMBER, b""), "big")
        if number not in shapes:
            entries.append((id, content))
            continue
        video = _shown(dict(inner).get(_VIDEO, b""), *shapes[number])
        parts = [_written(key, video if key == _VIDEO else value) for key, value in inner]
        entries.append((id, b"".join(parts)))
    return _summed(entries)


def _with_positions(head: bytes, places: Mapping[int, int]) -> bytes:
    """A seek head with new places of some elements, in as many bytes as before."""
    entries: Elements = []
    for id, content in _elements(head):
        inner = dict(_elements(content)) if id == _SEEK else {}
        place = places.get(int.from_bytes(inner.get(_SEEK_ID, b""), "big"))
        if place is None:
            entries.append((id, content))
            continue
        inner[_SEEK_POSITION] = place.to_bytes(len(inner[_SEEK_POSITION]), "big")
        entries.append((id, b"".join(_written(key, value) for key, value in inner.items())))
    return _summed(entries)


def _summed(entries: Elements) -> bytes:
    """Elements with their checksum renewed, where there is one at their start."""
    rest = b"".join(_written(id, content) for id, content in entries if id != _CRC)
    if not entries or entries[0][0] != _CRC:
        return rest
    return _written(_CRC, zlib.crc32(rest).to_bytes(4, "little")) + rest


def _shown(video: bytes, width: int, height: int) -> bytes:
    """The description of a picture with the size at which it is shown; its unit is the pixel."""
    old = (_DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT)
    rest = [_written(id, content) for id, content in _elements(video) if id not in old]
    new = [(_DISPLAY_WIDTH, width), (_DISPLAY_HEIGHT, height)]
    return b"".join(rest + [_written(id, size.to_bytes(4, "big")) for id, size in new])


def _elements(data: bytes) -> Elements:
    found, place = [], 0
    while place < len(data):
        id, content, end = _element(data, place)
        if end > len(data):
            raise OutputError(_UNEXPECTED)
        found.append((id, data[content:end]))
        place = end
    return found


def _element(data: bytes, place: int) -> tuple[int, int, int]:
    """ID, where the content starts, and where it ends."""
    head = data[place : place + 12]
    width = 9 - head[:1][0].bit_length() if head else 9
    more = 9 - head[width].bit_length() if width < len(head) else 9
    if width > 4 or more > 8 or len(head) < width + more:
        raise OutputError(_UNEXPECTED)
    size = int.from_bytes(head[width : width + more], "big") & ((1 << 7 * more) - 1)
    content = place + width + more
    return int.from_bytes(head[:width], "big"), content, content + size


def _written(id: int, content: bytes) -> bytes:
    count = len(content)
    width = next(width for width in range(1, 9) if count < (1 << 7 * width) - 1)
    size = (count | 1 << 7 * width).to_bytes(width, "big")
    return id.to_bytes((id.bit_length() + 7) // 8, "big") + size + content
