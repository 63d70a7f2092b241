"""The sound of an open media container as pieces on its timeline, without lead-in and filling.

Codecs that work in frames put a lead-in before the sound and fill the last frame. Where the
container says how much, it is left out: skip marks that FFmpeg makes of edit lists (MP4), codec
delay and discard padding (Matroska); the duration of the last packet (MP4); our own mark (ADTS).
Where it says nothing, all that a player would play is the recording.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from voxnym.audio.adts import LEAD_IN_SAMPLES, Mark, mark_of
from voxnym.audio.media_frames import Timeline, samples_of
from voxnym.audio.media_open import OpenMedia, media_library
from voxnym.audio.refusals import DAMAGED, check_shape
from voxnym.errors import InputError
from voxnym.records import Block

_OPUS_HEAD_BYTES = 19
_SKIP_BYTES = 10
_TOO_MANY_PLANES = 8  # PyAV 18.1 looks for the end of a list that has none, and crashes


@dataclass(frozen=True)
class Piece:
    """One decoded frame.

    Args:
        at: time of its first sample, s; None where the container has no time stamps.
        samples: float32, shape (channels, n).
        rate: Hz.
        held: how many of the samples the container wants played, as far as it says so for each
            frame; larger where it says nothing.
    """

    at: Fraction | None
    samples: Block
    rate: int
    held: int


class SoundDecoder:
    """Decodes one sound stream of an open container, from where the container stands.

    Args:
        media: at its start.
        stream: one of its sound streams.
        name: what error texts call the recording.
    """

    def __init__(self, media: OpenMedia, stream: Any, name: str) -> None:
        self._container, self._stream, self._name = media.container, stream, name
        self._kind, self._tick_s = media.kind, media.tick_s
        self._first_packet = True
        self._packer: Any = None
        self._mark: Mark | None = None
        self._ends = _end_of(stream) if media.kind == "mp4" else None
        self.cut_short = False
        """Whether the last packets could not be decoded."""
        # Several threads may give frames of another order after an error.
        stream.codec_context.thread_count = 1

    def placed(self, timeline: Timeline) -> Iterator[Block]:
        """All samples, each at its place; the first pieces fix the start."""
        last: Piece | None = None
        for piece in self.pieces():
            if last is not None:
                yield from timeline.place(last.at, last.samples)
            last = piece
        if last is not None:
            yield from timeline.place(last.at, self._without_filling(last))

    def _without_filling(self, last: Piece) -> Block:
        count = min(last.samples.shape[1], last.held)
        if self._ends is not None and last.at is not None:
            # An edit list rounds to ticks of its own clock; within one, the packet knows better.
            left = round((self._ends - last.at) * last.rate)
            if 0 < left <= count - self._tick_s * last.rate:
                count = left
        return np.ascontiguousarray(last.samples[:, : max(count, 0)])

    def pieces(self) -> Iterator[Piece]:
        """Decoded frames, in order.

        Raises:
            InputError: damage with sound behind it, or rate or channels that change.
        """
        failed: Exception | None = None
        shape: tuple[int, int] | None = None
        for packet in self._container.demux(self._stream):
            try:
                frames = self._decode(packet)
            except Exception as error:  # the kinds differ from codec to codec
                failed = error
                continue
            for frame in frames:
                if failed is not None:
                    raise self._damage(frame) from failed
                found = (int(frame.sample_rate), int(frame.layout.nb_channels))
                if shape is None:
                    check_shape(*found, self._name)
                shape = shape or found
                if found != shape:
                    raise InputError(f"{self._name}: {_change(shape, found)}")
                piece = self._piece(frame)
                if piece.samples.shape[1]:
                    yield piece
        self.cut_short = failed is not None

    def _decode(self, packet: Any) -> list[Any]:
        if packet.is_corrupt:
            raise InputError("a packet is damaged")
        if packet.size:
            self._note_marks(packet)
        return list(packet.decode())

    def _note_marks(self, packet: Any) -> None:
        if self._kind == "aac":
            mark = mark_of(bytes(packet))
            leads = self._first_packet and mark == Mark(LEAD_IN_SAMPLES)
            self._mark = mark if leads or (mark and not self._first_packet) else None
        elif self._stream.codec_context.name == "opus" and packet.has_sidedata("skip_samples"):
            self._mend_opus_skip(packet)

    def _mend_opus_skip(self, packet: Any) -> None:
        """Skip as much of the start as the codec's own header says, which counts at 48 kHz.

        FFmpeg counts this one in the rate that the track declares, which writers set to the rate
        before encoding; the decoder takes it for samples at 48 kHz.
        """
        data = packet.get_sidedata("skip_samples")
        raw, head = bytes(data), bytes(self._stream.codec_context.extradata or b"")
        if len(raw) != _SKIP_BYTES or len(head) < _OPUS_HEAD_BYTES:
            return
        if self._first_packet and any(raw[:4]):
            data.update(head[10:12] + bytes(2) + raw[4:])
            packet.set_sidedata(data)

    def _piece(self, frame: Any) -> Piece:
        channels = int(frame.layout.nb_channels)
        samples = samples_of(self._safe(frame, channels), channels)
        rate, held, first = int(frame.sample_rate), samples.shape[1], self._first_packet
        self._first_packet = False
        if self._kind == "aac":
            if self._mark is not None and first:
                samples = samples[:, self._mark.samples :]
            elif self._mark is not None:
                held -= self._mark.samples
            return Piece(None, np.ascontiguousarray(samples), rate, held)
        at = None if frame.pts is None else frame.pts * Fraction(frame.time_base)
        if self._kind == "mp4" and frame.duration:
            held = round(frame.duration * Fraction(frame.time_base) * rate)
        return Piece(at, samples, rate, held)

    def _safe(self, frame: Any, channels: int) -> Any:
        """The frame with its samples in one plane, where PyAV does not survive to see more."""
        if channels < _TOO_MANY_PLANES or not frame.format.is_planar:
            return frame
        if self._packer is None:
            self._packer = media_library(self._name).AudioResampler(
                format=frame.format.packed.name, layout=frame.layout, rate=frame.sample_rate
            )
        packed = self._packer.resample(frame)
        if sum(piece.samples for piece in packed) != frame.samples or len(packed) != 1:
            raise InputError(f"{self._name}: {channels} channels cannot be put together; {DAMAGED}")
        return packed[0]

    def _damage(self, frame: Any) -> InputError:
        place = "" if frame.pts is None else f" before {float(frame.pts * frame.time_base):.2f} s"
        return InputError(f"{self._name}: cannot be decoded{place}; {DAMAGED}")


def opus_rate(stream: Any) -> int | None:
    """The rate that an Opus encoder was given, where that tells what the stream holds, Hz.

    Opus decodes to 48 kHz; a stream made from 16 kHz holds nothing above 8 kHz.

    Source: RFC 7845, section 5.1 (input sample rate).
    """
    data = bytes(stream.codec_context.extradata or b"")
    if len(data) < _OPUS_HEAD_BYTES or not data.startswith(b"OpusHead"):
        return None
    rate = int.from_bytes(data[12:16], "little")
    return rate if rate in (8_000, 12_000, 16_000, 24_000) else None


def _end_of(stream: Any) -> Fraction | None:
    """Where the edit list ends, s; None where that is not said."""
    if not stream.duration or stream.start_time is None or not stream.time_base:
        return None
    return Fraction((stream.start_time + stream.duration) * stream.time_base)


def _change(before: tuple[int, int], after: tuple[int, int]) -> str:
    return (
        f"changes from {before[0]} Hz and {before[1]} channels to {after[0]} Hz and {after[1]} "
        "in the middle; expected one sound throughout: export it again, for example as WAV"
    )
