"""`voxnym listening-test`: a blind page for people's ears, and what their answers say."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voxnym.cli.terminal import say
from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.evaluation.listening.plan import Kind, Plan

_SEED_BITS = 31
_KEY_ENDING = ".key.json"

listening_app = typer.Typer(
    help="Let people listen: write a blind page, and analyse its answers.", no_args_is_help=True
)


class SpeakerFrom(StrEnum):
    """Where the name of a speaker stands."""

    folder = "folder"
    prefix = "prefix"


Originals = Annotated[
    Path | None,
    typer.Option(
        "--original", help="Folder of the recordings as they were; only names unless included."
    ),
]
Systems = Annotated[
    list[str],
    typer.Option(
        "--system", metavar="NAME=DIR", help="A system's folder, same paths; one option for each."
    ),
]
Out = Annotated[Path, typer.Option("--out", help="The page; its key is written beside it.")]
PerSystem = Annotated[
    int,
    typer.Option("--per-system", min=1, help="Trials of a listener for each part and system."),
]
Trials = Annotated[
    str, typer.Option("--trials", help="Parts, with commas between: words, naturalness, abx.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="All choices follow from it; default: drawn.")
]
Include = Annotated[
    bool,
    typer.Option(
        "--include-originals",
        help="Put originals into the page: natural reference, and A and B of ABX.",
    ),
]
Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts", help="What is said: lines of a name and words; default: .txt files beside."
    ),
]
FromOption = Annotated[
    SpeakerFrom | None,
    typer.Option(
        "--speaker-from",
        help="folder: a recording's folder is its speaker; prefix: its file name up to - or _.",
    ),
]
Consent = Annotated[
    Path | None, typer.Option("--consent", help="Text file that listeners agree to, not ours.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the page and its key.")]
Answers = Annotated[
    list[Path], typer.Argument(metavar="ANSWERS.csv...", help="Files that listeners saved.")
]
KeyFile = Annotated[Path, typer.Option("--key", help="The key that was written with the page.")]
KeepAll = Annotated[
    bool, typer.Option("--keep-all", help="Count listeners who failed their checks, too.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


@listening_app.callback()
def _all_commands() -> None:
    """Let people listen: write a blind page, and analyse its answers."""


@listening_app.command("make", no_args_is_help=True)
def make(
    system: Systems,
    out: Out,
    original: Originals = None,
    per_system: PerSystem = 6,
    trials: Trials = "words,naturalness,abx",
    seed: Seed = None,
    include_originals: Include = False,
    texts: Texts = None,
    speaker_from: FromOption = None,
    consent: Consent = None,
    overwrite: Overwrite = False,
) -> int:
    """Write one blind page that works from a file, and its key beside it.

    The page holds all sounds and asks for nothing from outside. Its key (mode 0600) says which
    sound is whose: keep it from listeners.
    """
    from voxnym.audio.atomic import atomic_output, check_target
    from voxnym.evaluation.listening.key_file import key_of, write_key
    from voxnym.evaluation.listening.making import make_plan
    from voxnym.evaluation.listening.page import is_fitting, listening_page
    from voxnym.evaluation.listening.recordings import collect

    key_path = out.with_suffix(_KEY_ENDING)
    for path in (out, key_path):
        check_target(path, overwrite)
    if include_originals and original is None:
        raise InputError("--include-originals without --original: expected their folder")
    collection = collect(
        _folders(original, system), texts, speaker_from.value if speaker_from else None
    )
    plan = make_plan(
        collection,
        seed=secrets.randbits(_SEED_BITS) if seed is None else seed,
        kinds=_kinds(trials),
        per_system=per_system,
        originals=include_originals,
        fits=is_fitting,
    )
    page = listening_page(plan, _text(consent))
    # The key goes first: a page without one would be of no use.
    if overwrite:
        key_path.unlink(missing_ok=True)
    write_key(key_of(plan), key_path)
    with atomic_output(out, overwrite) as file:
        file.write(page.encode())
    _report(plan, out, key_path, collection.missing, len(page))
    return 0


@listening_app.command("analyse", no_args_is_help=True)
def analyse(
    answers: Answers,
    key: KeyFile,
    keep_all: KeepAll = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the resamples.")] = 0,
    as_json: AsJson = False,
) -> int:
    """Say what listeners answered: MOS, recognised people, and words, with intervals.

    Listeners who failed more than one check are left out, and told.
    """
    from voxnym.evaluation.listening.analysis import analyse as figures_of
    from voxnym.evaluation.listening.answers import read_answers
    from voxnym.evaluation.listening.key_file import read_key
    from voxnym.evaluation.listening.shown import lines, to_json

    known = read_key(key)
    findings = figures_of(known, read_answers(answers, known), keep_all=keep_all, seed=seed)
    text = to_json(findings) if as_json else "\n".join(lines(findings)) + "\n"
    sys.stdout.write(text)
    return 0


def _folders(original: Path | None, systems: Sequence[str]) -> dict[str, Path]:
    from voxnym.audio.formats import printable
    from voxnym.evaluation.listening.recordings import ORIGINAL

    folders = {} if original is None else {ORIGINAL: original}
    for text in systems:
        name, equals, folder = text.partition("=")
        if not (name and equals and folder):
            raise InputError(f"--system {printable(text)}: expected NAME=DIR")
        if name in folders or name == ORIGINAL:
            raise InputError(f"--system {printable(text)}: the name is taken; choose another one")
        folders[name] = Path(folder)
    return folders


def _kinds(text: str) -> tuple[Kind, ...]:
    from voxnym.evaluation.listening.plan import KINDS

    named = {part.strip() for part in text.split(",")}
    unknown = sorted(named - set(KINDS))
    if unknown:
        raise InputError(f"--trials {', '.join(unknown)!r}: expected some of {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in named)


def _text(path: Path | None) -> str | None:
    from voxnym.audio.formats import printable

    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{printable(path)}: no text could be read ({error})") from error


def _report(plan: Plan, out: Path, key_path: Path, missing: int, size: int) -> None:
    from voxnym.evaluation.listening.page import minutes

    trials = len(plan.trials)
    say(
        f"wrote {out}: test {plan.test}, seed {plan.seed}, {trials} trials, about "
        f"{minutes(plan)} minutes for a listener, {size / 1e6:.1f} MB"
    )
    say(f"wrote {key_path}: says which sound is whose; keep it from listeners")
    if missing:
        say(f"left out: recordings that some folder lacks: {missing}")
    for note in plan.notes:
        say(note)
    if plan.originals:
        say("the page holds originals: pass it to listeners only, and delete it after the test")
    else:
        say("the page holds no originals, so that nothing shows how natural speech is rated")
