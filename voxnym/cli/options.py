"""Arguments and options of `voxnym anonymize`: names, defaults and what the other choice leaks."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Per(StrEnum):
    """How long a pseudo-voice lasts."""

    file = "file"
    speaker = "speaker"
    utterance = "utterance"


class Origin(StrEnum):
    """Whose name is the speaker's."""

    file = "file"
    folder = "folder"


class Channels(StrEnum):
    """What the channels of a recording are."""

    mix = "mix"
    separate = "separate"


class Level(StrEnum):
    """The loudness of the output."""

    fixed = "fixed"
    keep = "keep"


In = Annotated[
    str, typer.Argument(metavar="IN", help="A recording, a folder of them, or - for a pipe.")
]

Out = Annotated[
    str,
    typer.Argument(
        metavar="OUT",
        help="A file, a folder, or - for a pipe. A file's extension says its format.",
    ),
]

SystemName = Annotated[
    str | None,
    typer.Option(
        help="How to change the voice: a name from `voxnym systems`, or a .toml file. "
        "Default: the one marked there."
    ),
]

KeyFile = Annotated[
    Path | None,
    typer.Option(
        help="Key file (voxnym key new FILE): the same voices again, and a killed run can be "
        "resumed. Default: a random key, thrown away. Whoever has the key can tell which "
        "voices belong together."
    ),
]

PerOption = Annotated[
    Per,
    typer.Option(
        help="How long one pseudo-voice lasts. `speaker` keeps one over all files of a "
        "person, which makes them linkable with each other."
    ),
]

SpeakerName = Annotated[
    str | None, typer.Option(help="Name of the person; drawn from, never written anywhere.")
]

SpeakerFromOption = Annotated[
    Origin,
    typer.Option(help="Whose name is the speaker's: the file's, or its folder's."),
]

ChannelsOption = Annotated[
    Channels,
    typer.Option(
        help="`mix`: one person at a time, mixed and written to all channels. `separate`: "
        "each channel is one person."
    ),
]

LevelOption = Annotated[
    Level | None,
    typer.Option(
        help="Loudness: `fixed` is -23 LUFS; `keep` keeps the input's, which alone helps "
        "to tell people apart. Default: as the system says, which is fixed but for "
        "reproductions of published systems.",
    ),
]

FormatName = Annotated[
    str | None,
    typer.Option(
        help="Output format: wav, rf64, w64, aiff, flac, ogg, opus or mp3. Default: by the "
        "extension of OUT; in folders and pipes as the input."
    ),
]

Workers = Annotated[
    int | None, typer.Option(min=1, help="Worker processes. Default: one per core.")
]

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace existing files. Default: leave them.")
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]

LogPath = Annotated[
    str | None,
    typer.Option(
        metavar="PATH",
        help="Log: a JSON object per recording and a summary; - for standard output. It "
        "names originals, so it may not lie in the output folder.",
    ),
]

Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PART.PARAMETER=VALUE",
        help="Change a parameter of the system; may be given more than once.",
    ),
]

QuietOption = Annotated[bool, typer.Option("--quiet", help="Only errors: no progress, no summary.")]
