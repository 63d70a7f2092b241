"""Formats of speech laboratories and of Apple: AU, CAF and NIST SPHERE.

Source: Sun, audio file format (au(5)); Apple, Core Audio Format Specification 1.0; NIST, SPeech
HEader REsources 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tail import before_tags, leftovers
from voxnym.inspecting.tools import names_tool, tool
from voxnym.inspecting.window import Window

_CAF_QUIET: Final = frozenset((b"desc", b"pakt", b"kuki", b"chan"))
_CAF_LABELS: Final = frozenset((b"mark", b"regn", b"strg", b"inst", b"midi"))
_SPHERE_QUIET: Final = frozenset((
    "channel_count", "sample_count", "sample_rate", "sample_n_bytes", "sample_byte_format",
    "sample_sig_bits", "sample_coding", "sample_min", "sample_max", "sample_checksum",
    "channels_interleaved", "end_head",
))  # fmt: skip


def au_leaks(window: Window) -> Iterator[Leak]:
    """What an AU file tells: the text in front of the samples."""
    order = "big" if window.some(0, 4) == b".snd" else "little"
    start = window.number(4, 4, order)
    size = window.number(8, 4, order)
    text = window.rest(24).part(0, max(min(start, window.size) - 24, 0))
    found = text.first_set()
    if found is not None:
        yield Leak(Kind.tag, "annotation", wording(text.some(found)))
    if size == 0xFFFFFFFF:
        leaks, _ = before_tags(window)
        yield from leaks
    else:
        yield from leftovers(window.rest(start + size), "the samples")


def caf_leaks(window: Window) -> Iterator[Leak]:
    """What a CAF file tells."""
    at = 8
    while at + 12 <= window.size:
        window.step()
        name, size = window.exactly(at, 4), window.number(at + 4, 8, "big")
        if not all(32 <= byte < 127 for byte in name):
            break
        chunk = window.rest(at + 12)
        if size > chunk.size:
            if name != b"data" or size >> 63:
                yield Leak(Kind.unreadable, f"{name.decode()} chunk", "its end is not known")
            at = window.size
            break
        yield from _caf_chunk(name, chunk.part(0, size))
        at += 12 + size
    yield from leftovers(window.rest(at), "the last chunk")


def _caf_chunk(name: bytes, chunk: Window) -> Iterator[Leak]:
    where = f"{name.decode('ascii')} chunk"
    if name == b"info":
        parts = chunk.some(4).split(b"\0")
        for key, value in zip(parts[::2], parts[1::2], strict=False):
            text = f"info {wording(key)}"
            if names_tool(text):
                yield from tool(text, wording(value))
            elif key:
                yield Leak(Kind.tag, text, wording(value))
        if chunk.size > 4 and len(parts) < 2:
            yield Leak(Kind.unknown, where, wording(chunk.some(0)))
    elif name == b"free":
        found = chunk.first_set()
        if found is not None:
            yield Leak(Kind.padding, where, wording(chunk.some(found)))
    elif name not in _CAF_QUIET | {b"data"}:
        kind = Kind.label if name in _CAF_LABELS else Kind.unknown
        yield Leak(kind, where, wording(chunk.some(0)))


def sphere_leaks(window: Window) -> Iterator[Leak]:
    """What a NIST SPHERE file tells: the fields of its header."""
    digits = window.some(8, 8).strip()
    size = int(digits) if digits.isdigit() else 1024
    head, _, room = window.some(16, max(size - 16, 0)).partition(b"end_head")
    for line in head.splitlines():
        window.step()
        words = line.split(None, 2)
        name = shortened(words[0].decode("latin-1"), 40) if words else ""
        if words and name not in _SPHERE_QUIET:
            yield Leak(Kind.tag, name, wording(words[-1]))
    if room.strip(b"\0 \n"):
        yield Leak(Kind.padding, "header", wording(room.lstrip(b"\0 \n")))
    leaks, _ = before_tags(window.rest(size))
    yield from leaks
