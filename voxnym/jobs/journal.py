"""What a job has finished: an append-only file in the output folder, checked line by line.

A line says what will be renamed to its place before the rename happens, and another one that it
has happened. A kill between the two is recognised by the output's hash. The journal holds no
name of an original: recordings appear as keyed hashes, salted for each folder, so that two
published folders do not show that they came from the same key.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Any, Literal, Self

from voxnym.errors import OutputError
from voxnym.jobs.lock import hold
from voxnym.jobs.task import Task
from voxnym.keys import Key

NAME = ".voxnym-journal.jsonl"

Standing = Literal["absent", "finished", "ours", "foreign"]

_VERSION = 1
_SUM_CHARACTERS = 16
_SALT_BYTES = 16


@dataclass(frozen=True)
class Slot:
    """What a journal calls an output: keyed hashes that say nothing without the key.

    Args:
        place: of the recording's path and of what is done with it.
        id: of that and of the recording's size and time, so that a changed one is another.
    """

    place: str
    id: str


@dataclass(frozen=True)
class Placed:
    """An output as the journal knows it; `certain` once its rename was seen to happen."""

    place: str
    sha256: str
    size: int
    certain: bool


@dataclass(frozen=True)
class Past:
    """What earlier runs wrote into a journal.

    Args:
        placed: by keyed hash of the recording.
        keys: marks of the keys that were used, see `_mark`.
        salt: of this folder's hashes; empty where there is no journal.
        ended: the last run went through to its end; its outputs are results now, to be replaced
            only where the user says so. What an unfinished run left may be replaced.
        damaged: number of lines that could not be trusted and were ignored.
    """

    placed: Mapping[str, Placed] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    salt: str = ""
    ended: bool = False
    damaged: int = 0

    def other_key(self, key: Key) -> bool:
        """Whether the last run used another key than this one."""
        return bool(self.keys) and self.keys[-1] != _mark(key, self.salt)

    def standing(self, slot: Slot, target: Path, *, verify: bool = False) -> Standing:
        """How a target stands: absent, finished, left by an unfinished run, or foreign.

        Args:
            slot: what belongs there, see `slot_of`.
            target: the output file.
            verify: compare hashes even where the size would do.

        Raises:
            OSError: the target cannot be looked at.
        """
        if not os.path.lexists(target):
            return "absent"
        if target.is_symlink() or not target.is_file():
            return "foreign"
        size = target.stat().st_size
        placed = self.placed.get(slot.id)
        if placed and placed.certain and placed.size == size and not verify:
            return "finished"
        if size not in self._sizes:
            return "foreign"
        found = sha256_of(target)
        if placed and placed.sha256 == found:
            return "finished"
        # An output of a finished run is replaced only when its own recording has changed.
        ours = found in self._places and (not self.ended or slot.place in self._places[found])
        return "ours" if ours else "foreign"

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        """By an output's hash, the places where it was put."""
        places: defaultdict[str, set[str]] = defaultdict(set)
        for placed in self.placed.values():
            places[placed.sha256].add(placed.place)
        return {sha256: frozenset(found) for sha256, found in places.items()}

    @cached_property
    def _sizes(self) -> frozenset[int]:
        return frozenset(placed.size for placed in self.placed.values())


class Journal:
    """The journal of one output folder, locked against a second run; a context manager.

    Args:
        folder: the output folder; exists.
        key: the key of this run.

    Raises:
        OutputError: the journal cannot be written, or another run is at work in the folder.
    """

    def __init__(self, folder: Path, key: Key) -> None:
        self._path = folder / NAME
        try:
            self._file = _open(self._path)
        except OSError as error:
            raise OutputError(
                f"{self._path}: the journal of this folder cannot be written ({error.strerror}); "
                "nothing was done"
            ) from error
        try:
            self.lock = hold(self._file, folder)
            _close_torn_line(self._file)
            self._file.seek(0)
            past = _read(self._file.read())
            self.past = replace(past, salt=past.salt or secrets.token_hex(_SALT_BYTES))
            mark = _mark(key, self.past.salt)
            if mark not in self.past.keys[-1:]:
                head: dict[str, str | int] = {"kind": "key", "version": _VERSION}
                self._append({**head, "salt": self.past.salt, "key": mark}, sync=True)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        self._file.close()

    def placing(self, slot: Slot, sha256: str, size: int) -> None:
        """Say what is about to be renamed to its place; on disk when this returns."""
        entry = {"kind": "placing", "place": slot.place, "id": slot.id}
        self._append({**entry, "sha256": sha256, "size": size}, sync=True)

    def done(self, slot: Slot) -> None:
        """Say that the rename has happened. If this line is lost, the hash tells the same."""
        self._append({"kind": "done", "id": slot.id}, sync=False)

    def end(self) -> None:
        """Say that this run went through to its end."""
        self._append({"kind": "end"}, sync=False)

    def _append(self, entry: Mapping[str, str | int], *, sync: bool) -> None:
        line = _line(entry)
        before = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(before)
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


def _mark(key: Key, salt: str) -> str:
    """Tells whether a folder was made with this key, to those who have the key."""
    return key.digest("journal key", salt).hex()[:_SUM_CHARACTERS]


def past_of(folder: Path) -> Past:
    """What a folder's journal says, without taking part in it."""
    try:
        return _read((folder / NAME).read_bytes())
    except OSError:
        return Past()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> FileIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    # Unbuffered, so that a line that found no room is not written later on.
    return FileIO(os.open(path, flags, 0o600), "a+")


def _close_torn_line(file: FileIO) -> None:
    """End a last line that a kill tore, so that it cannot spoil the next one."""
    if file.seek(0, os.SEEK_END) == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read(1) != b"\n":
        file.write(b"\n")


def _read(text: bytes) -> Past:
    placed: dict[str, Placed] = {}
    keys: list[str] = []
    salt = ""
    ended = False
    damaged = 0
    for line in text.splitlines():
        entry = _parse(line)
        if entry is None:
            damaged += bool(line.strip())
        elif entry["kind"] == "key":
            keys.append(str(entry["key"]))
            salt = str(entry["salt"])
        elif entry["kind"] == "end":
            ended = True
        elif entry["kind"] == "placing":
            ended = False
            placed[entry["id"]] = Placed(
                entry["place"], entry["sha256"], entry["size"], certain=False
            )
        elif entry["kind"] == "done" and entry["id"] in placed:
            placed[entry["id"]] = replace(placed[entry["id"]], certain=True)
    return Past(placed, tuple(keys), salt, ended, damaged)


def _line(entry: Mapping[str, str | int]) -> bytes:
    return json.dumps({**entry, "sum": _sum(entry)}).encode() + b"\n"


def _sum(entry: Mapping[str, object]) -> str:
    text = json.dumps(entry, sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()[:_SUM_CHARACTERS]


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict) or entry.pop("sum", None) != _sum(entry):
        return None
    return entry
