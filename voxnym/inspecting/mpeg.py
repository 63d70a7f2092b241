"""MP3 and ADTS files: frame after frame, what stands between them, and who encoded it.

Source: ISO/IEC 11172-3, section 2.4.1.3, and 13818-3 (headers); 14496-3, section 1.A.2.2 (ADTS);
the Xing, Info and LAME tags as their encoders write them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording
from voxnym.inspecting.tail import before_tags, behind_tags, leftovers
from voxnym.inspecting.tools import tool, tools_in
from voxnym.inspecting.window import BLOCK_BYTES, UnreadableError, Window

_LAYER3_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LAYER3_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_LAYER2_1: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_LAYER1_1: Final = (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_LAYER1_2: Final = (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_RATES_HZ: Final = (44_100, 48_000, 32_000)
_SIGNED_FRAMES: Final = 3
_LAME_BYTES: Final = 36
_LAME_NAME_BYTES: Final = 9

FrameBytes = Callable[[bytes], int]


def mp3_leaks(window: Window) -> Iterator[Leak]:
    """What an MPEG audio file tells; starts with a frame."""
    yield from _stream(window, mp3_frame_bytes)


def adts_leaks(window: Window) -> Iterator[Leak]:
    """What an AAC file of frames with headers tells; starts with a frame."""
    yield from _stream(window, adts_frame_bytes)


def mp3_frame_bytes(head: bytes) -> int:
    """Bytes of the frame whose first four bytes are given; 0 if it is none.

    >>> mp3_frame_bytes(bytes.fromhex("fffb9064"))
    417
    """
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    index, rate_index, pad = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or index in (0, 15) or rate_index == 3:
        return 0
    first = version == 3
    rate = _RATES_HZ[rate_index] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 1:
        return (12_000 * (_LAYER1_1 if first else _LAYER1_2)[index] // rate + pad) * 4
    if layer == 2:
        return 144_000 * (_LAYER2_1 if first else _LAYER3_2)[index] // rate + pad
    if first:
        return 144_000 * _LAYER3_1[index] // rate + pad
    return 72_000 * _LAYER3_2[index] // rate + pad


def adts_frame_bytes(head: bytes) -> int:
    """Bytes of the ADTS frame whose first six bytes are given; 0 if it is none."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def _stream(window: Window, frame_bytes: FrameBytes) -> Iterator[Leak]:
    leaks, end = before_tags(window)
    yield from leaks
    window = window.part(0, end)
    at = frames = 0
    while at < window.size:
        window.step()
        size = frame_bytes(window.some(at, 6))
        if size:
            if frames < _SIGNED_FRAMES:
                yield from _signed(window.rest(at).part(0, min(size, window.size - at)), frames)
            frames += 1
            at += size
            continue
        tags, start = behind_tags(window.rest(at))
        if start:
            yield from tags
            at += start
            continue
        following = _next_frame(window, at + 1, frame_bytes)
        if following is None:
            break
        yield from leftovers(window.part(at, following - at), f"frame {frames}")
        at = following
    if not frames:
        raise UnreadableError("no frame was found")
    yield from leftovers(window.rest(min(at, window.size)), "the last frame")


def _next_frame(window: Window, at: int, frame_bytes: FrameBytes) -> int | None:
    """Where a frame starts that another one follows."""
    for start in range(at, window.size, BLOCK_BYTES):
        data = window.some(start, BLOCK_BYTES)
        found = data.find(b"\xff")
        while found >= 0:
            window.step()
            size = frame_bytes(window.some(start + found, 6))
            if size and frame_bytes(window.some(start + found + size, 6)):
                return start + found
            found = data.find(b"\xff", found + 1)
    return None


def _signed(frame: Window, index: int) -> Iterator[Leak]:
    data = frame.some(0, 4096)
    start = -1
    if index == 0:
        start = max(data.find(mark, 0, 48) for mark in (b"Xing", b"Info"))
    if start < 0:
        if index == 0 and data[36:40] == b"VBRI":
            yield Leak(Kind.tool, "VBRI header", "an encoder of the Fraunhofer institute")
        # What is coded here reads as a name only by chance where it is no known one.
        yield from tools_in("stream", data)
        return
    flags = int.from_bytes(data[start + 4 : start + 8], "big")
    at = start + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1)
    at += 4 * (flags >> 3 & 1)
    name = data[at : at + _LAME_NAME_BYTES]
    text = name.rstrip(b"\0U").decode("latin-1")
    yield from tool("LAME header", shortened(text))
    rest = data[at + _LAME_BYTES :]
    if rest.strip(b"\0"):
        yield Leak(Kind.padding, "first frame", wording(rest))
