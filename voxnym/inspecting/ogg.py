"""Ogg files: the header packets of every stream, and bytes that belong to no page.

Source: RFC 3533 (pages); RFC 7845, section 5 (Opus); Xiph.Org, Vorbis I specification, section 4.2;
RFC 9639, section 10.1 (FLAC in Ogg).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from voxnym.inspecting.comments import comment_leaks
from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.flac import metadata_leaks
from voxnym.inspecting.shown import wording
from voxnym.inspecting.tail import leftovers
from voxnym.inspecting.window import BLOCK_BYTES, UnreadableError, Window

_HEADER_BYTES: Final = 27
_MOST_STREAMS: Final = 64
_LARGEST_PACKET_BYTES: Final = 1 << 22
_FLAC_HEADERS: Final = 128
_SIGNS: Final = (
    (b"\x01vorbis", "Vorbis", 3),
    (b"OpusHead", "Opus", 2),
    (b"\x7fFLAC", "FLAC", _FLAC_HEADERS),
    (b"Speex   ", "Speex", 2),
)


@dataclass
class _Stream:
    """One logical stream while its header packets come in."""

    codec: str = ""
    headers: int = 1
    seen: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    too_large: bool = False


def ogg_leaks(window: Window) -> Iterator[Leak]:
    """What an Ogg file tells.

    Args:
        window: starts with a page.

    Raises:
        UnreadableError: more pages or streams than are looked at.
    """
    streams: dict[int, _Stream] = {}
    at = 0
    while at < window.size:
        window.step()
        size, head = _page(window, at)
        if not size:
            following = _next_page(window, at)
            if following is None:
                break
            yield from leftovers(window.part(at, following - at), f"the page before byte {at}")
            at = following
            continue
        serial = int.from_bytes(head[14:18], "little")
        # A new stream may take a number that an earlier one had.
        if serial not in streams or head[5] & 2:
            streams[serial] = _Stream()
            if len(streams) > _MOST_STREAMS:
                raise UnreadableError(f"more than {_MOST_STREAMS} streams")
        stream = streams[serial]
        if stream.seen < stream.headers:
            yield from _headers(stream, head, window.part(at, size))
        at += size
    yield from leftovers(window.rest(at), "the last page")
    for stream in streams.values():
        if stream.seen < min(stream.headers, 2):
            yield Leak(Kind.unreadable, stream.codec or "stream", "its headers are not complete")


def _page(window: Window, at: int) -> tuple[int, bytes]:
    """Size of the page at `at`, 0 where none is, and its header."""
    head = window.some(at, _HEADER_BYTES + 255)
    if len(head) < _HEADER_BYTES or head[:5] != b"OggS\0":
        return 0, b""
    body = _HEADER_BYTES + head[_HEADER_BYTES - 1]
    size = body + sum(head[_HEADER_BYTES:body])
    return (size, head[:body]) if at + size <= window.size else (0, b"")


def _next_page(window: Window, at: int) -> int | None:
    for start in range(at + 1, window.size, BLOCK_BYTES):
        data = window.some(start, BLOCK_BYTES + 4)
        found = data.find(b"OggS\0")
        while found >= 0:
            window.step()
            if _page(window, start + found)[0]:
                return start + found
            found = data.find(b"OggS\0", found + 1)
    return None


def _headers(stream: _Stream, head: bytes, page: Window) -> Iterator[Leak]:
    at = len(head)
    for segment in head[_HEADER_BYTES:]:
        if len(stream.waiting) < _LARGEST_PACKET_BYTES:
            stream.waiting += page.some(at, segment)
        else:
            stream.too_large = True
        at += segment
        if segment < 255:
            packet = bytes(stream.waiting)
            stream.waiting.clear()
            yield from _packet(stream, packet)
            if stream.too_large:
                text = f"more than {_LARGEST_PACKET_BYTES} bytes: the rest was not looked at"
                yield Leak(Kind.unreadable, f"{stream.codec} header", text)
                stream.too_large = False
            if stream.seen >= stream.headers:
                return


def _packet(stream: _Stream, packet: bytes) -> Iterator[Leak]:
    stream.seen += 1
    if stream.seen == 1:
        yield from _first(stream, packet)
        return
    window = Window.of(packet)
    try:
        if stream.codec == "Vorbis" and packet[:7] == b"\x03vorbis":
            yield from comment_leaks(window.rest(7), "Vorbis comment", framed=True)
        elif stream.codec == "Opus" and packet[:8] == b"OpusTags":
            yield from comment_leaks(window.rest(8), "Opus comment")
        elif stream.codec == "Speex":
            yield from comment_leaks(window, "Speex comment")
        elif stream.codec == "FLAC":
            yield from _flac(stream, window)
        elif stream.codec != "Vorbis" or packet[:7] != b"\x05vorbis":
            yield Leak(Kind.unknown, f"{stream.codec} header", wording(packet[:4096]))
    except UnreadableError as error:
        text = f"{error}: {wording(packet[:4096])}"
        yield Leak(Kind.unreadable, f"{stream.codec} header", text)


def _first(stream: _Stream, packet: bytes) -> Iterator[Leak]:
    for sign, codec, headers in _SIGNS:
        if packet.startswith(sign):
            stream.codec, stream.headers = codec, headers
            return
    yield Leak(Kind.stream, "Ogg stream", wording(packet[:4096]))


def _flac(stream: _Stream, packet: Window) -> Iterator[Leak]:
    head = packet.exactly(0, 4)
    # Some programs leave the number of headers open; a frame's sync code ends them.
    if head[0] == 0xFF:
        stream.headers = stream.seen
        return
    yield from metadata_leaks(head[0] & 0x7F, packet.rest(4))
    if head[0] & 0x80:
        stream.headers = stream.seen
