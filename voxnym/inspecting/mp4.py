"""MP4, M4A and QuickTime files: all atoms but the coded sound.

Source: ISO/IEC 14496-12 (boxes); Apple, QuickTime File Format Specification (user data, metadata).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.mp4_atoms import ROOM, atoms
from voxnym.inspecting.mp4_tags import metadata_leaks, user_data_leaks
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tail import leftovers
from voxnym.inspecting.tools import tool, tools_in
from voxnym.inspecting.window import UnreadableError, Window

_NESTED: Final = frozenset((
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"mvex", b"moof", b"traf",
    b"mfra", b"gmhd", b"tapt", b"clip", b"matt",
))  # fmt: skip
_QUIET: Final = frozenset((
    b"ftyp", b"styp", b"wide", b"vmhd", b"smhd", b"nmhd", b"hmhd", b"sthd", b"gmin", b"stts",
    b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"ctts", b"cslg", b"sdtp", b"sgpd",
    b"sbgp", b"subs", b"elst", b"pdin", b"sidx", b"ssix", b"mfhd", b"tfhd", b"tfdt", b"trun",
    b"mehd", b"trex", b"tfra", b"mfro", b"iods", b"saiz", b"saio", b"senc", b"tref", b"stps",
    b"stsh", b"padb", b"clef", b"prof", b"enof", b"crgn", b"kmat", b"load", b"imap", b"gmhd",
))  # fmt: skip
_TIMES: Final = frozenset((b"mvhd", b"tkhd", b"mdhd"))
_HANDLERS: Final = frozenset(("", "SoundHandler", "VideoHandler", "DataHandler"))
_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_DEEPEST: Final = 12


def mp4_leaks(window: Window) -> Iterator[Leak]:
    """What an MP4 file tells.

    Args:
        window: starts with an atom.
    """
    end, described = 0, False
    for name, start, size in atoms(window):
        yield from _atom(name, window.part(start, size), 0)
        end = start + size
        described |= name == b"moov"
    if not described:
        yield Leak(Kind.unreadable, "moov", "no description of the streams: the file is cut short")
    yield from leftovers(window.rest(end), "the last atom")


def _atom(name: bytes, atom: Window, depth: int) -> Iterator[Leak]:
    where = wording(name)
    if name in _NESTED and depth < _DEEPEST:
        yield from _inner(where, atom, depth)
    elif name in _TIMES:
        yield from _times(where, atom)
    elif name in ROOM:
        found = atom.first_set()
        if found is not None:
            yield Leak(Kind.padding, where, wording(atom.some(found)))
    elif name == b"udta":
        yield from user_data_leaks(atom)
    elif name == b"meta":
        yield from metadata_leaks(atom)
    elif name == b"hdlr":
        yield from _handler(atom)
    elif name in (b"mdat", b"stsd"):
        yield from tools_in(where, atom.some(0))
        yield from _compressor(atom) if name == b"stsd" else ()
    elif name == b"dref":
        yield from _references(atom)
    elif name == b"uuid" and atom.some(0, 16) == _XMP:
        yield Leak(Kind.tag, "uuid XMP", wording(atom.some(16)))
    elif name not in _QUIET:
        yield Leak(Kind.unknown, f"atom {where}", wording(atom.some(0)))


def _inner(where: str, atom: Window, depth: int) -> Iterator[Leak]:
    end = 0
    for name, start, size in atoms(atom):
        try:
            yield from _atom(name, atom.part(start, size), depth + 1)
        except UnreadableError as error:
            yield Leak(Kind.unreadable, wording(name), str(error))
        end = start + size
    rest = atom.rest(end)
    if rest.first_set() is not None:
        yield Leak(Kind.unknown, f"end of {where}", wording(rest.some(0)))


def _times(where: str, atom: Window) -> Iterator[Leak]:
    width = 8 if atom.some(0, 1) == b"\1" else 4
    for index in range(2):
        seconds = atom.number(4 + width * index, width, "big")
        if seconds:
            yield Leak(Kind.time, where, _date(seconds))
            return


def _date(seconds: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).strftime("made %Y-%m-%d %H:%M:%S UTC")
    except OverflowError:
        return f"made {seconds} s after 1904"


def _handler(atom: Window) -> Iterator[Leak]:
    sort = atom.some(4, 8)
    name = atom.some(24)
    # QuickTime counts the letters, MP4 ends them with a zero.
    counted = name[:1] == bytes((len(name) - 1,)) if 1 < len(name) < 257 else False
    text = shortened((name[1:] if counted else name).decode("utf-8", "replace").strip("\0"))
    if text not in _HANDLERS:
        yield from tool("hdlr", text)
    if sort[:4] != b"dhlr" and sort[4:] not in (b"soun", b"mdir", b"mdta", b"url "):
        what = "pictures, perhaps faces" if sort[4:] == b"vide" else f"kind {wording(sort[4:])}"
        yield Leak(Kind.stream, "trak", what)


def _compressor(atom: Window) -> Iterator[Leak]:
    """Name of the encoder in the description of a video stream."""
    entry = atom.rest(8)
    if entry.some(32, 4) == b"\0\0\0\0" or entry.size < 86:
        return
    text = entry.some(50, 32)
    if 0 < text[0] < 32:
        yield from tool("stsd compressor", wording(text[1 : 1 + text[0]]))


def _references(atom: Window) -> Iterator[Leak]:
    for name, start, size in atoms(atom.rest(8)):
        text = atom.rest(8).part(start, size).some(4)
        if text.strip(b"\0"):
            yield Leak(Kind.tag, f"dref {wording(name)}", wording(text))
