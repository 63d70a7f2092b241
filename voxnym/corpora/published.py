"""What readers of published corpora have in common: files below a folder, and rows of a table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from voxnym.audio.formats import READABLE, printable
from voxnym.corpora.corpus import Corpus, Recording
from voxnym.corpora.lines import refused
from voxnym.corpora.tree import Tree
from voxnym.records import Gender, Utterance

COLUMNS: Final = (
    "id", "path", "speaker", "gender", "text", "emotion", "language", "split", "rate",
    "duration_s",
)  # fmt: skip
_SPELLED: Final[dict[Gender, str]] = {"f": "f", "m": "m"}
_MOST_FILES: Final = 2_000_000


def sounds_below(home: Path, pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Recordings below a folder whose name, without its extension, is of that pattern.

    Links are not followed.

    Yields:
        The path below `home`, with slashes, and the match; sorted by path within each folder.

    Raises:
        InputError: a folder that cannot be listed, or more files than any corpus has.
    """
    for relative in files_below(home):
        stem, extension = os.path.splitext(relative.rsplit("/", 1)[-1])  # noqa: PTH122
        found = pattern.fullmatch(stem)
        if found is not None and extension.lower() in READABLE:
            yield relative, found


def files_below(home: Path) -> Iterator[str]:
    """Paths of all files below a folder, with slashes; hidden ones and links are left out.

    Raises:
        InputError: a folder that cannot be listed, or more files than any corpus has.
    """

    def stop(error: OSError) -> None:
        raise refused(Path(error.filename), None, f"cannot be listed ({error.strerror})") from error

    count = 0
    for place, folders, names in os.walk(home, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        relative = Path(place).relative_to(home).as_posix()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                raise refused(home, None, f"more than {_MOST_FILES} files; expected a corpus")
            if not name.startswith(".") and not (Path(place) / name).is_symlink():
                yield name if relative == "." else f"{relative}/{name}"


def as_corpus(
    tree: Tree, rows: Iterable[tuple[str, Utterance]], notes: Iterable[str] = ()
) -> Corpus:
    """A corpus of recordings that hold one utterance each; it is written as a manifest of ours.

    Args:
        tree: where the audio lies.
        rows: paths below the tree's home, and what is said there; their `recording` is set here.
        notes: what was left out.

    Raises:
        InputError: no row, or an id that stands twice.
    """
    recordings: dict[str, Recording] = {}
    utterances: dict[str, Utterance] = {}
    for path, utterance in rows:
        if utterance.id in utterances:
            raise refused(
                tree.home,
                None,
                f"two recordings called {printable(utterance.id)}: "
                f"{printable(utterances[utterance.id].recording)} and {printable(path)}; expected "
                "each once: name the folder of one copy",
            )
        utterances[utterance.id] = utterance
        try:
            recordings[path] = Recording(path, tree.path(path))
        except ValueError as error:
            raise refused(tree.home, None, str(error)) from None
    if not utterances:
        raise refused(tree.home, None, "no recording of this corpus in it; expected its folder")
    return Corpus(
        "manifest",
        tree.home,
        tuple(recordings[path] for path in sorted(recordings)),
        tuple(utterances[id] for id in sorted(utterances)),
        files=("manifest.csv",),
        columns=COLUMNS,
        genders=_SPELLED,
        notes=tuple(notes),
    )
