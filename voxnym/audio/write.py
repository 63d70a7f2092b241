"""Samples to files: exact quantisation, nothing in the file but the samples, equal bytes always."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np

from voxnym.audio.aiff import settle_length
from voxnym.audio.atomic import atomic_output, failure_text
from voxnym.audio.formats import Format, bytes_per_sample, format_for, printable
from voxnym.audio.ogg import settle_serials
from voxnym.audio.quantise import check_block, coded
from voxnym.audio.sniff import SafeBytes, forward_only
from voxnym.errors import OutputError
from voxnym.records import Audio, Block

# libvorbis keeps a whole write on the stack and dies of a million frames in one; and what it
# encodes depends on the sizes of the writes, so all have this one.
_WRITE_FRAMES = 8_192
_SET_ADD_PEAK_CHUNK = 0x1050  # SFC_SET_ADD_PEAK_CHUNK of sndfile.h


class FileWriter:
    """Writes one recording block by block; a context manager.

    Integer formats get round(x * 2^(bits-1)), limited to the range, so that what was read from
    such a file is written back bit by bit. Lossy formats are limited to ±1 before encoding. The
    file holds no tag and no time stamp; the same samples give the same bytes.

    Args:
        file: a path that is written directly (see `voxnym.audio.atomic` for the safe way), or a
            binary file object that can read, write and seek, at its start.
        form: container and coding.
        rate: samples per second, Hz, one that `form` allows.
        channels: number of channels.
        subtype: libsndfile's subtype; the format's default where None.
        frames: how many samples of one channel will come, where known. WAV needs it to become
            RF64 beyond 4 GB.
        name: what error texts call it; the path, or "the output", where None.

    Raises:
        OutputError: the format does not hold such a recording, or the file cannot be written.
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
    ) -> None:
        known = file if isinstance(file, str | os.PathLike) else "the output"
        self.name = printable(known if name is None else name)
        self.subtype = subtype or form.default_subtype
        self.clipped = 0
        """How many samples so far lay beyond full scale and were limited."""
        self.notes: tuple[str, ...] = ()
        """What a user should know of the file, once it is complete."""
        self.frames = 0
        """Samples of one channel written so far."""
        try:
            check_form(form, rate, channels, self.subtype)
            major = form.major_for(channels, self.subtype, frames)
        except OutputError as error:
            raise OutputError(f"{self.name}: {error}") from error
        self._form = form
        self._channels = channels
        self._announced = frames
        self._waiting = np.zeros((channels, 0), np.float32)
        self._limit = None if major == "RF64" else form.limit_bytes
        self._owned = isinstance(file, str | os.PathLike)
        self._raw = opened_target(file, self.name)
        self._target = SafeBytes(self._raw)
        self._sound: Any = None
        try:
            self._sound = _sound(self._target, major, self.subtype, rate, channels, form)
        except Exception as error:
            self._release()
            raise self._failure(error) from error

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
        """
        check_block(block, self._channels, self.name)
        self._check_size(block.shape[1])
        self.frames += block.shape[1]
        waiting = np.concatenate([self._waiting, block], axis=1)
        whole = waiting.shape[1] // _WRITE_FRAMES * _WRITE_FRAMES
        for start in range(0, whole, _WRITE_FRAMES):
            self._put(waiting[:, start : start + _WRITE_FRAMES])
        self._waiting = waiting[:, whole:].copy()

    def close(self) -> None:
        """Complete the file. A file object stays open, a path is closed.

        Raises:
            OutputError: the rest cannot be written, or the frame count is not the announced one.
        """
        if self._sound is None:
            return
        try:
            self._complete()
        finally:
            self._release()
        if self._announced is not None and self.frames != self._announced:
            raise OutputError(
                f"{self.name}: {self.frames} frames were written, {self._announced} announced"
            )

    def _complete(self) -> None:
        if self._waiting.shape[1]:
            self._put(self._waiting)
        try:
            sound, self._sound = self._sound, None
            sound.close()
            if self._target.error is not None:
                raise self._target.error
            if self._form.major == "OGG":
                settle_serials(self._raw)
            if self._form.major == "AIFF":
                settle_length(self._raw, self.frames, self._bytes(self.frames))
            self._raw.flush()
        except Exception as error:
            raise self._failure(error) from error

    def _put(self, block: Block) -> None:
        samples, clipped = coded(block, self.subtype)
        self.clipped += clipped
        try:
            self._sound.write(samples)
        except Exception as error:
            raise self._failure(error) from error
        if self._target.error is not None:
            raise self._failure(self._target.error)

    def _check_size(self, more: int) -> None:
        if self._limit is not None and self._bytes(self.frames + more) > self._limit:
            raise OutputError(
                f"{self.name}: beyond 4 GB, which {self._form.name} does not hold; "
                "choose rf64, w64 or flac"
            )

    def _bytes(self, frames: int) -> int:
        return frames * self._channels * bytes_per_sample(self.subtype)

    def _failure(self, error: Exception) -> OutputError:
        cause = self._target.error or error
        if isinstance(cause, OSError):
            return OutputError(failure_text(self.name, cause))
        text = " ".join(str(getattr(cause, "error_string", cause)).split())
        return OutputError(f"{self.name}: cannot be written as {self._form.name} ({text})")

    def _release(self) -> None:
        # Whatever closing an unfinished file complains about, the first error is the one to tell.
        with contextlib.suppress(Exception):
            if self._sound is not None:
                self._sound.close()
        self._sound = None
        if self._owned:
            with contextlib.suppress(OSError):
                self._raw.close()


def write_audio(
    path: str | os.PathLike[str],
    audio: Audio,
    *,
    subtype: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write a recording; the extension decides the format, and the file appears at once or never.

    Args:
        path: target.
        audio: samples with full scale ±1; beyond it they are limited.
        subtype: libsndfile's subtype ("PCM_24", "FLOAT", …); the format's default where None.
        overwrite: whether an existing file may be replaced.

    Raises:
        InputError: an extension that is no output format.
        OutputError: the file exists, cannot be written, or the format does not hold the samples.
    """
    from voxnym.audio.open import open_writer

    form = format_for(path)
    with (
        atomic_output(path, overwrite=overwrite) as file,
        open_writer(file, form, audio.rate, audio.channels, subtype, audio.length, path) as writer,
    ):
        writer.write(audio.samples)


