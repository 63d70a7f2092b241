"""Which recordings of some folders are versions of the same utterance, who speaks, what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from voxnym.audio.formats import READABLE, printable
from voxnym.errors import InputError

SpeakerFrom = Literal["folder", "prefix"]

ORIGINAL: Final = "original"
"""Name of the recordings as they were before any system."""

_SEPARATORS: Final = ("-", "_")


@dataclass(frozen=True)
class Recording:
    """One utterance in all its versions.

    Args:
        name: path below the folders, without extension, parts joined by "/".
        speaker: who speaks; empty where nobody knows.
        text: what is said; empty where nobody knows.
        paths: one file for each system, and for "original" if there is one.
    """

    name: str
    speaker: str
    text: str
    paths: Mapping[str, Path] = field(hash=False)


@dataclass(frozen=True)
class Collection:
    """What lies in all folders at once.

    Args:
        systems: names, in the order given.
        recordings: by name.
        missing: how many recordings some folder lacks; they are left out.
    """

    systems: tuple[str, ...]
    recordings: tuple[Recording, ...]
    missing: int = 0


def collect(
    folders: Mapping[str, Path],
    texts: Path | None = None,
    speaker_from: SpeakerFrom | None = None,
) -> Collection:
    """Match the recordings of several folders by their paths without extension.

    Texts come from a table (each line a recording's name, white space, its words), else from a
    file with the extension .txt beside a recording of any folder.

    Args:
        folders: name of a system, or "original", to the folder with its recordings.
        texts: the table; names are paths below the folder, or file names alone, without extension.
        speaker_from: "folder": the folder of a recording is its speaker; "prefix": what stands
            before the first - or _ of its file name. None takes "folder" where recordings lie in
            more than one folder.

    Raises:
        InputError: a folder or table that cannot be read, two recordings with one name, or none
            that all folders have.
    """
    found = {system: _recordings(folder) for system, folder in folders.items()}
    names = sorted(set.intersection(*(set(files) for files in found.values())))
    everything: set[str] = set().union(*found.values())
    if not names:
        counts = ", ".join(f"{system}: {len(files)}" for system, files in found.items())
        raise InputError(
            f"no recording is in all folders ({counts}): expected the same paths and file names "
            "without extension; pseudonyms of --rename cannot be matched"
        )
    told = _table(texts) if texts is not None else {}
    origin = speaker_from or ("folder" if len({_folder(name) for name in names}) > 1 else "prefix")
    recordings = tuple(
        Recording(
            name,
            _folder(name) if origin == "folder" else _prefix(name),
            told.get(name) or told.get(_file(name)) or _beside(name, folders),
            {system: files[name] for system, files in found.items()},
        )
        for name in names
    )
    systems = tuple(system for system in folders if system != ORIGINAL)
    return Collection(systems, recordings, len(everything) - len(names))


def _recordings(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise InputError(f"{printable(folder)}: no such folder")
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or path.suffix.lower() not in READABLE or not path.is_file():
            continue
        name = relative.with_suffix("").as_posix()
        if name in found:
            raise InputError(
                f"{printable(path)}: {printable(found[name].name)} has the same name but for the "
                "extension; expected one recording of each name"
            )
        found[name] = path
    return found


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _file(name: str) -> str:
    return name.rpartition("/")[2]


def _prefix(name: str) -> str:
    """What stands before the first separator; nothing where there is none."""
    file = _file(name)
    cuts = [file.index(each) for each in _SEPARATORS if each in file]
    return file[: min(cuts)] if cuts else ""


def _table(path: Path) -> dict[str, str]:
    from voxnym.corpora.kaldi_table import read_table

    if not path.is_file():
        raise InputError(f"{printable(path)}: no such file; expected lines of a name and its words")
    return {name: words for name, (_, words) in read_table(path, "recording").items()}


def _beside(name: str, folders: Mapping[str, Path]) -> str:
    for folder in folders.values():
        path = folder / f"{name}.txt"
        if path.is_file():
            return " ".join(path.read_text(encoding="utf-8", errors="strict").split())
    return ""


def speakers(recordings: tuple[Recording, ...]) -> Counter[str]:
    """How many recordings each known speaker has."""
    return Counter(each.speaker for each in recordings if each.speaker)
