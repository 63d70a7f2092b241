"""What earlier runs wrote into the journals of a folder, read line by line with suspicion."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from voxnym.jobs.shard import Shard
from voxnym.keys import Key

NAME = ".voxnym-journal.jsonl"
SUM_CHARACTERS = 16

Standing = Literal["absent", "finished", "ours", "foreign"]

_NAME = re.compile(r"\.voxnym-journal(?:-([1-9][0-9]{0,3})-of-([1-9][0-9]{0,3}))?\.jsonl")


def name_for(shard: Shard | None) -> str:
    """What the journal of a run is called.

    >>> name_for(None), name_for(Shard(2, 8))
    ('.voxnym-journal.jsonl', '.voxnym-journal-2-of-8.jsonl')
    """
    return NAME if shard is None else f".voxnym-journal-{shard.index}-of-{shard.count}.jsonl"


def journals_in(folder: Path) -> Iterator[tuple[Path, Shard | None]]:
    """All journals of a folder, and whose they are, sorted by name.

    Raises:
        OSError: the folder cannot be listed.
    """
    for path in sorted(folder.iterdir()):
        found = _NAME.fullmatch(path.name)
        if found is None:
            continue
        if found[1] is None:
            yield path, None
        elif int(found[1]) <= int(found[2]):
            yield path, Shard(int(found[1]), int(found[2]))


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
    """An output as a journal knows it.

    Args:
        place: see `Slot`.
        sha256: of its bytes, hexadecimal.
        size: in bytes.
        state: of the file after its rename was seen to happen, see `state_of`; else empty.
    """

    place: str
    sha256: str
    size: int
    state: str = ""


@dataclass(frozen=True)
class Past:
    """What earlier runs wrote into one journal.

    Args:
        placed: by keyed hash of the recording.
        keys: marks of the keys that were used, see `mark`.
        salt: of this journal's hashes; empty where there is none.
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
        return bool(self.keys) and self.keys[-1] != mark(key, self.salt)

    def standing(self, slot: Slot, target: Path, *, verify: bool = False) -> Standing:
        """How a target stands: absent, finished, left by an unfinished run, or foreign.

        Args:
            slot: what belongs there, see `slot_of`.
            target: the output file.
            verify: compare hashes even where size and time would do.

        Raises:
            OSError: the target cannot be looked at.
        """
        if not os.path.lexists(target):
            return "absent"
        if target.is_symlink() or not target.is_file():
            return "foreign"
        found = target.stat()
        placed = self.placed.get(slot.id)
        if placed and not verify and placed.state == state_of(slot, found):
            return "finished"
        if found.st_size not in self._sizes:
            return "foreign"
        sha256 = sha256_of(target)
        if placed and placed.sha256 == sha256:
            return "finished"
        # An output of a finished run is replaced only when its own recording has changed.
        ours = sha256 in self._places and (not self.ended or slot.place in self._places[sha256])
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


@dataclass(frozen=True)
class History:
    """What all journals of a folder say together: that of whole runs, and those of shards.

    Args:
        pasts: one for each journal.
    """

    pasts: tuple[Past, ...] = ()

    @property
    def damaged(self) -> int:
        """Number of lines that could not be trusted and were ignored."""
        return sum(past.damaged for past in self.pasts)

    def other_key(self, key: Key) -> bool:
        """Whether the last run that wrote into one of them used another key than this one."""
        return any(past.other_key(key) for past in self.pasts)

    def standing(
        self, slot: Callable[[str], Slot], target: Path, *, verify: bool = False
    ) -> Standing:
        """How a target stands, by the journal that knows it best; see `Past.standing`.

        Args:
            slot: from a journal's salt, what it would call the output that belongs there.
            target: the output file.
            verify: compare hashes even where size and time would do.

        Raises:
            OSError: the target cannot be looked at.
        """
        best: Standing = "foreign" if os.path.lexists(target) else "absent"
        for past in self.pasts:
            found = past.standing(slot(past.salt), target, verify=verify)
            if found == "finished":
                return found
            best = "ours" if found == "ours" else best
        return best


def history_of(folder: Path) -> History:
    """What a folder's journals say, without taking part in them."""
    try:
        return History(tuple(read(path.read_bytes()) for path, _ in journals_in(folder)))
    except OSError:
        return History()


def past_of(folder: Path, shard: Shard | None = None) -> Past:
    """What one of a folder's journals says, without taking part in it."""
    try:
        return read((folder / name_for(shard)).read_bytes())
    except OSError:
        return Past()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def state_of(slot: Slot, found: os.stat_result) -> str:
    """Tells whether a file is still the one that was put in place, without saying when that was.

    Another output of the same size may lie there since: of another key, or of another shard.
    """
    text = f"{slot.id} {found.st_size} {found.st_mtime_ns}".encode("ascii")
    return hashlib.sha256(text).hexdigest()[:SUM_CHARACTERS]


def mark(key: Key, salt: str) -> str:
    """Tells whether a folder was made with this key, to those who have the key."""
    return key.digest("journal key", salt).hex()[:SUM_CHARACTERS]


def read(text: bytes) -> Past:
    """Understand a journal.

    Args:
        text: all of it. A last line without an end is one that somebody is still writing.
    """
    found = _Reading()
    for line in text[: text.rfind(b"\n") + 1].splitlines():
        try:
            if line.strip():
                found.take(_parse(line))
        except (ValueError, KeyError, TypeError):
            found.damaged += 1
    return Past(found.placed, tuple(found.keys), found.salt, found.ended, found.damaged)


class _Reading:
    """What is known of a journal after some of its lines."""

    def __init__(self) -> None:
        self.placed: dict[str, Placed] = {}
        self.keys: list[str] = []
        self.salt = ""
        self.ended = False
        self.damaged = 0

    def take(self, entry: Mapping[str, Any]) -> None:
        kind = entry["kind"]
        if kind == "key":
            self.keys.append(str(entry["key"]))
            self.salt = str(entry["salt"])
        elif kind == "end":
            self.ended = True
        elif kind == "placing":
            self.ended = False
            placed = Placed(entry["place"], entry["sha256"], entry["size"])
            self.placed[entry["id"]] = placed
        elif kind == "done" and entry["id"] in self.placed:
            state = str(entry.get("state", ""))
            self.placed[entry["id"]] = replace(self.placed[entry["id"]], state=state)


def line_of(entry: Mapping[str, str | int]) -> bytes:
    """An entry as a line with a checksum."""
    return json.dumps({**entry, "sum": _sum(entry)}).encode() + b"\n"


def _sum(entry: Mapping[str, object]) -> str:
    text = json.dumps(entry, sort_keys=True).encode()
    return hashlib.sha256(text).hexdigest()[:SUM_CHARACTERS]


def _parse(line: bytes) -> dict[str, Any]:
    entry = json.loads(line)
    if not isinstance(entry, dict) or entry.pop("sum", None) != _sum(entry):
        raise ValueError("not a line of a journal")
    return entry