def check_form(form: Format, rate: int, channels: int, subtype: str) -> None:
    """Refuse what a format does not hold.

    Raises:
        OutputError: the subtype, channel count or rate.
    """
    allowed = set(form.subtypes.values()) | {form.default_subtype}
    if subtype not in allowed:
        raise OutputError(
            f"subtype={subtype!r}: {form.name} is written as one of {', '.join(sorted(allowed))}"
        )
    if not 1 <= channels <= form.max_channels:
        raise OutputError(
            f"{channels} channels: {form.name} holds 1 to {form.max_channels}; choose flac or wav"
        )
    if rate <= 0 or form.nearest_rate(rate) != rate:
        raise OutputError(
            f"{rate} Hz: {form.name} does not hold that rate; the nearest one is "
            f"{form.nearest_rate(rate)} Hz: resample first"
        )


def opened_target(file: str | os.PathLike[str] | BinaryIO, name: str) -> BinaryIO:
    """A file to write and read back: the one that was given, or a new one at a path.

    Raises:
        OutputError: it cannot be created.
    """
    if not isinstance(file, str | os.PathLike):
        return file
    try:
        return Path(file).open("w+b")
    except (OSError, ValueError) as error:
        raise OutputError(failure_text(name, error)) from error


def _sound(
    target: SafeBytes, major: str, subtype: str, rate: int, channels: int, form: Format
) -> Any:
    import soundfile

    sound = forward_only()(
        target,
        "w",
        samplerate=rate,
        channels=channels,
        subtype=subtype,
        format=major,
        compression_level=form.compression_level,
    )
    # The PEAK chunk of float files carries the time of writing. RF64 has none unless asked, and
    # the command asks for one where there is none.
    if major != "RF64":
        soundfile._snd.sf_command(sound._file, _SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
    return sound
