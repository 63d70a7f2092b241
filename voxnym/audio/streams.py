"""What a media file holds beside the sound that is read, and what becomes of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from voxnym.audio.formats import Format, printable

StreamKind = Literal["sound", "picture", "cover", "subtitles", "attachment", "data"]
KEEPABLE = frozenset(("subtitles", "chapters", "tags", "attachments"))
"""What a user may ask to be kept. Other sound never is: it holds voices."""
_KINDS: dict[str, StreamKind] = {
    "audio": "sound",
    "video": "picture",
    "subtitle": "subtitles",
    "attachment": "attachment",
}


@dataclass(frozen=True)
class MediaStream:
    """One stream of a media file.

    Args:
        index: its number in the file.
        kind: what it holds; a cover is a still picture beside the sound.
        codec: FFmpeg's name of its coding; empty where unknown.
        picked: whether it is the sound that is read.
    """

    index: int
    kind: StreamKind
    codec: str
    picked: bool = False


@dataclass(frozen=True)
class Contents:
    """All that a media file holds.

    Args:
        streams: in the file's order.
        chapters: how many chapters it has.
        tags: names of the tags of file and streams that tell more than the coding does.
    """

    streams: tuple[MediaStream, ...]
    chapters: int = 0
    tags: tuple[str, ...] = ()

    def of(self, kind: StreamKind) -> tuple[MediaStream, ...]:
        """The streams of one kind; of sound, those that are not read."""
        return tuple(s for s in self.streams if s.kind == kind and not s.picked)

    def notes(
        self, form: Format | None = None, keep: Collection[str] = frozenset()
    ) -> tuple[str, ...]:
        """What a user should know when this file's sound is anonymized.

        Args:
            form: of the output; None where it is a file of sound alone.
            keep: which of `KEEPABLE` the user asked for.

        Returns:
            Sentences without a capital, as notes are; none where nothing but the sound is there.
        """
        pictures, notes = len(self.of("picture")), []
        if pictures and form is not None and form.pictures:
            notes.append(
                "the picture is kept as it is: faces and surroundings in it are not hidden"
            )
        elif pictures:
            where = f"; {form.name} holds sound alone" if form is not None else ""
            notes.append(f"the picture is dropped{where}")
        other = len(self.of("sound"))
        if other:
            notes.append(
                f"{other} more sound stream{'s were' if other > 1 else ' was'} dropped: only the "
                "main one is anonymized"
            )
        kept, dropped = self._rest(form, keep)
        if kept:
            notes.append(f"kept as they are: {', '.join(kept)}: they may name people")
        if dropped:
            notes.append(f"dropped: {', '.join(dropped)}")
        return tuple(notes)

    def _rest(self, form: Format | None, keep: Collection[str]) -> tuple[list[str], list[str]]:
        media = form is not None and form.media and form.name != "aac"
        counts = {
            "subtitles": len(self.of("subtitles")),
            "chapters": self.chapters,
            "tags": len(self.tags),
            "attachments": len(self.of("attachment")),
            "cover pictures": len(self.of("cover")),
            "data streams": len(self.of("data")),
        }
        there = [name for name, count in counts.items() if count]
        kept = [name for name in there if media and name in keep]
        return kept, [name for name in there if name not in kept]


_OF_THE_CODING = frozenset(
    (
        "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name",
        "vendor_id", "duration", "language",
    )
)  # fmt: skip
"""Tags that FFmpeg makes of the container's own fields."""


def contents_of(container: Any) -> Contents:
    """What an open av container holds; the stream that FFmpeg plays by default is picked.

    FFmpeg's choice: the default stream, else the one of the highest quality.
    """
    best = container.streams.best("audio")
    streams = tuple(
        MediaStream(stream.index, _kind(stream), codec_name(stream), picked=stream is best)
        for stream in container.streams
    )
    return Contents(streams, len(container.chapters()), _tags(container))


def codec_name(stream: Any) -> str:
    """FFmpeg's name of a stream's coding; empty where it knows none."""
    context = getattr(stream, "codec_context", None)
    # One coding has several decoders; their names differ, and the coding's does not.
    return "" if context is None else str(context.codec.canonical_name or context.name or "")


def is_cover(stream: Any) -> bool:
    """Whether a video stream is a still picture attached to the sound."""
    disposition = stream.disposition
    return bool(disposition & (disposition.attached_pic | disposition.timed_thumbnails))


def _kind(stream: Any) -> StreamKind:
    kind = _KINDS.get(stream.type, "data")
    return "cover" if kind == "picture" and is_cover(stream) else kind


def _tags(container: Any) -> tuple[str, ...]:
    names = {name.lower() for name in container.metadata}
    for stream in container.streams:
        names |= {name.lower() for name in stream.metadata}
    return tuple(sorted(printable(name) for name in names - _OF_THE_CODING))
