"""One recording, done: a file or a pipe in, a file or a pipe out, by one worker process."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from voxnym.corpora.names import PseudonymNames, plain
from voxnym.errors import InputError, OutputError, VoxnymError
from voxnym.jobs.pool import Pool, Share, prepare
from voxnym.jobs.run import Orders
from voxnym.jobs.summary import Result, Summary, Watch
from voxnym.jobs.task import Outcome, Recipe, Task
from voxnym.jobs.who import SpeakerFrom, speaker_of
from voxnym.records import Span

STDIN_LABEL = "standard input"

_IN_MEMORY_BYTES = 64 << 20
_PIECE_BYTES = 1 << 20


def run_single(
    source: Path | None,
    target: Path | None,
    recipe: Recipe,
    facts: Facts | None = None,
    *,
    orders: Orders | None = None,
    watches: Sequence[Watch] = (),
) -> Summary:
    """Anonymize one recording.

    Args:
        source: a file; None for standard input.
        target: a file; None for standard output, which gets nothing before all is well.
        recipe: system, key and settings; its format is needed where `target` is None.
        facts: who speaks in it, and what is hidden.
        orders: overwrite and the like.
        watches: told how it goes.

    Raises:
        InputError: no such file, or arguments that do not fit.
        OutputError: the output exists or cannot be written.
    """
    orders, facts = orders or Orders(), facts or Facts()
    started = time.monotonic()
    if target is not None:
        _check_target(source, target, orders.overwrite)
    beside = facts.transcript_target(target)
    if beside is not None:
        _check_target(facts.transcript, beside, orders.overwrite)
    label, name, size = _described(source, facts.speaker, facts.speaker_from)
    turns, redactions = facts.spans(source)
    if orders.dry_run:
        result = Result(label, source, target, "planned", size)
        for watch in watches:
            watch.result(result)
        return Summary((result,))
    with _place_for(target) as place, _bytes_of(source) as inline:
        task = Task(label, source, place, name, recipe, size, turns=turns, redactions=redactions)
        summary = _do(task, target, inline, orders, watches)
    if beside is not None and summary.count("done"):
        summary = _with_transcript(summary, facts, beside, task, orders.overwrite)
    return replace(summary, wall_s=time.monotonic() - started)


@dataclass(frozen=True)
class Facts:
    """What is known of one recording.

    Args:
        speaker: name of the person, or None.
        speaker_from: whose name is the speaker's otherwise.
        turns: label file: who speaks when.
        redactions: label file: what nobody may hear.
        transcript: is written beside the output, redacted.
        names: gives pseudonyms to people in the transcript; None keeps names.
    """

    speaker: str | None = None
    speaker_from: SpeakerFrom = "file"
    turns: Path | None = None
    redactions: Path | None = None
    transcript: Path | None = None
    names: PseudonymNames | None = None

    def spans(self, source: Path | None) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Turns and redactions.

        Raises:
            InputError: labels that are refused.
        """
        from voxnym.corpora.labels import read_spans

        stem = None if source is None else source.stem
        turns = read_spans(self.turns, recording=stem) if self.turns else ()
        if not self.redactions:
            return turns, ()
        return turns, read_spans(self.redactions, recording=stem, purpose="redactions")

    def transcript_target(self, target: Path | None) -> Path | None:
        """Where the transcript goes.

        Raises:
            OutputError: the output is a pipe, which has nothing beside it.
        """
        if self.transcript is None:
            return None
        if target is None:
            raise OutputError("--transcript: standard output has no place for it; give a file")
        return target.with_suffix(self.transcript.suffix.lower())


def _with_transcript(
    summary: Summary, facts: Facts, target: Path, task: Task, overwrite: bool
) -> Summary:
    from voxnym.corpora.corpus import KeptNames
    from voxnym.jobs.folder_texts import redacted_transcript

    assert facts.transcript is not None, "there is a target only for a transcript"
    try:
        notes = redacted_transcript(
            facts.transcript, target, task.redactions, task.recipe.guard_s,
            facts.names or KeptNames(), overwrite=overwrite,
        )  # fmt: skip
    except VoxnymError as error:
        failed = Result(str(facts.transcript), facts.transcript, None, "failed", error=error)
        return replace(summary, results=(*summary.results, failed))
    return replace(summary, notes=(*summary.notes, f"wrote {target}", *notes))


