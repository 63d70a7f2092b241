"""ADTS, the bare stream of AAC frames, and how a lead-in is marked in it.

An AAC encoder puts 1024 samples of lead-in before the sound and fills its last frame. MP4 and
Matroska have fields that say so; ADTS has none, so that players begin with the lead-in. In files
of our own, two header fields that decoders ignore carry the numbers: the private bit ("private
use", says the standard) marks the frames, and the buffer fullness holds the samples to leave out
before the first frame's end and at the end of the last one.

Source: ISO/IEC 13818-7, sections 6.2.1 and 6.2.2 (fixed and variable header).
"""

from __future__ import annotations

from dataclasses import dataclass

from voxnym.errors import OutputError

HEADER_BYTES = 7
FRAME_SAMPLES = 1024
LEAD_IN_SAMPLES = 1024
_VARIABLE_RATE = 0x7FF
_LARGEST_FRAME_BYTES = 0x1FFF
_LOW_COMPLEXITY = 1
_RATES_HZ = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How many samples of a frame to leave out: of the first its beginning, of the last its end."""

    samples: int


def header(rate: int, channels: int, payload_bytes: int, mark: Mark | None = None) -> bytes:
    """The seven bytes before one AAC-LC frame.

    Args:
        rate: Hz, one of the standard's thirteen.
        channels: 1 to 7; eight channels are written as configuration 7.
        payload_bytes: size of the coded frame.
        mark: of the first and the last frame.

    Raises:
        OutputError: the frame is too large, or the rate is none of the standard's.
    """
    size = payload_bytes + HEADER_BYTES
    if rate not in _RATES_HZ or size > _LARGEST_FRAME_BYTES:
        raise OutputError(f"a frame of {size} bytes at {rate} Hz: ADTS does not hold it")
    fullness = _VARIABLE_RATE if mark is None else mark.samples
    bits = 0xFFF
    for value, width in (
        (0, 1),  # MPEG-4
        (0, 2),  # layer
        (1, 1),  # no checksum
        (_LOW_COMPLEXITY, 2),
        (_RATES_HZ.index(rate), 4),
        (mark is not None, 1),
        (channels, 3),
        (0, 4),  # original, home, copyright
        (size, 13),
        (fullness, 11),
        (0, 2),  # one frame
    ):
        bits = bits << width | int(value)
    return bits.to_bytes(HEADER_BYTES, "big")


def mark_of(frame: bytes) -> Mark | None:
    """The mark in an ADTS frame of our own; None for all others.

    >>> mark_of(header(16000, 1, 100, Mark(1000))), mark_of(header(16000, 1, 100))
    (Mark(samples=1000), None)
    """
    bits = int.from_bytes(frame[:HEADER_BYTES], "big")
    fullness = bits >> 2 & 0x7FF
    private = bits >> 33 & 1
    if len(frame) < HEADER_BYTES or bits >> 44 != 0xFFF or not private or fullness > FRAME_SAMPLES:
        return None
    return Mark(fullness)
