"""What belongs beside the recordings of a job: tables of a corpus, transcripts, labels.

It is written into a folder of its own first, then put in place one file after the other with a
line in the journal each, so that a killed run leaves whole files only and the next one knows them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from voxnym.errors import OutputError, VoxnymError
from voxnym.jobs.journal import Journal, text_slot
from voxnym.jobs.task import Outcome, Task
from voxnym.keys import Key

if TYPE_CHECKING:
    from voxnym.jobs.summary import Result


@dataclass(frozen=True)
class Finished:
    """A recording whose output is in its place.

    Args:
        task: what was done.
        outcome: what came out, where this run did it; None where an earlier one did.
    """

    task: Task
    outcome: Outcome | None


@dataclass(frozen=True)
class Written:
    """What came of the texts.

    Args:
        notes: plain sentences for the user.
        failures: (label, error) of texts that cannot be given out.
    """

    notes: tuple[str, ...] = ()
    failures: tuple[tuple[str, VoxnymError], ...] = ()


class Texts(Protocol):
    """Writes what belongs beside recordings."""

    @property
    def needs_all(self) -> bool:
        """Whether it is about all recordings together, so that no shard can write it."""
        ...

    def write(self, finished: Sequence[Finished], out: Path, folder: Path) -> Written:
        """Write all files.

        Args:
            finished: recordings whose outputs exist; nothing is said of others.
            out: where these lie.
            folder: empty; the files are written here, as they will lie in `out`.

        Raises:
            VoxnymError: nothing can be written at all.
        """
        ...


def put_texts(
    texts: Texts,
    finished: Sequence[Finished],
    out: Path,
    *,
    journal: Journal,
    key: Key,
    overwrite: bool,
) -> tuple[Written, tuple[Result, ...]]:
    """Write texts and put them in their places.

    Returns:
        What the texts say, and a failed result for each that could not be written or placed.
    """
    # Anonymous and redacted as they are, they still wait where nobody else reads.
    with tempfile.TemporaryDirectory(prefix="voxnym-") as home:
        try:
            written = texts.write(finished, out, Path(home))
        except VoxnymError as error:
            return Written(), (_failed("the tables", error),)
        failed = [_failed(label, error) for label, error in written.failures]
        for path in _files(Path(home)):
            relative = path.relative_to(home).as_posix()
            try:
                _put(path, relative, out, journal, key, overwrite)
            except VoxnymError as error:
                failed.append(_failed(relative, error))
    return written, tuple(failed)


def _put(path: Path, relative: str, out: Path, journal: Journal, key: Key, overwrite: bool) -> None:
    from voxnym.audio.atomic import commit, discard, failure_text, new_temporary

    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    slot = text_slot(key, relative, sha256, journal.past.salt)
    target = out / relative
    standing = journal.history.standing(
        lambda salt: text_slot(key, relative, sha256, salt), target, verify=True
    )
    if standing == "finished":
        return
    if standing == "foreign" and not overwrite:
        raise OutputError(f"{relative}: exists already and is not ours; --overwrite replaces it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(failure_text(target, error)) from error
    file, temporary = new_temporary(target)
    try:
        with file:
            file.write(data)
        journal.placing(slot, sha256, len(data))
        commit(temporary, target, overwrite=standing != "absent")
    except OSError as error:
        raise OutputError(failure_text(target, error)) from error
    finally:
        discard(temporary)
    journal.done(slot)


def _files(folder: Path) -> Iterator[Path]:
    for home, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(home, name)


def _failed(label: str, error: VoxnymError) -> Result:
    from voxnym.jobs.summary import Result

    return Result(label, None, None, "failed", error=error)
