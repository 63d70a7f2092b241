"""Arguments and options of `voxnym evaluate` and `voxnym attack`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Effort(StrEnum):
    """How much is tried."""

    quick = "quick"
    standard = "standard"
    full = "full"


class Rule(StrEnum):
    """Who has a pseudo-voice of their own during the attack."""

    utterance = "utterance"
    speaker = "speaker"
    one = "one"


What = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[parts | SYSTEM...]",
        help="'parts' for leakage by part alone; with --compare, systems or report folders.",
    ),
]
System = Annotated[
    str | None, typer.Option("--system", help="Preset or .toml file; default: the default system.")
]
Command = Annotated[
    str | None,
    typer.Option(
        "--command", help="Somebody else's program: 'prog {in} {out}', {seed} if it takes one."
    ),
]
Anonymized = Annotated[
    Path | None,
    typer.Option("--anonymized", help="Folder of results beside the corpus, same file stems."),
]
Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", help="Recordings of known people: a corpus, or a collection of them."),
]
Protocol = Annotated[
    str, typer.Option("--protocol", help="Which trials, data and measures; a name or .toml file.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for report.html and report.json.")]
EffortOption = Annotated[
    Effort,
    typer.Option(
        "--effort",
        help="quick: untrained attackers, minutes; standard: trained ones; full: several seeds "
        "and learning curves, an hour or more.",
    ),
]
RuleOption = Annotated[
    list[Rule] | None,
    typer.Option(
        "--rule", help="Who has a pseudo-voice of their own; may be given more than once."
    ),
]
Recognisers = Annotated[
    list[str] | None,
    typer.Option(
        "--recogniser",
        help="Who writes down words: closed (the words of the test texts), whisper:MODEL, "
        "hf:MODEL; a name on a hub or a folder. May be given more than once.",
    ),
]
Emotions = Annotated[
    list[str] | None,
    typer.Option(
        "--emotions",
        help="A network that tells emotions, hf:MODEL, beside the classifier trained here.",
    ),
]
Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        help="One more voice network for attackers: hf:MODEL, or a trained FILE.safetensors.",
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", help="Every random choice follows from it; default: drawn, and printed."
    ),
]
CacheFolder = Annotated[
    Path | None,
    typer.Option("--cache", help="Where anonymized audio and trained attackers are kept."),
]
Processes = Annotated[int, typer.Option("--processes", min=1, help="How many work at a time.")]
Originals = Annotated[
    bool,
    typer.Option("--include-originals", help="Put originals into the report, for the ear."),
]
CompareFlag = Annotated[bool, typer.Option("--compare", help="Set several systems side by side.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, no tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
