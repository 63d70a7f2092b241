"""Recordings of any format, block by block; everything that is wrong with one becomes one line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np

from voxnym.audio.described import Described, RecordingInfo
from voxnym.audio.formats import printable
from voxnym.audio.refusals import DAMAGED, check_samples, check_shape
from voxnym.audio.sniff import SafeBytes, container, forward_only, hide_w64_tail, opened
from voxnym.errors import InputError
from voxnym.records import Audio, Block

BLOCK_FRAMES = 65_536
MAX_SAMPLES_IN_MEMORY = 2**30
_UNKNOWN_FRAMES = 2**60  # libsndfile's mark for streams that do not say, and anything near it
_STREAMED_BYTES = 0x7FFF0000  # writers that cannot seek back leave such sizes in the header
_CUT = re.compile(r"(?:data|SSND|Data Size|riff|Riff size)\s*: (\d+) \(should be (\d+)\)")
_NAMES = {"WAVEX": "wav", "WAV": "wav", "RF64": "rf64", "W64": "w64", "MPEG": "mp3"}


class FileSource(Described):
    """A recording in a file, read from the start as often as needed, in constant memory.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it; the path, or "the stream", where None.

    Raises:
        InputError: anything that cannot be read as 1 to 8 channels of audio.
    """

    def __init__(self, file: str | os.PathLike[str] | BinaryIO, name: str | None = None) -> None:
        super().__init__(file, name)
        with self._open() as sound:
            self.info = _described(sound)
            self.note = self._header_note(sound)

    def blocks(self, block_frames: int = BLOCK_FRAMES) -> Iterator[Block]:
        """All samples, in order.

        Args:
            block_frames: samples of one channel in all blocks but the last.

        Yields:
            float32, shape (channels, n), contiguous; integers are scaled by 2^-(bits-1).

        Raises:
            InputError: the decoder gives up, the file changed since it was opened, nothing could
                be decoded, or samples are not finite or beyond 120 dB over full scale.
        """
        done = 0
        declared = self.info.frames
        with self._open() as sound:
            # To ask for more would decode what follows the last sample, a tag for example.
            while declared is None or done < declared:
                left = block_frames if declared is None else declared - done
                block = _next_block(sound, min(block_frames, left))
                if block.shape[1] == 0:
                    break
                check_samples(block, done, self.rate, self.name)
                done += block.shape[1]
                yield block
        if done == 0:
            raise InputError(f"{self.name}: holds no sample that can be decoded; {DAMAGED}")
        if declared is not None and done < declared:
            self.note = (
                f"{self.name}: ends early: the header declares {declared / self.rate:.2f} s, "
                f"the file holds {done / self.rate:.2f} s"
            )

    def _header_note(self, sound: Any) -> str | None:
        for found in _CUT.finditer(sound.extra_info):
            declared, actual = int(found[1]), int(found[2])
            if actual < declared < _STREAMED_BYTES:
                return (
                    f"{self.name}: ends early: the header declares {declared} bytes of samples, "
                    f"the file holds {actual}"
                )
        return None

    @contextmanager
    def _open(self) -> Iterator[Any]:
        """A soundfile.SoundFile at its start; errors inside the `with` become InputError."""
        import soundfile

        with opened(self._file, self.name) as raw:
            if isinstance(self._file, str | os.PathLike):
                self._unchanged.check(raw, self.name)
            source = SafeBytes(raw)
            try:
                kind = container(source)
                if kind is None:
                    raise InputError(f"{self.name}: {_what_it_is(source)}")
                if kind == "w64":
                    hide_w64_tail(source)
                with forward_only()(source) as sound:
                    _check_header(sound, self.name)
                    yield sound
                # A decoder takes a failing disk for the end of the file.
                if source.error is not None:
                    raise source.error
            except InputError:
                raise
            except soundfile.LibsndfileError as error:
                raise InputError(
                    f"{self.name}: {_reason(source, error.error_string)}; {DAMAGED}"
                ) from error
            except (RuntimeError, OSError, ValueError, OverflowError, MemoryError) as error:
                raise InputError(
                    f"{self.name}: {_reason(source, str(error))}; {DAMAGED}"
                ) from error


def read_audio(path: str | os.PathLike[str] | BinaryIO) -> Audio:
    """A whole recording in memory.

    Args:
        path: a file, or a binary file object that can seek.

    Raises:
        InputError: it cannot be read, or holds more than 2^30 samples.
    """
    from voxnym.audio.open import open_source

    source = open_source(path)
    blocks: list[Block] = []
    left = MAX_SAMPLES_IN_MEMORY
    for block in source.blocks():
        left -= block.size
        if left < 0:
            raise InputError(
                f"{source.name}: more than {MAX_SAMPLES_IN_MEMORY} samples, too many for memory; "
                "voxnym anonymize works on files of any length"
            )
        blocks.append(block)
    return Audio(np.concatenate(blocks, axis=1), source.rate)


def probe(path: str | os.PathLike[str] | BinaryIO) -> RecordingInfo:
    """What the header says, without decoding.

    Raises:
        InputError: no recording that VoxNym reads.
    """
    from voxnym.audio.open import open_source

    return open_source(path).info


def _next_block(sound: Any, frames: int) -> Block:
    interleaved = np.empty((frames, sound.channels), np.float32)
    count = sound.buffer_read_into(interleaved.data, dtype="float32")
    return np.ascontiguousarray(interleaved[:count].T)


def _described(sound: Any) -> RecordingInfo:
    if sound.format == "OGG" and sound.subtype == "OPUS":
        name = "opus"
    else:
        name = _NAMES.get(sound.format, sound.format.lower())
    frames = int(sound.frames)
    known = 0 <= frames < _UNKNOWN_FRAMES
    return RecordingInfo(
        rate=int(sound.samplerate),
        channels=int(sound.channels),
        frames=frames if known else None,
        format_name=name,
        subtype=str(sound.subtype),
    )


def _check_header(sound: Any, name: str) -> None:
    check_shape(int(sound.samplerate), int(sound.channels), name)
    if sound.frames == 0:
        raise InputError(f"{name}: holds no samples (0 s of audio); nothing to anonymize")


def _reason(source: SafeBytes, text: str) -> str:
    if source.error is not None:
        return f"reading failed ({source.error.strerror or source.error})"
    return printable(" ".join(text.split())).rstrip(".") or "cannot be decoded"


def _what_it_is(source: SafeBytes) -> str:
    start = source.start()
    if source.error is not None:
        return _reason(source, "")
    if not start:
        return "the file is empty; expected a recording"
    printables = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in start)
    if start[4:8] == b"ftyp":
        kind = "an MP4 or M4A file"
    elif printables == len(start):
        kind = "text"
    else:
        kind = f"begins with {start[:4]!r}, no known audio format"
    media = "" if start[4:8] == b"ftyp" else ", or with the media extra m4a, aac, mp4, mkv or webm"
    return f"{kind}; expected wav, aiff, flac, ogg, opus, mp3, au or caf{media}: convert it first"
