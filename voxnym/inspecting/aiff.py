"""AIFF and AIFC files.

Source: Apple, Audio Interchange File Format (AIFF) 1.3, and AIFF-C draft of 1991.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.id3 import id3_bytes, id3_leaks
from voxnym.inspecting.riff_chunks import peak_leaks
from voxnym.inspecting.shown import wording
from voxnym.inspecting.tail import leftovers
from voxnym.inspecting.window import Window

_QUIET: Final = ("FVER", "CHAN")
_TAGS: Final = ("NAME", "AUTH", "(c) ", "ANNO", "COMT", "APPL", "AESD", "MIDI", "bext", "iXML",
                "AFSP", "XMP ")  # fmt: skip
_LABELS: Final = ("MARK", "INST", "SAXL", "basc", "trns", "cate")
_CODINGS: Final = frozenset(
    (b"", b"not compressed", b"Signed integer (little-endian) linear PCM",
     b"Signed integer (big-endian) linear PCM", b"32-bit floating point", b"64-bit floating point",
     b"32-bit floating-point", b"64-bit floating-point", b"Float 32", b"Float 64")
)  # fmt: skip


def aiff_leaks(window: Window) -> Iterator[Leak]:
    """What an AIFF file tells.

    Args:
        window: starts with FORM.
    """
    end = min(8 + window.number(4, 4, "big"), window.size)
    if window.some(8, 4) not in (b"AIFF", b"AIFC"):
        yield Leak(Kind.unknown, "FORM", wording(window.some(8, 4)))
    at = 12
    while at + 8 <= end:
        window.step()
        id3 = id3_bytes(window, at)
        # A chunk of that name has its size where a tag has its version and flags.
        if id3 and window.some(at, 4) != b"ID3 ":
            yield from id3_leaks(window.rest(at), "between the chunks, ")
            # Who puts a tag there does not always pad it.
            at += id3 + (id3 % 2 == 1 and window.some(at + id3, 1) == b"\0")
            continue
        raw = window.exactly(at, 4)
        if not all(32 <= byte < 127 for byte in raw):
            break
        name, size = raw.decode(), window.number(at + 4, 4, "big")
        chunk = window.rest(at + 8)
        if at + 8 + size > end:
            if name != "SSND" or size >= 0xFFFF0000:
                text = f"{size} bytes are announced, {chunk.size} are there"
                yield Leak(Kind.unreadable, f"{name} chunk", f"{text}: {wording(chunk.some(0))}")
            at = end
            break
        yield from _chunk(name, chunk.part(0, size))
        pad = chunk.some(size, 1) if size % 2 else b""
        if pad.strip(b"\0"):
            yield Leak(Kind.padding, "padding byte", wording(pad))
        at += 8 + size + size % 2
    yield from leftovers(window.rest(min(at, window.size)), "the last chunk")


def _chunk(name: str, chunk: Window) -> Iterator[Leak]:
    where = f"{name.strip()} chunk"
    if name == "ID3 ":
        yield from id3_leaks(chunk, f"{where}, ")
    elif name == "COMM":
        yield from _common(chunk)
    elif name == "SSND":
        # Samples may start later than right behind the header.
        gap = chunk.part(8, min(chunk.number(0, 4, "big"), max(chunk.size - 8, 0)))
        if gap.first_set() is not None:
            yield Leak(Kind.padding, "before the samples", wording(gap.some(0)))
    elif name == "PEAK":
        yield from peak_leaks(chunk, "big")
    elif name in ("JUNK", "PAD ", "FLLR", "FILR"):
        found = chunk.first_set()
        if found is not None:
            yield Leak(Kind.padding, where, wording(chunk.some(found)))
    elif name not in _QUIET:
        kind = Kind.tag if name in _TAGS else Kind.label if name in _LABELS else Kind.unknown
        yield Leak(kind, where, wording(chunk.some(0)))


def _common(chunk: Window) -> Iterator[Leak]:
    text = chunk.some(23, chunk.some(22, 1)[0]) if chunk.size > 22 else b""
    if text.strip(b"\0 ") not in _CODINGS:
        yield Leak(Kind.tool, "COMM chunk", wording(text))
    rest = chunk.rest(18 if chunk.size < 22 else 23 + len(text))
    if rest.first_set() is not None:
        yield Leak(Kind.unknown, "COMM chunk", wording(rest.some(0)))
