"""A file, or all of a folder: what each would give away besides the voice."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from voxnym.audio.formats import printable
from voxnym.errors import InputError
from voxnym.inspecting.attributes import attribute_leaks, spread_leaks
from voxnym.inspecting.beside import beside_leaks, is_transcript
from voxnym.inspecting.finding import Finding, Kind, Leak
from voxnym.inspecting.names import is_journal, name_leaks, placed_hashes
from voxnym.inspecting.recording import recording_leaks
from voxnym.inspecting.shown import shortened

_CARRIED = frozenset((Kind.transcript, Kind.beside, Kind.stream))
"""What VoxNym carries over where the user wants it: words, facts of speakers, pictures."""


_PICTURE_DATA = frozenset(("mdat", "cluster"))
"""Pictures are copied bit by bit, with what their encoder wrote of itself between them."""


def inspect(path: str | os.PathLike[str]) -> Iterator[Finding]:
    """What a file or folder would give away besides the voice, file by file.

    Nothing is decoded or changed, symbolic links are not followed, and memory and time are bounded
    for every file. The name of a folder that is given is not looked at, since what is in it can be
    moved; those below it are.

    Args:
        path: a file or folder.

    Yields:
        Findings, sorted by path.

    Raises:
        InputError: there is no such file or folder.
    """
    root = Path(path)
    try:
        status = root.lstat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{printable(path)}: cannot be looked at ({reason})") from error
    return _folder(root) if stat.S_ISDIR(status.st_mode) else _entry(root)


def _folder(root: Path) -> Iterator[Finding]:
    times: list[float] = []
    placed: frozenset[str] = frozenset()
    for path in _below(root, times):
        if is_journal(path.name):
            placed |= placed_hashes(path)
        yield from (_marked(finding, placed) for finding in _entry(path))
    if times:
        for leak in spread_leaks(min(times), max(times)):
            yield Finding.of(root, leak)


def _marked(finding: Finding, placed: frozenset[str]) -> Finding:
    """A finding that a journal knows of as put there by VoxNym is carried over on purpose."""
    in_picture = finding.kind is Kind.tool and finding.where in _PICTURE_DATA
    if not placed or not (in_picture or finding.kind in _CARRIED):
        return finding
    try:
        with finding.path.open("rb") as file:
            carried = hashlib.file_digest(file, "sha256").hexdigest() in placed
    except OSError:
        return finding
    return dataclasses.replace(finding, carried=carried)


def _below(root: Path, times: list[float]) -> Iterator[Path]:
    """Everything below a folder, sorted; times of modification are gathered on the way."""

    def refuse(error: OSError) -> None:
        unlisted.append(Path(error.filename))

    unlisted: list[Path] = []
    for home, folders, names in os.walk(root, onerror=refuse):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(home, name)
            yield path
            try:
                status = path.lstat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                times.append(status.st_mtime)


def _entry(path: Path) -> Iterator[Finding]:
    try:
        status = path.lstat()
        for leak in _leaks(path, status):
            yield Finding.of(path, leak)
    except OSError as error:
        text = f"cannot be read ({error.strerror or error})"
        yield Finding.of(path, Leak(Kind.unreadable, "", text))


def _leaks(path: Path, status: os.stat_result) -> Iterator[Leak]:
    if not is_journal(path.name):
        yield from name_leaks(path)
    yield from attribute_leaks(path, status)
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        yield Leak(Kind.link, "", f"leads to {shortened(os.fspath(path.readlink()))}")
    elif stat.S_ISREG(mode):
        yield from _content(path)
    elif stat.S_ISDIR(mode):
        if not os.access(path, os.R_OK | os.X_OK):
            yield Leak(Kind.unreadable, "", "a folder that cannot be listed")
    else:
        yield Leak(Kind.beside, "", "a pipe, socket or device")


def _content(path: Path) -> Iterator[Leak]:
    if path.stat().st_size == 0:
        yield Leak(Kind.beside, "", "an empty file")
        return
    leaks = None if is_transcript(path) else recording_leaks(path)
    yield from beside_leaks(path) if leaks is None else leaks
