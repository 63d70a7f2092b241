"""Bytes of a hostile file: every access is checked, none takes more than a bounded amount."""

from __future__ import annotations

import io
from typing import BinaryIO, Final

BLOCK_BYTES: Final = 1 << 18
LARGEST_READ_BYTES: Final = 1 << 24
"""More than that is never in memory at once; larger values are reported from their start."""
VALUE_BYTES: Final = 1 << 16
"""How much of a value is looked at for showing it."""
MOST_STEPS: Final = 4_000_000
"""Chunks, pages and frames of one file that are visited: a day of MP3."""


class UnreadableError(Exception):
    """A part that does not obey its format; the text says what was found."""


class _Blocks:
    """A file read in blocks, and how much more may be visited."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self._block = b""
        self.steps = MOST_STEPS

    def read(self, at: int, count: int) -> bytes:
        begin = at - self._at
        if begin < 0 or begin + count > len(self._block):
            try:
                self._file.seek(at)
                self._block = self._file.read(max(count, BLOCK_BYTES))
            except (OSError, ValueError, OverflowError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise UnreadableError(f"cannot be read ({reason})") from error
            self._at, begin = at, 0
        return self._block[begin : begin + count]


class Window:
    """A stretch of a file; positions count from its start.

    Args:
        file: open for reading, can seek.
        start: first byte.
        size: in bytes; the stretch lies within the file.
    """

    __slots__ = ("_blocks", "_start", "size")

    def __init__(self, file: BinaryIO | _Blocks, start: int, size: int) -> None:
        self._blocks = file if isinstance(file, _Blocks) else _Blocks(file)
        self._start = start
        self.size = size

    @classmethod
    def of(cls, data: bytes) -> Window:
        """Bytes that are in memory.

        >>> Window.of(b"abc").some(1, 9)
        b'bc'
        """
        return cls(io.BytesIO(data), 0, len(data))

    def some(self, at: int, count: int = VALUE_BYTES) -> bytes:
        """Up to `count` bytes from `at`; fewer at the end of the window."""
        count = min(count, self.size - at, LARGEST_READ_BYTES)
        if at < 0 or count <= 0:
            return b""
        return self._blocks.read(self._start + at, count)

    def exactly(self, at: int, count: int) -> bytes:
        """`count` bytes from `at`.

        Raises:
            UnreadableError: the window ends before, or it is more than may be held in memory.
        """
        data = self.some(at, count)
        if len(data) != count:
            reason = "too large" if count > LARGEST_READ_BYTES else "ends too early"
            raise UnreadableError(f"{reason}: {count} bytes at {self._start + at}")
        return data

    def number(self, at: int, count: int, order: str = "little") -> int:
        """An unsigned number of `count` bytes.

        Raises:
            UnreadableError: the window ends before.
        """
        return int.from_bytes(self.exactly(at, count), "big" if order == "big" else "little")

    def part(self, at: int, size: int) -> Window:
        """A window into this one.

        Raises:
            UnreadableError: it would reach beyond this one.
        """
        if at < 0 or size < 0 or at + size > self.size:
            raise UnreadableError(f"{size} bytes at {self._start + at} reach beyond the end")
        return Window(self._blocks, self._start + at, size)

    def rest(self, at: int) -> Window:
        """What follows from `at` on; empty beyond the end."""
        at = min(max(at, 0), self.size)
        return Window(self._blocks, self._start + at, self.size - at)

    def first_set(self) -> int | None:
        """Position of the first byte that is not zero; None where all are."""
        for at in range(0, self.size, BLOCK_BYTES):
            data = self.some(at, BLOCK_BYTES)
            left = data.lstrip(b"\0")
            if left:
                return at + len(data) - len(left)
            if not data:
                break
        return None

    def step(self) -> None:
        """Count one visited part.

        Raises:
            UnreadableError: the file has more parts than are visited.
        """
        self._blocks.steps -= 1
        if self._blocks.steps < 0:
            raise UnreadableError(f"more than {MOST_STEPS} parts: the rest was not looked at")
