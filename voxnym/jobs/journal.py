"""What a job has finished: an append-only file in the output folder, checked line by line.

A line says what will be renamed to its place before the rename happens, and another one that it
has happened. A kill between the two is recognised by the output's hash. The journal holds no
name of an original: recordings appear as keyed hashes, salted for each journal, so that two
published folders do not show that they came from the same key.

Shards that work in one folder have a journal each, and each reads those of all others.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import Self

from voxnym.errors import OutputError
from voxnym.jobs.lock import hold
from voxnym.jobs.past import (
    NAME,
    History,
    Past,
    Slot,
    Standing,
    history_of,
    journals_in,
    line_of,
    mark,
    name_for,
    past_of,
    read,
    sha256_of,
    state_of,
)
from voxnym.jobs.shard import Shard
from voxnym.jobs.task import Task
from voxnym.keys import Key

__all__ = [
    "NAME",
    "History",
    "Journal",
    "Past",
    "Slot",
    "Standing",
    "history_of",
    "past_of",
    "sha256_of",
    "slot_of",
    "text_slot",
]

_VERSION = 1
_SALT_BYTES = 16


class Journal:
    """The journal of one run in an output folder, locked against a second one; a context manager.

    Runs keep each other out of the folder, but for shards of the same count.

    Args:
        folder: the output folder; exists.
        key: the key of this run.
        shard: which part of the recordings this run does; None for all.

    Raises:
        OutputError: the journal cannot be written, or another run is at work in the folder.
    """

    def __init__(self, folder: Path, key: Key, shard: Shard | None = None) -> None:
        self._path = folder / name_for(shard)
        with contextlib.ExitStack() as opened:
            self._file = opened.enter_context(_opened(self._path, os.O_CREAT))
            self.lock = hold(self._file, folder)
            _close_torn_line(self._file)
            past = _read_all(self._file)
            self.past = replace(past, salt=past.salt or secrets.token_hex(_SALT_BYTES))
            self._ended_with_this: list[FileIO] = []
            others = tuple(self._others(folder, shard, opened))
            self.history = History((self.past, *others))
            found = mark(key, self.past.salt)
            if found not in self.past.keys[-1:]:
                head: dict[str, str | int] = {"kind": "key", "version": _VERSION}
                self._append({**head, "salt": self.past.salt, "key": found}, sync=True)
            self._open = opened.pop_all()

    def _others(
        self, folder: Path, shard: Shard | None, opened: contextlib.ExitStack
    ) -> Iterator[Past]:
        """What other journals say, whose runs are kept out as long as this one is open."""
        try:
            journals = tuple(journals_in(folder))
        except OSError as error:
            text = f"{folder}: the output folder cannot be listed ({error.strerror})"
            raise OutputError(text) from error
        for path, whose in journals:
            if path == self._path:
                continue
            file = opened.enter_context(_opened(path))
            if shard is None:
                hold(file, folder)
                self._ended_with_this.append(file)
            elif whose is None or whose.count != shard.count:
                hold(file, folder, shared=True)
            yield _read_all(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        self._open.close()

    def placing(self, slot: Slot, sha256: str, size: int) -> None:
        """Say what is about to be renamed to its place; on disk when this returns."""
        entry = {"kind": "placing", "place": slot.place, "id": slot.id}
        self._append({**entry, "sha256": sha256, "size": size}, sync=True)

    def done(self, slot: Slot, target: Path | None = None) -> None:
        """Say that the rename has happened. If this line is lost, the hash tells the same.

        Args:
            slot: see `placing`.
            target: the output; with it, the next run need not read it to know it again.
        """
        entry = {"kind": "done", "id": slot.id}
        if target is not None:
            with contextlib.suppress(OSError):
                entry["state"] = state_of(slot, target.lstat())
        self._append(entry, sync=False)

    def end(self) -> None:
        """Say that this run went through to its end.

        With a run that did everything, shards that were killed have come to their end too.
        """
        self._append({"kind": "end"}, sync=False)
        for file in self._ended_with_this:
            _close_torn_line(file)
            self._append({"kind": "end"}, sync=False, file=file)

    def _append(
        self, entry: Mapping[str, str | int], *, sync: bool, file: FileIO | None = None
    ) -> None:
        file = file or self._file
        line = line_of(entry)
        before = file.seek(0, os.SEEK_END)
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if sync:
                os.fsync(file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                file.truncate(before)
            raise OutputError(
                f"{self._path}: the journal cannot be written ({error.strerror}), and without it "
                "no output is put in place; make room and run again"
            ) from error


def slot_of(key: Key, task: Task, salt: str) -> Slot:
    """Keyed hashes of a recording as it is now and of what is to be done with it.

    Args:
        key: of this run.
        task: the recording and what is to be done with it.
        salt: of the output folder's journal.
    """
    fields = (salt, task.place, task.fingerprint)
    state = (str(task.size), str(task.mtime_ns))
    return Slot(
        key.digest("journal place", *fields).hex(),
        key.digest("journal", *fields, *state).hex(),
    )


def text_slot(key: Key, place: str, sha256: str, salt: str) -> Slot:
    """Keyed hashes of a text that lies beside recordings.

    Args:
        key: of this run.
        place: its path inside the output folder.
        sha256: of its bytes, hexadecimal; another text in its place is another one.
        salt: of the output folder's journal.
    """
    return Slot(
        key.digest("journal text place", salt, place).hex(),
        key.digest("journal text", salt, place, sha256).hex(),
    )


def _opened(path: Path, more: int = 0) -> FileIO:
    flags = os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | more
    try:
        # Unbuffered, so that a line that found no room is not written later on.
        return FileIO(os.open(path, flags, 0o600), "a+")
    except OSError as error:
        raise OutputError(
            f"{path}: the journal of this folder cannot be written ({error.strerror}); "
            "nothing was done"
        ) from error


def _read_all(file: FileIO) -> Past:
    file.seek(0)
    return read(file.read())


def _close_torn_line(file: FileIO) -> None:
    """End a last line that a kill tore, so that it cannot spoil the next one."""
    if file.seek(0, os.SEEK_END) == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read(1) != b"\n":
        file.write(b"\n")
