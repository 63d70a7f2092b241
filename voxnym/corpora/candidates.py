"""Names that somebody may have had, to be tried against a pseudonym with the key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final

from voxnym.corpora.mapping import is_mapping, read_mapping
from voxnym.corpora.names import plain, stem_and_extension
from voxnym.corpora.text_file import read_lines, refusal
from voxnym.keys import PSEUDONYM_CHARACTERS, Key

MOST_NAMES: Final = 1_000_000
_PSEUDONYM: Final = re.compile(rf"(?<![A-Z2-7])[A-Z2-7]{{{PSEUDONYM_CHARACTERS}}}(?![A-Z2-7])")


def pseudonyms_in(text: str) -> tuple[str, ...]:
    """The pseudonyms that a name or path of an output is made of.

    >>> pseudonyms_in("657O6XWWNW-MOOLL5IBZ7"), pseudonyms_in("anna")
    (('657O6XWWNW', 'MOOLL5IBZ7'), ())
    """
    return tuple(dict.fromkeys(_PSEUDONYM.findall(text.upper())))


def candidates(source: Path) -> Iterator[str]:
    """Names to try.

    Args:
        source: a text file with a name on each line, a mapping file, or a folder, whose names of
            folders and files (links are not followed) and paths of folders are tried.

    Raises:
        InputError: not there, no text, or too many names.
    """
    try:
        names: Iterable[str] = _below(source) if source.is_dir() else _listed(source)
    except ValueError as error:
        raise refusal(source, 0, f"no path ({error}); expected a file or folder") from error
    for count, name in enumerate(names):
        if count >= MOST_NAMES:
            raise refusal(source, 0, f"more than {MOST_NAMES} names; expected fewer: divide them")
        if name.strip():
            yield plain(name)


def names_behind(key: Key, pseudonyms: Sequence[str], source: Path) -> dict[str, tuple[str, ...]]:
    """Which of the candidates have these pseudonyms under a key.

    Args:
        key: the one with which they were made.
        pseudonyms: ten characters each.
        source: as for `candidates`.

    Returns:
        For each pseudonym its names, sorted; none where no candidate has it.

    Raises:
        InputError: no candidates can be read.
    """
    found: dict[str, set[str]] = {pseudonym: set() for pseudonym in pseudonyms}
    for name in dict.fromkeys(candidates(source)):
        pseudonym = key.pseudonym(name)
        if pseudonym in found:
            found[pseudonym].add(name)
    return {pseudonym: tuple(sorted(names)) for pseudonym, names in found.items()}


def _listed(source: Path) -> Iterator[str]:
    lines = read_lines(source)
    if lines and is_mapping(lines[0]):
        for each in read_mapping(source):
            if each.kind != "key":
                yield each.name
        return
    for line in lines:
        name = line.strip()
        yield name
        yield from _components(name)


def _components(name: str) -> Iterator[str]:
    """What `PseudonymNames.path` gives pseudonyms to, if the name is a path."""
    for part in PurePath(name).parts:
        yield part
        yield stem_and_extension(part)[0]


def _below(source: Path) -> Iterator[str]:
    def stop(error: OSError) -> None:
        raise refusal(error.filename, 0, f"cannot be read ({error.strerror})") from error

    for place, folders, files in os.walk(source, onerror=stop):
        folders.sort()
        relative = PurePath(place).relative_to(source)
        yield "" if relative == PurePath() else relative.as_posix()
        for name in (*folders, *files):
            yield from _components(name)
