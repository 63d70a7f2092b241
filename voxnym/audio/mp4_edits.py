"""The edit list of the sound in an MP4 file of our own: which samples are played, and when.

FFmpeg leaves the lead-in of the encoder out of the sound only where it lies before time zero. For
sound that starts later, the lead-in would be played. The list is written anew here; the box that
holds it lies at the end of the file, so that it may grow.

Source: ISO/IEC 14496-12, sections 8.6.5 and 8.6.6 (edit box, edit list box).
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

from voxnym.errors import OutputError

_VERSION_64 = 1
_EMPTY = -1
_NORMAL_RATE = 0x10000


def settle_sound(file: BinaryIO, lead_in: int, start: int, frames: int, rate: int) -> None:
    """Say which samples of the sound are played: all but lead-in and filling.

    Args:
        file: a complete MP4 file whose description ("moov") is its last box; open for reading and
            writing. The position is at the end afterwards.
        lead_in: samples that the encoder put before the sound.
        start: when the sound starts, in samples.
        frames: samples of one channel to be played.
        rate: Hz.

    Raises:
        OutputError: the file is not as expected.
    """
    place, moov = _last_moov(file)
    header = _find(moov, b"mvhd")
    at = 20 if header[8] == _VERSION_64 else 12
    ticks = struct.unpack_from(">I", header, 8 + at)[0]
    if ticks % rate:
        raise OutputError(f"a clock of {ticks} Hz does not count samples at {rate} Hz")
    scale = ticks // rate
    edits = [(frames * scale, lead_in)]
    if start:
        edits.insert(0, (start * scale, _EMPTY))
    changed = _rebuilt(moov, _edit_box(edits))
    file.seek(place)
    file.write(changed)
    file.truncate()


def _last_moov(file: BinaryIO) -> tuple[int, bytes]:
    end = file.seek(0, os.SEEK_END)
    place = 0
    while place + 8 <= end:
        file.seek(place)
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:
            size = struct.unpack(">Q", file.read(8))[0]
        if name == b"moov" and place + size == end:
            file.seek(place)
            return place, file.read(size)
        if size < 8:
            break
        place += size
    raise OutputError("the MP4 file does not end with its description: please report it")


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Name and whole bytes of the boxes in the content of one; all of ours are below 4 GB."""
    found, place = [], 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        if size < 8:
            raise OutputError("a box of the MP4 file has no size: please report it")
        found.append((name, data[place : place + size]))
        place += size
    return found


def _find(box: bytes, *path: bytes) -> bytes:
    """A box inside a box, along a path of names; empty where there is none."""
    for name in path:
        box = next((data for found, data in _boxes(box[8:]) if found == name), b"")
    return box


def _rebuilt(moov: bytes, edits: bytes) -> bytes:
    content = b""
    for name, data in _boxes(moov[8:]):
        is_sound = name == b"trak" and _find(data, b"mdia", b"hdlr")[16:20] == b"soun"
        content += _with_edits(data, edits) if is_sound else data
    return _box(b"moov", content)


def _with_edits(track: bytes, edits: bytes) -> bytes:
    content = b""
    for name, data in _boxes(track[8:]):
        if name == b"edts":
            continue
        content += data + (edits if name == b"tkhd" else b"")
    return _box(b"trak", content)


def _edit_box(edits: list[tuple[int, int]]) -> bytes:
    entries = b"".join(
        struct.pack(">QqI", duration, media_time, _NORMAL_RATE) for duration, media_time in edits
    )
    head = struct.pack(">B3xI", _VERSION_64, len(edits))
    return _box(b"edts", _box(b"elst", head + entries))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content
