"""Media containers opened with FFmpeg's libraries so that no file can reach beyond itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn, cast

from voxnym.audio.formats import printable
from voxnym.audio.mp4_tables import clock_of
from voxnym.audio.refusals import DAMAGED, Unchanged
from voxnym.audio.sniff import OwnPlace, SafeBytes, opened
from voxnym.errors import InputError, MissingExtraError

INSTALL_LINE = 'pip install "voxnym[media]"'
DEMUXERS = MappingProxyType({"mp4": "mov", "matroska": "matroska", "aac": "aac"})
"""Container, as the first bytes announce it, to the only demuxer that may see it."""

_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_EBML = b"\x1a\x45\xdf\xa3"
_WEBM = b"\x42\x82\x84webm"  # the element that holds the type of document
_HEAD_BYTES = 256
_ID3_HEAD_BYTES = 10
_MOST_STREAMS = 100
_READ_BYTES = 65_536


@dataclass(frozen=True)
class OpenMedia:
    """A media file that is open for reading.

    Args:
        container: an av.container.InputContainer at its start.
        kind: one of `DEMUXERS`.
        is_webm: whether a Matroska file says that it is WebM.
        tick_s: how exactly an MP4 file's edit list can say when it ends, s; 0 for other kinds.
    """

    container: Any
    kind: str
    is_webm: bool = False
    tick_s: Fraction = Fraction(0)


class MissingMediaError(MissingExtraError, InputError):
    """A media container is met, and PyAV, which reads and writes them, is not installed."""


def media_library(name: str) -> Any:
    """The module `av`.

    Args:
        name: of the recording, for the error text.

    Raises:
        MissingMediaError: it is not installed; the text holds the line that installs it.
    """
    try:
        import av
    except ImportError as error:
        raise MissingMediaError(
            f"{name}: m4a, aac, mp4, mov, mkv, mka and webm need PyAV, which is not installed: "
            f"{INSTALL_LINE}"
        ) from error
    return av


def media_container(file: SafeBytes) -> str | None:
    """Which of `DEMUXERS` the first bytes announce; None for all other files.

    ADTS streams may follow an ID3 tag, as MP3 does; what comes after the tag tells them apart.
    """
    start = file.start()
    if start[4:8] in _ATOMS:
        return "mp4"
    if start.startswith(_EBML):
        return "matroska"
    if start.startswith(b"ID3") and len(start) >= _ID3_HEAD_BYTES:
        # Four bytes of seven bits each.
        size = sum((byte & 0x7F) << 7 * (3 - at) for at, byte in enumerate(start[6:10]))
        file.seek(_ID3_HEAD_BYTES + size)
        start = file.read(2)
        file.seek(0)
    # Twelve ones, one bit for MPEG-2 or 4, and the layer, which is 0 in ADTS and never in MP3.
    return "aac" if len(start) > 1 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0 else None


@contextmanager
def media_opened(
    file: str | os.PathLike[str] | BinaryIO, name: str, unchanged: Unchanged
) -> Iterator[OpenMedia]:
    """A media file at its start; errors inside the `with` become InputError.

    The demuxer is chosen here from the first bytes, never by FFmpeg's guess, so that playlists and
    lists of other files are not even looked at; whatever else it wants to open is refused.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it.
        unchanged: compares a path's file with what it was before.

    Raises:
        InputError: no media container, a damaged one, or one that refers to other files.
    """
    av = media_library(name)
    with opened(file, name) as raw:
        is_path = isinstance(file, str | os.PathLike)
        if is_path:
            unchanged.check(raw, name)
        source = SafeBytes(raw if is_path else cast(BinaryIO, OwnPlace(raw)))
        try:
            kind = media_container(source)
            if kind is None:
                raise InputError(f"{name}: no MP4, Matroska, WebM or AAC file; {DAMAGED}")
            clock_hz = clock_of(source, name) if kind == "mp4" else None
            is_webm = kind == "matroska" and _WEBM in source.start(_HEAD_BYTES)
            with _container(av, source, kind) as container:
                tick_s = Fraction(1, clock_hz) if clock_hz else Fraction(0)
                yield OpenMedia(container, kind, is_webm, tick_s)
            # A demuxer takes a failing disk for the end of the file.
            if source.error is not None:
                raise source.error
        except InputError:
            raise
        except Exception as error:  # whatever a hostile file makes the bindings raise
            raise InputError(f"{name}: {_reason(source, error)}; {DAMAGED}") from error


def _container(av: Any, source: SafeBytes, kind: str) -> Any:
    options = {"protocol_whitelist": "none", "max_streams": str(_MOST_STREAMS)}
    if kind == "mp4":
        options |= {"enable_drefs": "0", "use_absolute_path": "0"}
    return av.open(
        source,
        mode="r",
        format=DEMUXERS[kind],
        container_options=options,
        metadata_errors="replace",
        buffer_size=_READ_BYTES,
        io_open=_nothing_else,
    )


def _nothing_else(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise InputError("the file refers to another file or address, which is never opened")


def _reason(source: SafeBytes, error: Exception) -> str:
    if source.error is not None:
        return f"reading failed ({source.error.strerror or source.error})"
    text = getattr(error, "strerror", None) or str(error)
    return printable(" ".join(str(text).split())).rstrip(".") or "cannot be decoded"
