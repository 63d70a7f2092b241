"""MP4 headers that promise more than the file can hold, found before a demuxer believes them.

A table of sample sizes may say "all of them have one byte, and there are four thousand million".
FFmpeg makes an index entry for each; such a file takes all memory.

Source: ISO/IEC 14496-12, sections 4.2 (boxes), 8.7.2 (data references), 8.7.3 (sample
sizes), 8.8.8 (track fragment runs).
"""

from __future__ import annotations

import os

from voxnym.audio.refusals import DAMAGED
from voxnym.audio.sniff import SafeBytes
from voxnym.errors import InputError

_NESTED = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"moof", b"traf"))
_MOST_BOXES = 100_000
_MOST_REFERENCES = 64
_DEEPEST = 8
_INDEX_ENTRIES_FREE = 1_000_000
_SAME_FILE = 1


def clock_of(file: SafeBytes, name: str) -> int | None:
    """The clock that edit lists count in, after a look at all tables.

    Args:
        file: an MP4 or QuickTime file; at its start afterwards.
        name: what the error text calls it.

    Returns:
        Hz; None where there is no movie header.

    Raises:
        InputError: impossible sample tables, or samples that lie in other files.
    """
    size = file.seek(0, os.SEEK_END)
    walk = _Walk(file, name, size)
    walk.boxes(0, size, 0)
    file.seek(0)
    return walk.clock_hz


class _Walk:
    def __init__(self, file: SafeBytes, name: str, size: int) -> None:
        self._file, self._name, self._size = file, name, size
        self._left = _MOST_BOXES
        self.clock_hz: int | None = None

    def boxes(self, start: int, end: int, depth: int) -> None:
        """Look at all boxes between two places."""
        place = start
        while place + 8 <= end:
            self._left -= 1
            if self._left < 0:
                raise InputError(f"{self._name}: more than {_MOST_BOXES} boxes; {DAMAGED}")
            self._file.seek(place)
            head = self._file.read(16)
            size, kind, width = int.from_bytes(head[:4], "big"), head[4:8], 8
            if size == 1:
                size, width = int.from_bytes(head[8:16], "big"), 16
            stop = end if size == 0 else min(place + size, end)
            if stop < place + width:
                return
            self._box(kind, place + width, stop, depth)
            place = stop

    def _box(self, kind: bytes, start: int, stop: int, depth: int) -> None:
        if kind in _NESTED and depth < _DEEPEST:
            self.boxes(start, stop, depth + 1)
        elif kind in (b"stsz", b"stz2"):
            self._count(start + 8)
        elif kind == b"trun":
            self._count(start + 4)
        elif kind == b"mvhd":
            self._file.seek(start)
            head = self._file.read(24)
            at = 20 if head[:1] == b"\1" else 12
            self.clock_hz = int.from_bytes(head[at : at + 4], "big") or None
        elif kind == b"dref":
            self._references(start, stop)

    def _count(self, place: int) -> None:
        self._file.seek(place)
        count = int.from_bytes(self._file.read(4), "big")
        if count > max(self._size, _INDEX_ENTRIES_FREE):
            raise InputError(
                f"{self._name}: its header promises {count} pieces of sound or picture, more than "
                f"the {self._size} bytes of the file can hold; {DAMAGED}"
            )

    def _references(self, start: int, stop: int) -> None:
        place = start + 8
        for _ in range(_MOST_REFERENCES):
            if place + 12 > stop:
                return
            self._file.seek(place)
            head = self._file.read(12)
            size = int.from_bytes(head[:4], "big")
            if head[4:8] in (b"url ", b"urn ", b"alis", b"rsrc") and not head[11] & _SAME_FILE:
                raise InputError(
                    f"{self._name}: its sound or picture lies in another file, which is never "
                    "opened: export it as one file"
                )
            place += max(size, 8)
        raise InputError(f"{self._name}: more than {_MOST_REFERENCES} references; {DAMAGED}")
