"""Ogg pages with a serial number that says nothing: the same stream gives the same bytes.

Encoders draw the serial number of a stream at random, and every page carries it under a checksum.
Here both are rewritten in place. The checksum is linear, so that no page is summed up again: the
change of the four serial bytes alone, moved to the end of the page, is what the sum changes by.

Source: RFC 3533, section 6 (page layout and CRC, polynomial 0x04c11db7).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from voxnym.errors import OutputError

SERIAL = 0x766F786E
_POLYNOMIAL = 0x04C11DB7
_HEADER_BYTES = 27
_SERIAL_AT = 14
_CHECKSUM_AT = 22


def settle_serials(file: BinaryIO, serial: int = SERIAL) -> int:
    """Give all pages of an Ogg file with one stream the same serial number.

    Args:
        file: open for reading and writing; the position is at the end afterwards.
        serial: the number, 32 bits.

    Returns:
        How many pages there were.

    Raises:
        OutputError: the file is not a chain of whole Ogg pages.
    """
    changes: dict[int, _Change] = {}
    position = pages = 0
    end = file.seek(0, 2)
    while position < end:
        file.seek(position)
        head = file.read(_HEADER_BYTES + 255)
        if len(head) < _HEADER_BYTES or head[:4] != b"OggS":
            raise OutputError(f"no Ogg page at byte {position}: the encoder left a broken file")
        segments = head[_HEADER_BYTES - 1]
        body = _HEADER_BYTES + segments
        size = body + sum(head[_HEADER_BYTES:body])
        old = struct.unpack_from("<I", head, _SERIAL_AT)[0]
        checksum = struct.unpack_from("<I", head, _CHECKSUM_AT)[0]
        change = changes.get(old) or changes.setdefault(old, _Change(old ^ serial))
        file.seek(position + _SERIAL_AT)
        file.write(
            struct.pack("<I", serial)
            + head[_SERIAL_AT + 4 : _CHECKSUM_AT]
            + struct.pack("<I", checksum ^ change.after(size - _SERIAL_AT - 4))
        )
        position += size
        pages += 1
    file.seek(0, 2)
    return pages


class _Change:
    """What four changed bytes change the checksum by, depending on how many bytes follow."""

    def __init__(self, difference: int) -> None:
        # Bytes are summed first to last, so the number's low byte is the high one of the sum;
        # four zero bytes of input then push the register's content through the polynomial.
        register = int.from_bytes(struct.pack("<I", difference), "big")
        for _ in range(4):
            register = _step(register)
        self._after = [register]

    def after(self, count: int) -> int:
        while len(self._after) <= count:
            self._after.append(_step(self._after[-1]))
        return self._after[count]


def _step(register: int) -> int:
    """The checksum register after one more zero byte."""
    return ((register << 8) & 0xFFFFFFFF) ^ _TABLE[register >> 24]


def checksum(page: bytes) -> int:
    """CRC of a page whose checksum field is taken as zero."""
    register = 0
    for index, byte in enumerate(page):
        value = 0 if _CHECKSUM_AT <= index < _CHECKSUM_AT + 4 else byte
        register = ((register << 8) & 0xFFFFFFFF) ^ _TABLE[(register >> 24) ^ value]
    return register


def _table() -> list[int]:
    table = []
    for byte in range(256):
        register = byte << 24
        for _ in range(8):
            carry = register & 0x80000000
            register = ((register << 1) & 0xFFFFFFFF) ^ (_POLYNOMIAL if carry else 0)
        table.append(register)
    return table


_TABLE = _table()