def _described(
    source: Path | None, speaker: str | None, speaker_from: SpeakerFrom
) -> tuple[str, str, int]:
    """What to call a recording, who speaks in it, and its size in bytes."""
    from voxnym.audio.formats import printable

    if source is None:
        return STDIN_LABEL, plain(speaker or STDIN_LABEL), 0
    return printable(source), speaker_of(source, None, speaker, speaker_from), _size(source)


def _do(
    task: Task,
    target: Path | None,
    inline: BinaryIO | bytes | None,
    orders: Orders,
    watches: Sequence[Watch],
) -> Summary:
    from voxnym.audio.atomic import remove_leftovers

    remove_leftovers(task.target.parent, deep=False)
    job = prepare(task, inline)
    for watch in watches:
        watch.begin(1, task.size)
    try:
        with Pool(1, work=orders.work) as pool:
            for event in pool.run([job]):
                if isinstance(event, Share):
                    for watch in watches:
                        watch.share(task.label, task.size, event.share)
                    continue
                result = Result(
                    task.label,
                    task.source,
                    target,
                    "failed",
                    task.size,
                    error=event.error,
                    details=event.details,
                )
                if event.outcome is not None:
                    result = _deliver(result, event.outcome, job.temporary, target, orders)
    except KeyboardInterrupt:
        return Summary((), interrupted=True)
    finally:
        job.forget()
    for watch in watches:
        watch.result(result)
    return Summary((result,))


def _deliver(
    result: Result, outcome: Outcome, temporary: Path, target: Path | None, orders: Orders
) -> Result:
    from voxnym.audio.atomic import commit

    try:
        if target is not None:
            commit(temporary, target, overwrite=orders.overwrite)
        else:
            _pour(temporary)
    except VoxnymError as error:
        return replace(result, target=None, error=error)
    return replace(result, status="done", outcome=outcome)


def _pour(temporary: Path) -> None:
    try:
        with temporary.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer, _PIECE_BYTES)
        sys.stdout.buffer.flush()
    except OSError as error:
        # The interpreter tries once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"standard output: cannot be written to the end ({error.strerror})"
        ) from error


def _check_target(source: Path | None, target: Path, overwrite: bool) -> None:
    from voxnym.audio.atomic import check_target

    check_target(target, overwrite=True)
    if not os.path.lexists(target):
        return
    if source is not None and target.exists() and target.samefile(source):
        raise OutputError(
            f"{target}: is the recording itself; originals are never replaced, give another name"
        )
    if not overwrite:
        raise OutputError(f"{target}: exists already; --overwrite replaces it")


def _size(source: Path) -> int:
    try:
        found = source.stat()
    except OSError as error:
        raise InputError(f"{source}: cannot be read ({error.strerror}); check the path") from error
    # Decoders seek, and the shell's <(command) is open in this process only.
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{source}: not a regular file; pipe it in as -")
    return found.st_size


@contextlib.contextmanager
def _place_for(target: Path | None) -> Iterator[Path]:
    """The file to write beside the target; for a pipe one in a folder that nobody else reads."""
    if target is not None:
        yield target
        return
    if sys.stdout is None:
        raise OutputError("standard output: is closed; pipe it somewhere, or give a file")
    with tempfile.TemporaryDirectory(prefix="voxnym-") as folder:
        yield Path(folder, "output")


@contextlib.contextmanager
def _bytes_of(source: Path | None) -> Iterator[BinaryIO | bytes | None]:
    """All of standard input: its bytes, or an open file without a name where it is large.

    A file with a name would leave the original behind when the process is killed.
    """
    if source is not None:
        yield None
        return
    with contextlib.ExitStack() as stack:
        try:
            start = _stdin().read(_IN_MEMORY_BYTES + 1)
            kept = start if len(start) <= _IN_MEMORY_BYTES else _on_disk(start, stack)
        except OSError as error:
            raise InputError(f"{STDIN_LABEL}: cannot be kept ({error.strerror})") from error
        yield kept


def _on_disk(start: bytes, stack: contextlib.ExitStack) -> BinaryIO:
    from voxnym.audio.media_open import media_container
    from voxnym.audio.sniff import SafeBytes, container

    # What is no recording may never end.
    known = SafeBytes(io.BytesIO(start))
    if container(known) is None and media_container(known) is None:
        raise InputError(f"{STDIN_LABEL}: no known audio format; convert it first")
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  closed by the stack
    file.write(start)
    shutil.copyfileobj(_stdin(), file, _PIECE_BYTES)
    file.flush()
    return file


def _stdin() -> BinaryIO:
    if sys.stdin is None:
        raise InputError(f"{STDIN_LABEL}: is closed; expected a recording")
    return sys.stdin.buffer
