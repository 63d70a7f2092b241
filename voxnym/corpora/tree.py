"""Where the audio of a corpus may lie: below its folder or below the root, and behind no link.

A corpus is a text that somebody else may have written. If it could name any file of the machine,
a job would read it and write it out in another voice.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from voxnym.corpora.lines import refused, shown

_LONGEST_PATH: Final = 4096
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Tree:
    """The folders that a corpus may name files in.

    Args:
        home: the corpus's folder; relative paths count from here. The user chose it, so it is not
            asked whether it is behind a link.
        root: folder of the audio, where that lies elsewhere; None for `home`. A relative path
            that leads to nothing in `home` counts from here.
        absent: paths asked for at which nothing lies.
    """

    home: Path
    root: Path | None = None
    absent: set[str] = field(default_factory=set, repr=False, compare=False)
    _folders: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def path(self, text: str) -> Path:
        """The file that a path of the corpus means. It need not be there.

        Raises:
            ValueError: it leaves the tree, has a link on its way, or is no regular file; the text
                says what to do.
        """
        _check_spelling(text)
        if os.path.isabs(text):  # noqa: PTH117 - a pure function of the text, unlike Path's
            found, there = self._below(text)
        else:
            found, there = self._walked(self._home, text)
            if not there and self._root != self._home:
                other, there = self._walked(self._root, text)
                found = other if there else found
        if not there:
            self.absent.add(found)
        return Path(found)

    @property
    def _home(self) -> str:
        return os.fspath(self.home)

    @property
    def _root(self) -> str:
        return self._home if self.root is None else os.fspath(self.root)

    def _below(self, text: str) -> tuple[str, bool]:
        """An absolute path, if it is in one of the two folders, and whether a file is there."""
        plain = os.path.normpath(text)
        for top in (self._root, self._home):
            # The corpus may spell the folder as the user does, or as it is behind its links.
            for spelled in (os.path.abspath(top), os.path.realpath(top)):  # noqa: PTH100
                inside = spelled if spelled.endswith(os.sep) else spelled + os.sep
                if plain.startswith(inside):
                    return self._walked(top, plain[len(inside) :])
        raise ValueError(
            f"the path {shown(text)} leads out of the corpus's folder; if the audio lies there by "
            "intent, name its folder with --root DIR"
        )

    def _walked(self, top: str, relative: str) -> tuple[str, bool]:
        *folders, name = [part for part in relative.split("/") if part not in ("", ".")] or [""]
        place = top
        for folder in folders:
            place = f"{place}/{folder}"
            known = self._folders.get(place)
            if known is None:
                known = self._folders[place] = _lies_there(place, relative, stat.S_IFDIR)
            if not known:
                return "/".join((top, *folders, name)), False
        place = f"{place}/{name}"
        return place, _lies_there(place, relative, stat.S_IFREG)


def safe_path(text: str, home: Path, root: Path | None = None) -> Path:
    """The file that a path of a corpus means, if it may be read.

    Args:
        text: as the corpus has it. Relative paths count from `home`.
        home: folder of the corpus.
        root: folder of the audio, if that lies elsewhere.

    Returns:
        A path below `home` or `root`; a file need not be there.

    Raises:
        InputError: it has `..` in it, leaves both folders, has a symbolic link on its way below
            them, or leads to a folder, pipe or device.
    """
    try:
        return Tree(home, root).path(text)
    except ValueError as error:
        raise refused(home, None, str(error)) from None


def _check_spelling(text: str) -> None:
    if not text or len(text) > _LONGEST_PATH or _UNFIT.search(text):
        raise ValueError(
            f"the path {shown(text)}; expected 1 to {_LONGEST_PATH} characters, "
            "without control characters"
        )
    if ".." in text and ".." in text.replace("\\", "/").split("/"):
        raise ValueError(
            f"the path {shown(text)} goes up with '..'; expected a path below the corpus's folder, "
            "or an absolute one below the folder named with --root DIR"
        )


def _lies_there(place: str, relative: str, kind: int) -> bool:
    """Whether something lies there; refused where it is a link or another kind of thing."""
    try:
        mode = os.lstat(place).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"the path {shown(relative)} cannot be looked at ({reason})") from error
    if stat.S_ISLNK(mode):
        raise ValueError(
            f"the path {shown(relative)} has a symbolic link on its way, which may lead anywhere; "
            "expected the file itself: name the folder it leads to with --root DIR and its path"
        )
    if stat.S_IFMT(mode) != kind:
        raise ValueError(f"the path {shown(relative)} is no file; expected a recording")
    return True
