"""Which library reads or writes a file: libsndfile for files of sound, FFmpeg for media files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from voxnym.audio.formats import Format, printable
from voxnym.audio.read import FileSource
from voxnym.audio.sniff import SafeBytes, opened
from voxnym.audio.write import FileWriter

if TYPE_CHECKING:
    from voxnym.audio.media_read import MediaSource
    from voxnym.audio.media_write import MediaWriter


def open_source(
    file: str | os.PathLike[str] | BinaryIO, name: str | None = None
) -> FileSource | MediaSource:
    """A recording of any kind; its first bytes decide, never its name.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it; the path, or "the stream", where None.

    Raises:
        InputError: anything that cannot be read as 1 to 8 channels of audio.
        MissingMediaError: a media file, and PyAV is not installed.
    """
    from voxnym.audio.media_open import media_container

    known = os.fspath(file) if isinstance(file, str | os.PathLike) else "the stream"
    with opened(file, printable(known if name is None else name)) as raw:
        is_media = media_container(SafeBytes(raw)) is not None
    if not is_media:
        return FileSource(file, name)
    from voxnym.audio.media_read import MediaSource

    return MediaSource(file, name)


def open_writer(
    file: str | os.PathLike[str] | BinaryIO,
    form: Format,
    rate: int,
    channels: int,
    subtype: str | None = None,
    frames: int | None = None,
    name: str | os.PathLike[str] | None = None,
    *,
    original: FileSource | MediaSource | None = None,
    keep: frozenset[str] = frozenset(),
) -> FileWriter | MediaWriter:
    """A writer for any format; arguments as of `FileWriter` and `MediaWriter`.

    Args:
        file: a path that is written directly, or a binary file object at its start.
        form: container and coding.
        rate: samples per second, Hz, one that `form` allows.
        channels: number of channels.
        subtype: the format's default where None; see `voxnym.audio.formats.subtype_for`.
        frames: how many samples of one channel will come, where known.
        name: what error texts call it; the path, or "the output", where None.
        original: what the sound came from. Of a media file, the pictures are copied where `form`
            holds pictures; everything else is dropped.
        keep: "subtitles", "chapters", "tags", "attachments": what not to drop.

    Raises:
        OutputError: the format does not hold such a recording or picture, or the file cannot be
            written.
        MissingMediaError: a media format, and PyAV is not installed.
    """
    if not form.media:
        return FileWriter(file, form, rate, channels, subtype, frames, name)
    from voxnym.audio.media_read import MediaSource
    from voxnym.audio.media_write import MediaWriter

    media = original if isinstance(original, MediaSource) else None
    return MediaWriter(file, form, rate, channels, subtype, frames, name, original=media, keep=keep)
