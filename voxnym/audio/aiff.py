"""AIFF headers that say how many samples there are, and files that end with them.

libsndfile 1.2.2 counts the padding byte after an odd number of bytes as a sample, and gives a
file of exactly 8 bytes of floating-point samples a second, empty sound chunk.

Source: Apple, Audio Interchange File Format (AIFF) 1.3, Common Chunk and Sound Data Chunk.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

_FRAMES_AT = 2
_SOUND_HEADER_BYTES = 8


def settle_length(file: BinaryIO, frames: int, size: int) -> None:
    """Write the true number of frames and bytes into the header; nothing follows the samples.

    Args:
        file: open for reading and writing, complete.
        frames: samples of one channel.
        size: bytes of all samples, without padding.
    """
    place = 12
    end = file.seek(0, 2)
    while place + 8 <= end:
        file.seek(place)
        name, length = struct.unpack(">4sI", file.read(8))
        if name == b"COMM":
            file.seek(place + 8 + _FRAMES_AT)
            file.write(struct.pack(">I", frames))
        if name == b"SSND":
            length = size + _SOUND_HEADER_BYTES
            file.seek(place + 4)
            file.write(struct.pack(">I", length))
            end = place + 8 + length + length % 2
            file.truncate(end)
            file.seek(4)
            file.write(struct.pack(">I", end - 8))
        place += 8 + length + length % 2
    file.seek(0, 2)
