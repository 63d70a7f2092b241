"""A folder of recordings becomes a list of tasks, mirrored into the output folder."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from voxnym.corpora.names import plain
from voxnym.errors import InputError, OutputError, VoxnymError
from voxnym.jobs.request import Request
from voxnym.jobs.task import Recipe, Task
from voxnym.jobs.texts import Texts
from voxnym.jobs.who import speaker_of


@dataclass(frozen=True)
class Refusal:
    """A recording that cannot be done, and why."""

    label: str
    source: Path | None
    error: VoxnymError


@dataclass(frozen=True)
class Plan:
    """What a run has before it.

    Args:
        tasks: sorted by path.
        refusals: recordings that cannot be done as asked.
        left_out: how many files were passed over, by reason.
        texts: writes what belongs beside the recordings, once they are done.
        notes: sentences about the input as a whole.
    """

    tasks: tuple[Task, ...]
    refusals: tuple[Refusal, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    texts: Texts | None = None
    notes: tuple[str, ...] = ()


def plan_folder(
    folder: Path,
    out: Path,
    recipe: Recipe,
    request: Request | None = None,
) -> Plan:
    """All recordings below a folder, in a mirrored tree below another.

    Readable audio files are taken; hidden files, symbolic links, temporaries and anything else
    are left out and counted. Two recordings with the same output are both refused.

    Args:
        folder: exists.
        out: need not exist; may lie inside `folder` (what is in it is never an input).
        recipe: what is the same for all recordings.
        request: who speaks, what is hidden, how files are called.

    Raises:
        InputError: the folder holds no recording, or labels that do not fit.
        OutputError: `out` is or contains `folder`, or is a file.
    """
    request = request or Request()
    check_folders(folder, out)
    left_out: Counter[str] = Counter()
    by_target: defaultdict[Path, list[Task]] = defaultdict(list)
    refusals: list[Refusal] = []
    for source in _recordings(folder, out.resolve(), left_out, refusals):
        found = _task(source, folder, out, recipe, request)
        task = _kept_apart(found, folder.resolve(), out.resolve())
        if isinstance(task, Refusal):
            refusals.append(task)
        else:
            by_target[task.target].append(task)
    tasks, doubles = without_doubles(by_target)
    if not tasks and not doubles and not refusals:
        raise InputError(f"{folder}: no recording found here{_leftover_text(left_out)}")
    notes = request.check(PurePath(task.place) for task in tasks)
    return Plan(
        tuple(tasks),
        (*refusals, *doubles),
        dict(left_out),
        _texts(request, recipe),
        notes,
    )


def _texts(request: Request, recipe: Recipe) -> Texts | None:
    if request.transcripts is None and (request.turns is None or request.names is None):
        return None
    from voxnym.jobs.folder_texts import FolderTexts

    return FolderTexts(request, recipe.guard_s)


def _task(
    source: Path, folder: Path, out: Path, recipe: Recipe, request: Request
) -> Task | Refusal:
    from voxnym.audio.formats import printable

    relative = source.relative_to(folder)
    label = printable(relative)
    try:
        found = source.stat()
        target = out / request.renamed(_target_name(relative, recipe.format))
        turns, redactions = request.turns_of(relative), request.redactions_of(relative)
    except OSError as error:
        text = f"{label}: cannot be looked at ({error.strerror})"
        return Refusal(label, source, InputError(text))
    except VoxnymError as error:
        return Refusal(label, source, error)
    return Task(
        label, source, target,
        speaker_of(source, folder, request.speaker, request.speaker_from),
        recipe, found.st_size, found.st_mtime_ns, plain(relative.as_posix()),
        turns=turns, redactions=redactions,
    )  # fmt: skip


def check_folders(folder: Path, out: Path) -> None:
    """Refuse an output that would lie among originals.

    Raises:
        OutputError: it is or contains the input folder, or is a file.
    """
    inside, outside = folder.resolve(), out.resolve()
    if inside == outside:
        raise OutputError(
            f"{out}: is the input folder itself; originals are never replaced, give another one"
        )
    if inside.is_relative_to(outside):
        raise OutputError(
            f"{out}: contains the input folder {folder}; anonymous recordings would lie beside "
            "originals, give a folder of their own"
        )
    if os.path.lexists(out) and not out.is_dir():
        raise OutputError(f"{out}: is no folder, but {folder} is one; give a folder for the output")


def _recordings(
    folder: Path, out: Path, left_out: Counter[str], refusals: list[Refusal]
) -> Iterator[Path]:
    from voxnym.audio.atomic import is_temporary
    from voxnym.audio.formats import READABLE, printable

    def refuse(error: OSError) -> None:
        label = printable(error.filename)
        text = f"{label}: this folder cannot be listed ({error.strerror})"
        refusals.append(Refusal(label, Path(error.filename), InputError(text)))

    for home, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(_walked(Path(home), folders, out, left_out))
        for name in sorted(names):
            path = Path(home, name)
            if path.is_symlink():
                left_out["symbolic links"] += 1
            elif is_temporary(name):
                left_out["temporary files"] += 1
            elif name.startswith("."):
                left_out["hidden files"] += 1
            elif path.suffix.lower() not in READABLE:
                left_out["files that are no audio"] += 1
            elif not path.is_file():
                left_out["special files"] += 1
            else:
                yield path


def _walked(home: Path, folders: list[str], out: Path, left_out: Counter[str]) -> Iterator[str]:
    for name in folders:
        path = home / name
        if path.is_symlink():
            left_out["symbolic links"] += 1
        elif name.startswith("."):
            left_out["hidden folders"] += 1
        elif path.resolve() == out:
            left_out["the output folder"] += 1
        else:
            yield name


def _kept_apart(task: Task | Refusal, originals: Path, outputs: Path) -> Task | Refusal:
    """Refused where a link in the output tree leads back into the input tree."""
    if isinstance(task, Refusal):
        return task
    home = task.target.parent.resolve()
    if not home.is_relative_to(originals) or home.is_relative_to(outputs):
        return task
    text = (
        f"{task.label}: {task.target.parent} is a link into the input folder; originals are "
        "never replaced, remove the link"
    )
    return Refusal(task.label, task.source, OutputError(text))


def _target_name(relative: Path, format: str | None) -> Path:
    from voxnym.audio.formats import format_for, format_named

    if format is None:
        format_for(relative)
        return relative
    return relative.with_suffix(format_named(format).extensions[0])


def without_doubles(
    by_target: Mapping[Path, list[Task]],
) -> tuple[list[Task], list[Refusal]]:
    """Tasks that have their output for themselves; the others are refused."""
    tasks: list[Task] = []
    refusals: list[Refusal] = []
    for target, claims in by_target.items():
        if len(claims) == 1:
            tasks += claims
            continue
        for task in claims:
            others = ", ".join(other.label for other in claims if other is not task)
            error = OutputError(
                f"{task.label}: {target.name} would also be the output of {others}; "
                "rename one of them, or leave out --format"
            )
            refusals.append(Refusal(task.label, task.source, error))
    return tasks, refusals


def _leftover_text(left_out: Mapping[str, int]) -> str:
    if not left_out:
        return "; the folder is empty"
    counts = ", ".join(f"{reason}: {count}" for reason, count in sorted(left_out.items()))
    return f" (left out: {counts})"
