"""Pictures, and what else the user wants kept, from one media file to another, byte by byte."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from voxnym.audio.formats import Format
from voxnym.audio.media_read import MediaSource
from voxnym.audio.refusals import DAMAGED
from voxnym.audio.streams import KEEPABLE, codec_name, is_cover
from voxnym.errors import InputError, OutputError

_MOST_HIDDEN = 10_000
_BY_NAME = {
    "h264": "mp4",
    "hevc": "mp4",
    "av1": "mp4",
    "mpeg4": "mp4",
    "vp8": "webm",
    "vp9": "webm",
}
# Matroska keeps parameter sets beside the stream; players of Apple want them called so.
_TAGGED = {"h264": "avc1", "hevc": "hvc1"}
_MP4_FAMILY = frozenset(("mp4", "mov", "m4a"))


class Copier:
    """Hands over the packets of a file's pictures, with their time stamps, up to a time.

    Args:
        original: the file that the sound came from.
        target: an av output container; streams are added to it.
        form: its format.
        keep: what to keep beside the pictures, of `streams.KEEPABLE`.

    Raises:
        OutputError: the format does not hold the coding of the picture; the text names one that
            does.
        InputError: the original cannot be read any more.
    """

    def __init__(
        self, original: MediaSource, target: Any, form: Format, keep: Collection[str]
    ) -> None:
        check_keep(keep)
        self._form, self._original_format = form, original.format_name
        self._original_name = original.name
        self._stack = contextlib.ExitStack()
        self._target = target
        self._streams: dict[int, Any] = {}
        self.hidden_frames = 0
        """Frames of the picture so far that an edit list hides and that are needed all the same."""
        self.shapes: dict[int, tuple[int, int]] = {}
        """Number of a track, from 1, to the size in square pixels at which it is shown."""
        media = self._stack.enter_context(original.opened())
        container, self._kind = media.container, media.kind
        try:
            self._container = container
            self._add_streams(container, keep)
            self._copy_facts(container, keep)
        except BaseException:
            self.close()
            raise
        self._packets = self._all_packets()
        self._done = not self._streams
        self._next = self._first()

    def _first(self) -> Any:
        try:
            return None if self._done else next(self._packets, None)
        except BaseException:
            self.close()
            raise

    @property
    def clock_hz(self) -> int:
        """The least common multiple of the streams' clocks, Hz; 1 where there is no stream."""
        from math import lcm

        clocks = [Fraction(stream.time_base).denominator for stream in self._streams.values()]
        return lcm(1, *clocks)

    def until(self, seconds: Fraction | None) -> Iterator[Any]:
        """Packets to be muxed before `seconds` of the file's clock; all that are left for None."""
        while not self._done:
            if self._next is None:
                self._next = next(self._packets, None)
                if self._next is None:
                    self._done = True
                    return
            packet = self._next
            at = packet.dts if packet.dts is not None else packet.pts
            if seconds is not None and at is not None and at * packet.time_base > seconds:
                return
            self._next = None
            packet.stream = self._streams[packet.stream_index]
            yield packet

    def close(self) -> None:
        """Let the original go."""
        self._stack.close()

    def _all_packets(self) -> Iterator[Any]:
        """Packets in the file's order, without those that its edit list hides at the end."""
        hidden: dict[int, list[Any]] = {index: [] for index in self._streams}
        for packet in self._read():
            waiting = hidden[packet.stream_index]
            if packet.is_discard and len(waiting) < _MOST_HIDDEN:
                waiting.append(packet)
                continue
            yield from self._needed(waiting, packet)
            waiting.clear()
            yield packet

    def _needed(self, hidden: list[Any], packet: Any) -> list[Any]:
        """Frames before a cut, from which the first one behind it is decoded."""
        if not hidden:
            return hidden
        if self._form.name in _MP4_FAMILY:
            self.hidden_frames += len(hidden)
            return hidden
        if packet.is_keyframe:
            return []
        # Matroska has no edit lists: what the user cut away would be seen.
        raise OutputError(
            f"an edit list hides the beginning of the picture, and {self._form.name} can hide "
            "nothing; choose mp4 or mov"
        )

    def _read(self) -> Iterator[Any]:
        sources = [self._container.streams[index] for index in self._streams]
        try:
            for packet in self._container.demux(sources):
                if packet.size:
                    yield packet
        except Exception as error:  # the kinds differ from demuxer to demuxer
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise InputError(
                f"{self._original_name}: its picture cannot be read ({reason}); {DAMAGED}"
            ) from error

    def _add_streams(self, container: Any, keep: Collection[str]) -> None:
        for stream in container.streams:
            if stream.type == "video" and self._form.pictures and not is_cover(stream):
                self._streams[stream.index] = self._picture(stream)
            elif stream.type == "subtitle" and "subtitles" in keep:
                self._streams[stream.index] = self._subtitles(stream)

    def _picture(self, stream: Any) -> Any:
        try:
            copy = self._target.add_stream_from_template(stream, opaque=True)
        except Exception as error:  # ValueError, or FFmpeg's own kinds
            codec = codec_name(stream) or "an unknown codec"
            other = _BY_NAME.get(codec, "mkv")
            raise OutputError(
                f"the picture is coded as {codec}, which {self._form.name} does not hold; choose "
                f"{other if other != self._form.name else 'mkv'}"
            ) from error
        rate = stream.average_rate
        if rate:
            copy.codec_context.framerate = rate
        tag = self._tag(stream)
        if tag:
            copy.codec_context.codec_tag = tag
        # The container's word counts more than the codec's.
        ratio = stream.sample_aspect_ratio
        if ratio:
            copy.codec_context.sample_aspect_ratio = ratio
        if ratio and ratio != 1:
            context = stream.codec_context
            self.shapes[copy.index + 1] = (round(context.width * ratio), context.height)
        copy.disposition = stream.disposition
        return copy

    def _tag(self, stream: Any) -> str | None:
        """The four letters by which MP4 files call a coding; None where the muxer's are right.

        They say where HEVC keeps its parameter sets, and which kind of ProRes a picture is.
        """
        codec = codec_name(stream)
        if self._form.name not in _MP4_FAMILY:
            return None
        if self._kind != "mp4" or (self._form.name == "mp4" and codec not in _TAGGED):
            return _TAGGED.get(codec)
        with contextlib.suppress(UnicodeDecodeError):
            return str(stream.codec_context.codec_tag)
        return None

    def _subtitles(self, stream: Any) -> Any:
        try:
            copy = self._target.add_stream_from_template(stream, opaque=True)
        except Exception as error:
            raise OutputError(
                f"subtitles coded as {codec_name(stream) or 'an unknown codec'} cannot be kept in "
                f"{self._form.name}; choose {self._original_format}, or let them go"
            ) from error
        language = stream.metadata.get("language")
        if language:
            copy.metadata["language"] = language
        return copy

    def _copy_facts(self, container: Any, keep: Collection[str]) -> None:
        if "tags" in keep:
            self._target.metadata.update(container.metadata)
        if "chapters" in keep:
            self._target.set_chapters(container.chapters())
        if "attachments" in keep:
            for stream in container.streams:
                if stream.type == "attachment":
                    self._attachment(stream)

    def _attachment(self, stream: Any) -> None:
        if self._form.major != "matroska":
            raise OutputError(f"attachments cannot be kept in {self._form.name}; choose mkv")
        self._target.add_attachment(
            stream.name or "attachment", stream.mimetype or "application/octet-stream", stream.data
        )


def check_keep(keep: Collection[str]) -> None:
    """Refuse what cannot be kept.

    Raises:
        OutputError: a name that is none of `streams.KEEPABLE`.
    """
    for name in sorted(keep):
        if name not in KEEPABLE:
            raise OutputError(
                f"keep={name!r}: expected some of {', '.join(sorted(KEEPABLE))}; other sound "
                "is never kept"
            )
