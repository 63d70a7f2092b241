"""Pseudonyms for everything that has a name: people, recordings, files and folders.

A name has one pseudonym under a key, wherever it stands: the folder `anna` and the speaker `anna`
get the same. What is not known to be harmless is part of the name.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

from voxnym.audio.formats import READABLE
from voxnym.errors import InputError, OutputError
from voxnym.keys import Key

NameKind = Literal["key", "speaker", "recording", "utterance", "file", "folder"]
KEPT_EXTENSIONS: Final = READABLE | frozenset((
    ".m4a", ".mp4", ".m4b", ".m4v", ".mov", ".mkv", ".mka", ".webm", ".aac", ".avi", ".sph",
    ".mp2", ".mpg", ".mpeg", ".spx", ".wv", ".ape", ".wma", ".wmv", ".amr", ".3gp", ".ogv",
    ".ts", ".flv", ".txt", ".srt", ".vtt", ".ctm", ".rttm", ".csv", ".tsv", ".jsonl",
))  # fmt: skip
"""Extensions of sound, film, transcripts and labels: they say what a file is, not whose."""


@dataclass(frozen=True, order=True)
class Renamed:
    """One line of a mapping.

    Args:
        kind: what has the name. "key": not a name but the key's fingerprint, so that mappings
            of different keys are never mixed.
        name: as it was.
        pseudonym: as it is now.
    """

    kind: str
    name: str
    pseudonym: str


class PseudonymNames:
    """Names under a key; remembers which were asked for.

    Args:
        key: decides every pseudonym.

    Every method raises:
        InputError: an empty name, or a path that leads out of its folder.
        OutputError: two different names have one pseudonym, even if only on a file system that
            does not tell capitals from small letters.

    >>> names = PseudonymNames(Key(bytes(32)))
    >>> names.speaker("anna"), names.utterance("u1", "anna")
    ('657O6XWWNW', '657O6XWWNW-MOOLL5IBZ7')
    >>> names.path(PurePath("anna/Anna.WAV")).as_posix()[:11]
    '657O6XWWNW/'
    """

    def __init__(self, key: Key) -> None:
        self._key = key
        self._mapping = {("key", "fingerprint"): key.fingerprint}
        self._known: dict[str, str] = {}
        self._holders: dict[str, str] = {}
        self._sources: dict[str, str] = {}

    @property
    def mapping(self) -> tuple[Renamed, ...]:
        """All names so far with their pseudonyms, sorted: as secret as the names."""
        return tuple(sorted(Renamed(*of, to) for of, to in self._mapping.items()))

    def speaker(self, name: str, /) -> str:
        """The pseudonym of a person."""
        return self._remembered("speaker", name, self._pseudonym(name))

    def recording(self, name: str, /) -> str:
        """The pseudonym of a recording's id."""
        return self._remembered("recording", name, self._pseudonym(name))

    def utterance(self, name: str, speaker: str | None, /) -> str:
        """SPEAKER-UTTERANCE, so that utterances sorted by name are sorted by speaker too.

        Args:
            name: id of the utterance.
            speaker: name of the person; without one, the id alone decides.
        """
        utterance = self._pseudonym(name)
        prefix = f"{self.speaker(speaker)}-" if speaker else ""
        return self._remembered("utterance", name, prefix + utterance)

    def path(self, relative: PurePath, /) -> PurePath:
        """A path below the input folder with pseudonyms for its folders and the file's stem.

        The extension stays, in small letters, if it is one of `KEPT_EXTENSIONS`; otherwise it
        is part of the name and vanishes.
        """
        parts = relative.parts
        if relative.is_absolute() or not parts or ".." in parts:
            raise InputError("a path to rename leads out of its folder; expected a relative one")
        folders = [
            self._remembered("folder", part, self._pseudonym(part)) for part in parts[:-1]
        ]  # fmt: skip
        stem, extension = stem_and_extension(parts[-1])
        renamed = self._remembered("file", stem, self._pseudonym(stem)) + extension
        target = type(relative)(*folders, renamed)
        source = self._sources.setdefault(target.as_posix().casefold(), relative.as_posix())
        if source != relative.as_posix():
            raise OutputError(
                "two files have names that differ only in capitals of the extension or in how "
                "letters are composed, so they would get one name; rename one of them"
            )
        return target

    def _pseudonym(self, name: str) -> str:
        if name in self._known:
            return self._known[name]
        composed = plain(name)
        if not composed:
            raise InputError("a name to replace is empty; expected at least one letter")
        pseudonym = self._key.pseudonym(composed)
        holder = self._holders.setdefault(pseudonym.casefold(), composed)
        if holder != composed:
            raise OutputError(
                f"{pseudonym}: two different names have this pseudonym under this key; use "
                "another key (voxnym key new FILE)"
            )
        self._known[name] = pseudonym
        return pseudonym

    def _remembered(self, kind: NameKind, name: str, pseudonym: str) -> str:
        self._mapping[kind, plain(name)] = pseudonym
        return pseudonym


def stem_and_extension(name: str) -> tuple[str, str]:
    """A file's name without and with nothing but its harmless extension.

    >>> stem_and_extension("Talk.WAV"), stem_and_extension("1.wav.anna")
    (('Talk', '.wav'), ('1.wav.anna', ''))
    """
    extension = PurePath(name).suffix
    if extension.lower() not in KEPT_EXTENSIONS:
        return name, ""
    return name[: -len(extension)], extension.lower()


def plain(name: str) -> str:
    """A name as the same Unicode text on every system.

    Composed and decomposed letters look alike and are one person; bytes that are no UTF-8 are
    spelled out, since a name must be encodable to draw from it.
    """
    composed = unicodedata.normalize("NFC", name)
    return composed.encode("utf-8", "backslashreplace").decode("utf-8")
