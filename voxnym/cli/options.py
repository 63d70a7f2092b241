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


class Surroundings(StrEnum):
    """What becomes of the background."""

    clean = "clean"
    keep = "keep"


class Cover(StrEnum):
    """What is heard where something is redacted."""

    tone = "tone"
    silence = "silence"


class Stream(StrEnum):
    """What may pass from a container besides sound and pictures."""

    subtitles = "subtitles"
    chapters = "chapters"
    tags = "tags"
    attachments = "attachments"


class CorpusKind(StrEnum):
    """What IN is."""

    folder = "folder"
    kaldi = "kaldi"
    lhotse = "lhotse"
    manifest = "manifest"
    librispeech = "librispeech"
    vctk = "vctk"
    emodb = "emodb"
    ravdess = "ravdess"


class Engine(StrEnum):
    """Where the work is done."""

    processes = "processes"
    ray = "ray"


In = Annotated[
    str,
    typer.Argument(metavar="IN", help="A recording, a folder of them, a corpus, or - for a pipe."),
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

SurroundingsOption = Annotated[
    Surroundings | None,
    typer.Option(
        help="Background and pauses: `clean` takes the background away and fills pauses with "
        "steady noise; `keep` leaves it, which alone helps to tell places and people apart. "
        "Default: as the system says, which is clean but for reproductions of published systems.",
    ),
]

FormatName = Annotated[
    str | None,
    typer.Option(
        help="Output format: wav, rf64, w64, aiff, flac, ogg, opus, mp3, m4a, aac, mp4, mkv, mka "
        "or webm. Default: by the extension of OUT; in folders and pipes as the input."
    ),
]

Turns = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Who speaks when: RTTM, Audacity labels or CSV; for a folder, one file for all "
        "recordings or a folder of such files. Each person gets a voice of their own.",
    ),
]

Redact = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Stretches that nobody may hear, spoken names for example: Audacity labels, CSV or "
        "RTTM, as with --turns. They are covered before anything else sees them.",
    ),
]

RedactWith = Annotated[
    Cover, typer.Option(help="What is heard where something is redacted: a tone, or silence.")
]

RedactGuard = Annotated[
    float,
    typer.Option(min=0.0, max=10.0, help="Seconds before and after that are redacted, too."),
]

Transcript = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Transcript (text, CTM, SRT, VTT), or a folder of them: written beside the output, "
        "redacted in the same places.",
    ),
]

Rename = Annotated[
    bool,
    typer.Option(
        "--rename",
        help="Replace names of files, folders, speakers and utterances by pseudonyms under the "
        "key, everywhere.",
    ),
]

Mapping = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --rename: write which name got which pseudonym; readable by you alone, and as "
        "secret as the recordings.",
    ),
]

Keep = Annotated[
    list[Stream] | None,
    typer.Option(
        "--keep",
        help="What of a video or container passes besides pictures; may be given more than once.",
    ),
]

CorpusOption = Annotated[
    CorpusKind | None,
    typer.Option(
        help="What IN is: a Kaldi data folder, lhotse manifests, a manifest of ours, or a plain "
        "folder. Default: looked up in IN.",
    ),
]

Root = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Where the audio of a corpus lies, if not in the corpus's folder. Files elsewhere "
        "are refused.",
    ),
]

AllowPipes = Annotated[
    bool,
    typer.Option(
        "--allow-pipes",
        help="Run the commands of a corpus (`command |` in wav.scp). Only for a corpus that you "
        "trust like a program.",
    ),
]

EngineOption = Annotated[
    Engine, typer.Option(help="Where the work is done: processes of this machine, or Ray.")
]

Address = Annotated[
    str | None,
    typer.Option(help="With --engine ray: the cluster. Default: a Ray of its own, here."),
]

ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Do the I-th of N parts of a folder; batch systems run all N, at once if they like.",
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
