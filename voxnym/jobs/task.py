"""One recording of a job: what is to be done, and what came out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Literal

from voxnym.records import Scope, Span

Beat = Callable[[float], None]
Setting = str | int | float | bool | tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """What is the same for all recordings of a run.

    Args:
        system: name of a preset, or path to one.
        system_text: the preset as read, so that an edited preset counts as another system.
        key: 32 secret bytes.
        scope: how long one pseudo-voice lasts.
        channels: "mix" when channels show one scene, "separate" when each is one person.
        level: "fixed" for one loudness, "keep" for the input's; None as the preset says.
        format: name of the output format; None to go by the target's extension.
        settings: (name, value) pairs that change parameters of the system.
        surroundings: "clean" or "keep" the background; None as the preset says.
        cover: what is heard where something is redacted.
        guard_s: how far around it is redacted too, seconds.
        kept_streams: what of a video or container passes besides pictures: "subtitles",
            "chapters", "tags", "attachments".
    """

    system: str
    system_text: str
    key: bytes = field(repr=False)
    scope: Scope = "file"
    channels: Literal["mix", "separate"] = "mix"
    level: Literal["fixed", "keep"] | None = None
    format: str | None = None
    settings: tuple[tuple[str, Setting], ...] = ()
    surroundings: Literal["clean", "keep"] | None = None
    cover: Literal["tone", "silence"] = "tone"
    guard_s: float = 0.1
    kept_streams: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Text that differs whenever the output may differ (the key aside)."""
        from voxnym import __version__

        values = {each.name: getattr(self, each.name) for each in fields(self)}
        values |= {"key": None, "settings": sorted(self.settings)}
        return json.dumps([__version__, values], ensure_ascii=True, sort_keys=True)


@dataclass(frozen=True)
class Task:
    """One recording to anonymize.

    Args:
        label: what the user calls it, in messages only.
        source: the recording; None when its bytes come another way (a pipe).
        target: the output file.
        speaker: name of the person.
        recipe: what is the same for all.
        size: bytes of the source.
        mtime_ns: its modification time when planned, ns.
        place: its name inside the input, for the journal.
        turns: who speaks when; none where it is one person.
        channel_turns: the same for each channel, where channels are separate.
        redactions: what nobody may hear.
        command: shell command whose standard output is the recording.
    """

    label: str
    source: Path | None
    target: Path
    speaker: str
    recipe: Recipe
    size: int = 0
    mtime_ns: int = 0
    place: str = ""
    turns: tuple[Span, ...] = ()
    channel_turns: tuple[tuple[Span, ...], ...] = ()
    redactions: tuple[Span, ...] = ()
    command: str | None = None

    @property
    def fingerprint(self) -> str:
        """Text that differs whenever the output may differ (key and recording aside)."""
        spans = [
            [astuple(span) for span in spans]
            for spans in (self.turns, *self.channel_turns, self.redactions)
        ]
        return json.dumps([self.recipe.fingerprint, self.speaker, self.command, spans])


@dataclass(frozen=True)
class Outcome:
    """What came out of one task; the result lies in the temporary file.

    Args:
        sha256: of the output, hexadecimal.
        size: of the output, bytes.
        frames: samples of one channel of the output.
        cpu_s: processor time spent, seconds.
        rate: samples per second of the output, Hz.
        channels: channels of the output.
        format: name of the output format.
        notes: plain sentences for the user.
    """

    sha256: str
    size: int
    frames: int
    cpu_s: float
    rate: int
    channels: int
    format: str
    notes: tuple[str, ...] = ()

    @property
    def audio_s(self) -> float:
        """Length of the recording, seconds."""
        return self.frames / self.rate
