"""For whom a pseudo-voice is drawn: the speaker's name, the recording, and how both are found."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from voxnym.corpora.names import plain
from voxnym.records import Scope, Who

SpeakerFrom = Literal["file", "folder"]


def speaker_of(source: Path, folder: Path | None, given: str | None, origin: SpeakerFrom) -> str:
    """The name of the person who speaks in a recording.

    Args:
        source: the recording.
        folder: IN when that is a folder; folder names are counted from there, so that moving
            the whole tree changes no voice.
        given: a name that the user gave; wins.
        origin: whose name to take otherwise: the file's (without extension) or the folder's.

    >>> speaker_of(Path("in/anna/1.wav"), Path("in"), None, "folder")
    'anna'
    >>> speaker_of(Path("in/anna/day2/1.wav"), Path("in"), None, "folder")
    'anna/day2'
    """
    if given is not None:
        return plain(given)
    if origin == "file":
        return plain(source.stem)
    home = source.parent
    if folder is None or home == folder:
        return plain(home.resolve().name)
    return plain(home.relative_to(folder).as_posix())


def who_of(scope: Scope, speaker: str, content: str) -> Who:
    """For whom a recording's pseudo-voice is drawn.

    Scopes file and utterance go by the recording's content, not by its name or place: copies of
    a recording get one voice wherever they lie and in whatever order they come, and two
    recordings that happen to share a name (`a/001.wav`, `b/001.wav`) do not share a voice,
    which would say that they belong together. An utterance is a whole recording as long as
    recordings are not cut into turns; it has its own scope so that its voices never equal those
    of scope file.

    Args:
        scope: how long one pseudo-voice lasts.
        speaker: name of the person.
        content: SHA-256 of the recording's bytes, hexadecimal.

    >>> who_of("file", "anna", "9f86").name, who_of("speaker", "anna", "9f86").name
    ('9f86', 'anna')
    """
    return Who(speaker=speaker, utterance=content, scope=scope)
