"""Atoms of MP4 and QuickTime files, one after the other.

Source: ISO/IEC 14496-12, section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.window import Window

ROOM: Final = frozenset((b"free", b"skip"))
"""Atoms that hold nothing and leave room."""


def atoms(window: Window) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of content and size of content of each atom; ends where none is."""
    at = 0
    while at + 8 <= window.size:
        window.step()
        size, name, header = window.number(at, 4, "big"), window.exactly(at + 4, 4), 8
        if size == 1:
            size, header = window.number(at + 8, 8, "big"), 16
        elif size == 0:
            size = window.size - at
        if size < header or at + size > window.size or name == b"\0\0\0\0":
            return
        yield name, at + header, size - header
        at += size
