"""Tags of MP4, M4A and QuickTime files: user data and lists of items.

Source: Apple, QuickTime File Format Specification (user data, metadata); iTunes' list of items as
its files show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.mp4_atoms import ROOM, atoms
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tools import names_tool, tool
from voxnym.inspecting.window import Window

_TOOLS: Final = (b"\xa9too", b"\xa9enc", b"\xa9swr", b"\xa9fmt")


def user_data_leaks(atom: Window) -> Iterator[Leak]:
    """What user data tell: the content of udta."""
    end = 0
    for name, start, size in atoms(atom):
        part = atom.part(start, size)
        end = start + size
        where = f"udta {_name(name)}"
        if name == b"meta":
            yield from metadata_leaks(part)
        elif name == b"chpl":
            yield Leak(Kind.label, where, wording(part.some(9)))
        elif name in ROOM:
            yield from _not_empty(part, where, Kind.padding)
        elif name in _TOOLS:
            yield from tool(where, wording(part.some(4)))
        else:
            # Text of QuickTime has its length and language in front.
            text = part.some(4) if name[:1] == b"\xa9" else part.some(0)
            yield Leak(Kind.tag, where, wording(text))
    yield from _not_empty(atom.rest(end), "end of udta")


def metadata_leaks(atom: Window) -> Iterator[Leak]:
    """What metadata tell: the content of meta."""
    # QuickTime's has no version and flags in front of its atoms.
    inner = atom if atom.some(4, 4) == b"hdlr" else atom.rest(4)
    keys: tuple[str, ...] = ()
    end = 0
    for name, start, size in atoms(inner):
        part = inner.part(start, size)
        end = start + size
        if name == b"keys":
            keys = _key_names(part)
        elif name == b"ilst":
            yield from _items(part, keys)
        elif name in ROOM:
            yield from _not_empty(part, f"meta {_name(name)}", Kind.padding)
        elif name == b"hdlr":
            yield from _not_empty(part.rest(24), "meta hdlr", Kind.tool)
        else:
            yield Leak(Kind.tag, f"meta {_name(name)}", wording(part.some(0)))
    yield from _not_empty(inner.rest(end), "end of meta")


def _key_names(atom: Window) -> tuple[str, ...]:
    names: list[str] = []
    at = 8
    while at + 8 <= atom.size and len(names) < 1024:
        size = atom.number(at, 4, "big")
        if size < 8:
            break
        names.append(shortened(_short(atom.part(at + 8, size - 8)), 60))
        at += size
    return tuple(names)


def _short(window: Window) -> str:
    return window.some(0, 256).decode("utf-8", "replace")


def _items(atom: Window, keys: tuple[str, ...]) -> Iterator[Leak]:
    end = 0
    for raw, start, size in atoms(atom):
        item = atom.part(start, size)
        end = start + size
        number = int.from_bytes(raw, "big")
        name = keys[number - 1] if 0 < number <= len(keys) else _name(raw)
        values = []
        for kind, first, length in atoms(item):
            value = item.part(first, length)
            if kind == b"name":
                name = f"{name} {shortened(_short(value.rest(4)), 60)}"
            elif kind == b"data":
                values.append(value.rest(8))
            elif kind != b"mean":
                values.append(value)
        yield from _item(raw, name, values or [item])
    yield from _not_empty(atom.rest(end), "end of ilst")


def _item(raw: bytes, name: str, values: list[Window]) -> Iterator[Leak]:
    for value in values[:32]:
        where = f"ilst {name}"
        if raw == b"covr":
            text = f"{value.size} bytes: {wording(value.some(0, 64))}"
            yield Leak(Kind.picture, where, text)
        elif raw in _TOOLS or names_tool(name):
            yield from tool(where, wording(value.some(0)))
        else:
            yield Leak(Kind.tag, where, wording(value.some(0)))


def _not_empty(part: Window, where: str, kind: Kind = Kind.unknown) -> Iterator[Leak]:
    found = part.first_set()
    if found is not None:
        yield Leak(kind, where, wording(part.some(found)))


def _name(raw: bytes) -> str:
    return shortened(raw.decode("latin-1"))
