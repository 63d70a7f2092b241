"""The sound of MP4, Matroska, WebM and AAC files, block by block, right to the sample."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO

import numpy as np

from voxnym.audio.described import Described, RecordingInfo
from voxnym.audio.media_decode import Piece, SoundDecoder, opus_rate
from voxnym.audio.media_frames import Timeline
from voxnym.audio.media_open import OpenMedia, media_opened
from voxnym.audio.read import BLOCK_FRAMES
from voxnym.audio.refusals import DAMAGED, check_samples
from voxnym.audio.resample import Resampler
from voxnym.audio.streams import Contents, MediaStream, codec_name, contents_of
from voxnym.errors import InputError
from voxnym.records import Block

_EARLY_S = 0.1
_DURATION = re.compile(r"(\d{1,6}):(\d\d):(\d\d(?:\.\d{1,9})?)")
_WIDTHS = {"u8": 8, "u8p": 8, "s16": 16, "s16p": 16, "s32": 24, "s32p": 24}
_LOSSLESS = frozenset(("flac", "alac", "wavpack", "tta", "truehd", "mlp"))
_PCM = {
    "pcm_u8": "PCM_U8", "pcm_s8": "PCM_S8", "pcm_s16le": "PCM_16", "pcm_s16be": "PCM_16",
    "pcm_s24le": "PCM_24", "pcm_s24be": "PCM_24", "pcm_s32le": "PCM_32", "pcm_s32be": "PCM_32",
    "pcm_f32le": "FLOAT", "pcm_f32be": "FLOAT", "pcm_f64le": "DOUBLE", "pcm_f64be": "DOUBLE",
}  # fmt: skip


class MediaSource(Described):
    """The main sound of a media file, read from the start as often as needed, in constant memory.

    Has the surface of `voxnym.audio.read.FileSource`. Its samples are those that a player plays:
    lead-in and filling of the codec are left out where the container tells them, gaps in the time
    stamps are silence, overlaps are cut.

    Args:
        file: a path, or a binary file object that can seek.
        name: what error texts call it; the path, or "the stream", where None.

    Raises:
        InputError: anything that cannot be read as 1 to 8 channels of audio.
        MissingMediaError: PyAV is not installed.
    """

    def __init__(self, file: str | os.PathLike[str] | BinaryIO, name: str | None = None) -> None:
        super().__init__(file, name)
        with self.opened() as media:
            self.contents: Contents = contents_of(media.container)
            stream = self._sound(media)
            first = self._first(media, stream)
            self._decoded_rate, self._decoded_frames = first.rate, first.samples.shape[1]
            self.start_s = max(first.at or Fraction(0), Fraction(0))
            """When the first sample is played, s, on the clock of the file's picture."""
            self.info = self._described(media, stream, first)

    @property
    def streams(self) -> tuple[MediaStream, ...]:
        """All streams of the file, in its order."""
        return self.contents.streams

    def blocks(self, block_frames: int = BLOCK_FRAMES) -> Iterator[Block]:
        """All samples, in order.

        Args:
            block_frames: samples of one channel in all blocks but the last.

        Yields:
            float32, shape (channels, n), contiguous, full scale ±1.

        Raises:
            InputError: damage in the middle, the file changed since it was opened, nothing could
                be decoded, or samples are not finite or beyond 120 dB over full scale.
        """
        done, cut = 0, False
        with self.opened() as media:
            decoder = SoundDecoder(media, self._sound(media), self.name)
            timeline = Timeline(self._decoded_rate, self.channels, self.name)
            pieces = self._at_rate(decoder.placed(timeline))
            for block in _regrouped(pieces, block_frames):
                check_samples(block, done, self.rate, self.name)
                done += block.shape[1]
                yield block
            cut = decoder.cut_short
        if done == 0:
            raise InputError(f"{self.name}: holds no sample that can be decoded; {DAMAGED}")
        self._note_end(done, cut)

    @contextmanager
    def opened(self) -> Iterator[OpenMedia]:
        """The file at its start; errors inside the `with` become InputError."""
        with media_opened(self._file, self.name, self._unchanged) as media:
            yield media

    def _note_end(self, done: int, cut: bool) -> None:
        declared = self.declared_frames
        # Matroska counts lead-in and filling as well, which are up to a frame each.
        allowed = _EARLY_S * self.rate + 2 * self._decoded_frames
        if declared is not None and declared - done > allowed:
            self.note = (
                f"{self.name}: ends early: the header declares {declared / self.rate:.2f} s, "
                f"the file holds {done / self.rate:.2f} s"
            )
        elif cut:
            self.note = f"{self.name}: ends early: what follows {done / self.rate:.2f} s is damaged"

    def _at_rate(self, pieces: Iterator[Block]) -> Iterator[Block]:
        resampler = Resampler(self._decoded_rate, self.rate, self.channels)
        for piece in pieces:
            yield resampler.push(piece)
        yield resampler.finish()

    def _sound(self, media: OpenMedia) -> Any:
        picked = [stream.index for stream in self.contents.streams if stream.picked]
        if not picked:
            raise InputError(f"{self.name}: holds no sound; nothing to anonymize")
        stream = media.container.streams[picked[0]]
        if stream.codec_context is None:
            raise InputError(
                f"{self.name}: its sound is coded in a way that is not known here, or encrypted: "
                "export it again, for example as WAV"
            )
        return stream

    def _first(self, media: OpenMedia, stream: Any) -> Piece:
        for piece in SoundDecoder(media, stream, self.name).pieces():
            return piece
        raise InputError(f"{self.name}: holds no sample that can be decoded; {DAMAGED}")

    def _described(self, media: OpenMedia, stream: Any, first: Piece) -> RecordingInfo:
        rate = (opus_rate(stream) if stream.codec_context.name == "opus" else None) or first.rate
        seconds = _declared_s(media, stream, self.start_s)
        return RecordingInfo(
            rate=rate,
            channels=first.samples.shape[0],
            frames=None if seconds is None else round(seconds * rate),
            format_name=self._format_name(media),
            subtype=_subtype(stream),
        )

    def _format_name(self, media: OpenMedia) -> str:
        pictures = bool(self.contents.of("picture"))
        if media.kind == "aac":
            return "aac"
        if media.kind == "matroska":
            return "webm" if media.is_webm else "mkv" if pictures else "mka"
        brand = str(media.container.metadata.get("major_brand", "")).strip().lower()
        if brand == "qt":
            return "mov"
        return "m4a" if brand in ("m4a", "m4b") and not pictures else "mp4"


