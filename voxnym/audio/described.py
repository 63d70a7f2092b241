"""What a recording says of itself before it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from voxnym.audio.formats import printable
from voxnym.audio.refusals import Unchanged


@dataclass(frozen=True)
class RecordingInfo:
    """What the header of a recording says.

    Args:
        rate: samples per second, Hz.
        channels: number of channels, 1 to 8.
        frames: samples of one channel; None where the header does not say.
        format_name: "wav", "flac", "opus", "mp4", ….
        subtype: what the samples are stored as, as libsndfile has it ("PCM_16", "VORBIS", …); of
            media files the codec ("AAC") where it is lossy.
    """

    rate: int
    channels: int
    frames: int | None
    format_name: str
    subtype: str

    @property
    def duration_s(self) -> float | None:
        """Length in seconds; None where the header does not say."""
        return None if self.frames is None else self.frames / self.rate


class Described:
    """The part of a source that its header decides.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it; the path, or "the stream", where None.
    """

    info: RecordingInfo

    def __init__(self, file: str | os.PathLike[str] | BinaryIO, name: str | None = None) -> None:
        self._file = file
        if name is None:
            name = os.fspath(file) if isinstance(file, str | os.PathLike) else "the stream"
        self.name = printable(name)
        self._unchanged = Unchanged()
        self.note: str | None = None
        """What a user should know though the recording was read: that it ends early."""

    @property
    def rate(self) -> int:
        """Samples per second, Hz."""
        return self.info.rate

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self.info.channels

    @property
    def subtype(self) -> str:
        """What the samples are stored as, see `RecordingInfo`."""
        return self.info.subtype

    @property
    def format_name(self) -> str:
        """Which format the file really has, whatever its extension."""
        return self.info.format_name

    @property
    def declared_frames(self) -> int | None:
        """Samples of one channel as the header says; reading may give fewer. None: not said.

        Where the file is shorter than its header, some formats give the number that fits into it.
        """
        return self.info.frames
