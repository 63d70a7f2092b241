"""What is found: the kinds, and what to do about each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Kind(StrEnum):
    """What sort of thing tells something."""

    tag = "tag"
    picture = "picture"
    label = "label"
    stream = "stream"
    tool = "tool"
    time = "time"
    padding = "padding"
    trailing = "trailing"
    unknown = "unknown"
    unreadable = "unreadable"
    name = "name"
    transcript = "transcript"
    beside = "beside"
    attribute = "attribute"
    owner = "owner"
    link = "link"


_AGAIN = "voxnym anonymize writes a new file without it"
ADVICE: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.tag: _AGAIN,
        Kind.picture: _AGAIN,
        Kind.label: _AGAIN,
        Kind.stream: "a stream of its own beside the voice: remove it, or publish the sound alone",
        Kind.tool: "names the program, and so perhaps the device or its owner; " + _AGAIN,
        Kind.time: "a file's date becomes that of publishing with touch; inside, " + _AGAIN,
        Kind.padding: "unused room that is not empty; " + _AGAIN,
        Kind.trailing: "nothing belongs there; " + _AGAIN,
        Kind.unknown: "look at what it holds; " + _AGAIN,
        Kind.unreadable: "could not be looked at: publish it only when you know what it holds",
        Kind.name: "rename what names a person, a place or a date: voxnym anonymize --rename",
        Kind.transcript: "the words tell who speaks of what: leave it out, or redact it",
        Kind.beside: "not a recording: publish it only when you know what it holds",
        Kind.attribute: "archives and copies may keep it: remove it",
        Kind.owner: "archives keep the owner's name: pack it without owners, or change them",
        Kind.link: "shows where the original lies: leave it out",
    }
)


class Leak(NamedTuple):
    """Something that tells, seen from inside one file."""

    kind: Kind
    where: str
    what: str


@dataclass(frozen=True)
class Finding:
    """Something that tells.

    Args:
        path: of the file or folder.
        kind: what sort of thing it is.
        where: the place in the file; empty for what is not inside it.
        what: the value, shortened and printable.
        advice: what to do.
        carried: whether VoxNym put it there because the user wanted it: pictures of a film, words
            and facts of a corpus. It tells something, and is no oversight.
    """

    path: Path
    kind: Kind
    where: str
    what: str
    advice: str
    carried: bool = False

    @classmethod
    def of(cls, path: str | os.PathLike[str], leak: Leak) -> Finding:
        """A leak of the file at `path`, with the advice for its kind."""
        return cls(Path(path), leak.kind, leak.where, leak.what, ADVICE[leak.kind])
