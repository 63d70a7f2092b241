"""Sound into MP4, Matroska, WebM and AAC files, with the picture of the original beside it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from voxnym.audio.adts import LEAD_IN_SAMPLES, Mark, header
from voxnym.audio.atomic import failure_text
from voxnym.audio.formats import Format, printable
from voxnym.audio.matroska_shape import settle_shapes
from voxnym.audio.media_copy import Copier, check_keep
from voxnym.audio.media_encode import SoundEncoder
from voxnym.audio.media_open import media_library
from voxnym.audio.media_read import MediaSource
from voxnym.audio.mp4_edits import settle_sound
from voxnym.audio.quantise import check_block
from voxnym.audio.sniff import SafeBytes
from voxnym.audio.write import check_form, opened_target
from voxnym.errors import OutputError, VoxnymError
from voxnym.records import Block

_BITEXACT = 0x400  # AVFMT_FLAG_BITEXACT of avformat.h: no dates, names or random numbers
_MOST_TICKS_HZ = 2**31 - 1
_MP4_MUXERS = frozenset(("ipod", "mp4", "mov"))
_MATROSKA_MUXERS = frozenset(("matroska", "webm"))
_STEP_FRAMES = 8_192


class MediaWriter:
    """Writes one recording block by block; a context manager, as `voxnym.audio.write.FileWriter`.

    The new sound starts where the old one did. The file holds no tag, no name of an encoder and no
    date; the same samples and pictures give the same bytes.

    Args:
        file: a path that is written directly (see `voxnym.audio.atomic` for the safe way), or a
            binary file object that can read, write and seek, at its start.
        form: one of `voxnym.audio.formats.MEDIA_FORMATS`.
        rate: samples per second, Hz, one that `form` allows.
        channels: number of channels.
        subtype: "AAC", "OPUS", "FLAC_16" or "FLAC_24"; the format's default where None.
        frames: how many samples of one channel will come, where known.
        name: what error texts call it; the path, or "the output", where None.
        original: the file that the sound came from; its pictures are copied where `form` holds
            pictures.
        keep: what else of the original to keep, of `voxnym.audio.streams.KEEPABLE`.

    Raises:
        OutputError: the format does not hold such a recording or picture, or the file cannot be
            written.
        InputError: the original cannot be read any more.
        MissingMediaError: PyAV is not installed.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | BinaryIO,
        form: Format,
        rate: int,
        channels: int,
        subtype: str | None = None,
        frames: int | None = None,
        name: str | os.PathLike[str] | None = None,
        *,
        original: MediaSource | None = None,
        keep: frozenset[str] = frozenset(),
    ) -> None:
        known = file if isinstance(file, str | os.PathLike) else "the output"
        self.name = printable(known if name is None else name)
        self.subtype = subtype or form.default_subtype
        self.frames = 0
        """Samples of one channel written so far."""
        av = media_library(self.name)
        try:
            check_form(form, rate, channels, self.subtype)
            check_keep(keep)
        except OutputError as error:
            raise OutputError(f"{self.name}: {error}") from error
        self._form, self._rate, self._channels = form, rate, channels
        self._announced = frames
        self._copier: Copier | None = None
        self._container: Any = None
        self._waiting = np.zeros((channels, 0), np.float32)
        self._done = False
        self._start = 0
        if original is not None and form.pictures and original.contents.of("picture"):
            self._start = round(original.start_s * rate)
        self._owned = isinstance(file, str | os.PathLike)
        self._raw = opened_target(file, self.name)
        self._target = SafeBytes(self._raw)
        with self._failing():
            self._begin(av, original, keep)

    def _begin(self, av: Any, original: MediaSource | None, keep: frozenset[str]) -> None:
        if self._form.major != "adts":
            self._container = av.open(
                self._target, "w", format=self._form.major, io_open=_nothing_else
            )
            self._container.flags |= _BITEXACT
            if original is not None:
                self._copier = Copier(original, self._container, self._form, keep)
        self._encoder = SoundEncoder(
            av, self._container, self.subtype, self._rate, self._channels, self._start
        )
        self._adts = _AdtsFrames(self._rate, self._channels)
        if self._form.major in _MP4_MUXERS:
            pictures = self._copier.clock_hz if self._copier is not None else 1
            ticks = lcm(self._rate, pictures)
            clock = ticks if ticks <= _MOST_TICKS_HZ else self._rate
            self._container.container_options["movie_timescale"] = str(clock)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of the file, once it is complete."""
        hidden = 0 if self._copier is None else self._copier.hidden_frames
        if not hidden:
            return ()
        return (
            f"{hidden} frames of the picture that the original's edit list hides are still in the "
            "file: players do not show them, but they can be brought back",
        )

    @property
    def clipped(self) -> int:
        """How many samples so far lay beyond full scale and were limited."""
        return self._encoder.clipped

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._release()

    def write(self, block: Block) -> None:
        """Append samples.

        Args:
            block: float32, shape (channels, n), full scale ±1.

        Raises:
            OutputError: wrong channel count, samples that are not finite, a full disk, ….
            InputError: the picture of the original is damaged.
        """
        check_block(block, self._channels, self.name)
        waiting = np.concatenate([self._waiting, block], axis=1)
        whole = waiting.shape[1] // _STEP_FRAMES * _STEP_FRAMES
        self._waiting = waiting[:, whole:].copy()
        self.frames += block.shape[1]
        with self._failing():
            for start in range(0, whole, _STEP_FRAMES):
                self._put(waiting[:, start : start + _STEP_FRAMES])

    def close(self) -> None:
        """Complete the file. A file object stays open, a path is closed.

        Raises:
            OutputError: the rest cannot be written, or the frame count is not the announced one.
            InputError: the picture of the original is damaged.
        """
        if self._done:
            return
        with self._failing():
            self._complete()
        self._release()
        if self._announced is not None and self.frames != self._announced:
            raise OutputError(
                f"{self.name}: {self.frames} frames were written, {self._announced} announced"
            )

    def _put(self, block: Block) -> None:
        if self._copier is not None:
            at = Fraction(self._start + self.frames - self._waiting.shape[1], self._rate)
            self._mux(self._copier.until(at))
        self._mux(self._encoder.push(block))

    def _complete(self) -> None:
        if self._waiting.shape[1]:
            self._put(self._waiting)
        self._mux(self._encoder.finish())
        if self._copier is not None:
            self._mux(self._copier.until(None))
        if self._container is None:
            self._write(self._adts.finish(self._encoder.filling()))
        else:
            self._container.close()
            self._check_target()
        if self._form.major in _MP4_MUXERS and self.frames:
            settle_sound(self._raw, LEAD_IN_SAMPLES, self._start, self.frames, self._rate)
        if self._form.major in _MATROSKA_MUXERS and self._copier and self._copier.shapes:
            settle_shapes(self._raw, self._copier.shapes)
        self._raw.flush()

    def _mux(self, packets: Iterator[Any]) -> None:
        for packet in packets:
            if self._container is not None:
                self._container.mux(packet)
            elif packet.size:
                self._write(self._adts.push(bytes(packet)))
            self._check_target()

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._check_target()

    def _check_target(self) -> None:
        if self._target.error is not None:
            raise self._target.error

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """After any error inside, the file is let go and the error is one of ours."""
        try:
            yield
        except VoxnymError as error:
            self._release()
            if isinstance(error, OutputError) and not str(error).startswith(self.name):
                raise OutputError(f"{self.name}: {error}") from error
            raise
        except Exception as error:
            self._release()
            raise self._failure(error) from error
        except BaseException:
            self._release()
            raise

    def _failure(self, error: Exception) -> OutputError:
        cause = self._target.error or error
        if isinstance(cause, OSError) and not hasattr(cause, "log"):
            return OutputError(failure_text(self.name, cause))
        text = " ".join(str(getattr(cause, "strerror", None) or cause).split())
        return OutputError(f"{self.name}: cannot be written as {self._form.name} ({text})")

    def _release(self) -> None:
        # Whatever closing an unfinished file complains about, the first error is the one to tell.
        self._done = True
        with contextlib.suppress(Exception):
            if self._copier is not None:
                self._copier.close()
        with contextlib.suppress(Exception):
            if self._container is not None:
                self._container.close()
        if self._owned:
            with contextlib.suppress(OSError):
                self._raw.close()


class _AdtsFrames:
    """AAC frames with their headers; the first and the last one are marked."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._first: bool = True
        self._waiting: bytes | None = None

    def push(self, payload: bytes) -> bytes:
        """The frame before this one, complete."""
        before, self._waiting = self._waiting, payload
        return b"" if before is None else self._framed(before, None)

    def finish(self, filling: int) -> bytes:
        """The last frame; `filling` is how many of its samples are none of the recording."""
        return b"" if self._waiting is None else self._framed(self._waiting, Mark(filling))

    def _framed(self, payload: bytes, mark: Mark | None) -> bytes:
        if self._first:
            self._first, mark = False, Mark(LEAD_IN_SAMPLES)
        return header(self._rate, self._channels, len(payload), mark) + payload


def _nothing_else(url: str, flags: int, options: dict[str, str]) -> Any:
    raise OutputError("the muxer wants to write a second file, which is never done")
