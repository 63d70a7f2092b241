"""Which container a file begins with, and file access that no decoder can make raise."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from voxnym.errors import InputError

_W64_GUID = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
_W64_HEAD_BYTES = 40
_W64_CHUNK_BYTES = 24
_MOST_CHUNKS = 1_000
_MAGIC = (
    (b"RIFF", "wav"),
    (b"RIFX", "wav"),
    (b"RF64", "rf64"),
    (_W64_GUID, "w64"),
    (b"FORM", "aiff"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b".snd", "au"),
    (b"dns.", "au"),
    (b"caff", "caf"),
)


class SafeBytes:
    """A binary file whose methods never raise, for C code that calls back.

    The decoder sees a failed access as the end of the file; `error` keeps the reason. Positions
    that make no sense come from damaged headers, so they are ignored without being kept.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None
        self.end: int | None = None
        """Where the file ends for the decoder, where that is before its true end."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; stays where it is if that is impossible. Returns the position."""
        if whence == os.SEEK_END and self.end is not None:
            offset, whence = self.end + offset, os.SEEK_SET
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return self.tell()

    def tell(self) -> int:
        """The position in bytes."""
        try:
            return self._file.tell()
        except (OSError, ValueError):
            return 0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; none at the end or after a failure."""
        if self.end is not None:
            left = max(self.end - self.tell(), 0)
            size = left if size < 0 else min(size, left)
        try:
            return self._file.read(size)
        except OSError as error:
            self.error = error
        except ValueError:
            self.error = OSError("the file was closed")
        return b""

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer` as far as there are bytes; returns how many."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytes) -> int:
        """Write all of `data`; returns 0 from the first failure on."""
        if self.error is not None:
            return 0
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
        except ValueError:
            self.error = OSError("the file was closed")
        return 0

    def start(self, size: int = 64) -> bytes:
        """The first bytes; the position is at the start afterwards."""
        self.seek(0)
        start = self.read(size)
        self.seek(0)
        return start


class OwnPlace(io.RawIOBase):
    """A file object that several readers share, each with a position of its own."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._shared = file
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; the other readers stay where they are."""
        if whence == os.SEEK_CUR:
            offset, whence = self._at + offset, os.SEEK_SET
        self._at = self._shared.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        """The position in bytes."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from this reader's position."""
        self._shared.seek(self._at)
        data = self._shared.read(size)
        self._at += len(data)
        return data


def container(file: SafeBytes) -> str | None:
    """The container that the first bytes announce; None where VoxNym reads none such.

    libsndfile knows more formats, and takes some of them from the extension alone; they are
    refused here, because a headerless file can be anything.
    """
    start = file.start()
    for magic, name in _MAGIC:
        if start.startswith(magic):
            return name
    if len(start) > 2 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:
        return "mp3"
    return None


def hide_w64_tail(file: SafeBytes) -> None:
    """Let a W64 file end with its samples; libsndfile takes all that follows for samples, too.

    Args:
        file: at its start before and afterwards.

    Source: Sony Pictures Digital, Sony Wave64 file format (chunks of GUID, size and content, at
    multiples of 8 bytes; sizes count the 24 bytes of their own head).
    """
    size = file.seek(0, os.SEEK_END)
    place = _W64_HEAD_BYTES
    for _ in range(_MOST_CHUNKS):
        file.seek(place)
        head = file.read(_W64_CHUNK_BYTES)
        length = int.from_bytes(head[16:], "little")
        if length < _W64_CHUNK_BYTES:
            break
        if head.startswith(b"data"):
            if place + length < size:
                file.end = place + length
            break
        place += -(-length // 8) * 8
    file.seek(0)


@contextmanager
def opened(file: str | os.PathLike[str] | BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A recording's bytes from the start; a file object that the caller gave stays open.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it.

    Raises:
        InputError: nothing there, no regular file, or one that cannot be read or sought.
    """
    if not isinstance(file, str | os.PathLike):
        try:
            file.seek(0)
        except (OSError, ValueError, AttributeError) as error:
            raise InputError(f"{name}: cannot seek; read it into memory or a file first") from error
        yield file
        return
    with ExitStack() as stack:
        try:
            mode = Path(file).stat().st_mode
            if stat.S_ISDIR(mode):
                raise InputError(f"{name}: a folder; expected a file")
            # A pipe without a writer would block here for ever.
            if not stat.S_ISREG(mode):
                raise InputError(f"{name}: not a regular file; pipe it in as -")
            raw = stack.enter_context(Path(file).open("rb", buffering=0))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"{name}: cannot be opened ({reason}); check the path") from error
        yield raw


@cache
def forward_only() -> Any:
    """A soundfile.SoundFile that is never sought.

    The original seeks to where it already is after each access. That restarts the Opus and MP3
    decoders, so that blocks would not join without a seam, and fails for FLAC of unknown length.
    """
    import soundfile

    class ForwardOnly(soundfile.SoundFile):  # type: ignore[misc]
        def seekable(self) -> bool:
            return False

    return ForwardOnly
