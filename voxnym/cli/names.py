"""`voxnym names`: which pseudonym a name has under a key, and which of some names has one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voxnym.cli.terminal import say

if TYPE_CHECKING:
    from voxnym.keys import Key

_FROM_PIPE = "-"
_MOST_BYTES = 64 << 20
_ONE_WAY = (
    "a pseudonym cannot be turned back, not even with the key; the key only tells whether a name "
    "has it: give names to try with --among"
)

Names = Annotated[
    list[str],
    typer.Argument(metavar="NAME...", help="Names, or - for one a line on standard input; with "
                   "--find, pseudonyms or paths made of them."),
]  # fmt: skip
KeyFile = Annotated[Path, typer.Option("--key", help="Key file with which the names were made.")]
Find = Annotated[bool, typer.Option("--find", help="Find the names that have these pseudonyms.")]
Among = Annotated[
    Path | None,
    typer.Option(help="Names to try: a file with one a line, a mapping file, or a folder, whose "
                 "names of folders and files are tried."),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


def names(
    given: Names, key: KeyFile, find: Find = False, among: Among = None, as_json: AsJson = False
) -> int:
    """Show the pseudonyms of names, or find out which name has a pseudonym.

    Both need the key. A pseudonym cannot be turned back: to find a name, it must be among those
    that are tried. Exit code 0: all found; 1: some pseudonym has none of the names; 2: wrong usage.
    """
    from voxnym.errors import InputError
    from voxnym.keys import Key

    if find and among is None:
        raise InputError(f"--find without --among: {_ONE_WAY}")
    if among is not None and not find:
        raise InputError("--among without --find: expected both, or names alone")
    secret = Key.read(key)
    listed = _listed(given)
    return _find(secret, listed, among, as_json) if among else _show(secret, listed, as_json)


def _show(key: Key, listed: Sequence[str], as_json: bool) -> int:
    from pathlib import PurePath

    from voxnym.corpora.names import PseudonymNames, plain, stem_and_extension

    names = PseudonymNames(key)
    rows = []
    for name in listed:
        # As files of an output are named: their extension stays.
        is_file = bool(stem_and_extension(PurePath(name).name)[1])
        to = names.path(PurePath(name)).as_posix() if is_file else names.speaker(name)
        rows.append({"name": plain(name), "pseudonym": to})
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    for row in rows:
        _line(row["name"], row["pseudonym"])
    return 0


def _find(key: Key, listed: Sequence[str], among: Path, as_json: bool) -> int:
    from voxnym.corpora.candidates import names_behind, pseudonyms_in
    from voxnym.errors import InputError

    wanted: dict[str, None] = {}
    for text in listed:
        parts = pseudonyms_in(text)
        if not parts:
            raise InputError("no pseudonym: expected ten characters of A to Z and 2 to 7")
        wanted.update(dict.fromkeys(parts))
    found = names_behind(key, tuple(wanted), among)
    missing = [pseudonym for pseudonym, names in found.items() if not names]
    if as_json:
        rows = [{"pseudonym": pseudonym, "names": names} for pseudonym, names in found.items()]
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
    else:
        for pseudonym, names in found.items():
            for name in names:
                _line(pseudonym, name)
    for pseudonym in missing:
        say(f"{pseudonym}: none of the names has it under this key")
    return 1 if missing else 0


def _listed(given: Sequence[str]) -> list[str]:
    from voxnym.errors import InputError

    listed: list[str] = []
    for name in given:
        if name == _FROM_PIPE:
            data = sys.stdin.buffer.read(_MOST_BYTES) if sys.stdin else b""
            lines = data.decode("utf-8", "surrogateescape").splitlines()
            listed += [line.strip() for line in lines if line.strip()]
        else:
            listed.append(name)
    if not listed:
        raise InputError("no names: expected at least one")
    return listed


def _line(left: str, right: str) -> None:
    from voxnym.audio.formats import printable

    sys.stdout.write(f"{printable(left)}\t{printable(right)}\n")