def _declared_s(media: OpenMedia, stream: Any, start_s: Fraction) -> Fraction | None:
    container, kind = media.container, media.kind
    if kind == "mp4" and stream.duration and stream.time_base:
        return Fraction(stream.duration * stream.time_base)
    found = _DURATION.fullmatch(stream.metadata.get("DURATION", ""))
    if kind == "matroska" and found:
        hours, minutes, seconds = int(found[1]), int(found[2]), Fraction(found[3])
        return max(hours * 3600 + minutes * 60 + seconds - start_s, Fraction(0)) or None
    if kind == "matroska" and len(container.streams) == 1 and container.duration:
        return Fraction(container.duration, 1_000_000) - start_s
    return None


def _subtype(stream: Any) -> str:
    """Libsndfile's name of a PCM width where nothing was lost, else the codec's."""
    codec = codec_name(stream)
    if codec in _PCM:
        return _PCM[codec]
    bits = _WIDTHS.get(stream.codec_context.format.name if stream.codec_context.format else "")
    if codec in _LOSSLESS and bits:
        return f"PCM_{bits}" if bits != 8 else "PCM_S8"
    return codec.upper()


def _regrouped(pieces: Iterator[Block], frames: int) -> Iterator[Block]:
    """The same samples in blocks of `frames`; the last one may be shorter."""
    waiting: list[Block] = []
    count = 0
    for piece in pieces:
        waiting.append(piece)
        count += piece.shape[1]
        if count < frames:
            continue
        joined = np.concatenate(waiting, axis=1)
        whole = count // frames * frames
        for start in range(0, whole, frames):
            yield np.ascontiguousarray(joined[:, start : start + frames])
        waiting, count = [joined[:, whole:]], count - whole
    if count:
        yield np.ascontiguousarray(np.concatenate(waiting, axis=1))
