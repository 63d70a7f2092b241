"""A Kaldi data directory with anonymous recordings.

Paths in wav.scp are relative to the new folder, never absolute: an absolute one would tell of the
machine and of its user's name. Kaldi counts relative paths from where it is started, so start it
there, or put the folder before each path with sed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus
from voxnym.corpora.fields import time_text
from voxnym.corpora.kept import Kept, KeptUtterance
from voxnym.corpora.lines import shown
from voxnym.errors import OutputError

UNKNOWN_WORDS: Final = "<unk>"
"""Stands where a transcript is not written: an empty line would say that nothing is said."""
_MISREAD: Final = re.compile(r"\s.*|.*\s|-|\|.*|.*\||.*:\d+|.*:\d+\[.*\]|~.*|.*\.ark", re.DOTALL)

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")

Lines = Iterable[tuple[str, str]]
File = tuple[str, Iterable[bytes]]


def kaldi_files(corpus: Corpus, kept: Kept) -> Iterator[File]:
    """The files of the new data directory: those that the corpus had, sorted as Kaldi asks.

    Args:
        corpus: as it was read.
        kept: what of it is written.

    Yields:
        A name, and the file's lines.

    Raises:
        OutputError: a speaker with blanks in the name, or a path that Kaldi would misread.
    """
    had = set(corpus.files)
    said = kept.utterances
    if "segments" not in had:
        # Utterance and recording are one thing there, so they have one name.
        recordings = [(one.name, one.session.parts[0][0]) for one in said]
        durations = [(one.name, time_text(one.session.seconds)) for one in said]
    else:
        used = {one.session.id for one in said}
        sessions = [one for one in kept.sessions if one.id in used]
        recordings = [(one.name, one.parts[0][0]) for one in sessions]
        durations = [(one.name, time_text(one.seconds)) for one in sessions]
        yield "segments", _lines((one.name, _segment(one)) for one in said)
    yield "wav.scp", _lines((name, _path(corpus.home, path)) for name, path in recordings)
    if "reco2dur" in had:
        yield "reco2dur", _lines(durations)
    if "utt2dur" in had:
        yield "utt2dur", _lines((one.name, time_text(one.end - one.start)) for one in said)
    if "text" in had:
        yield "text", _lines((one.name, _words(one.text)) for one in said)
    if had & {"utt2spk", "spk2utt"}:
        yield from _people(corpus, said, "spk2gender" in had)
    for name, value_of in _LABELS:
        if name in had:
            yield name, _lines((one.name, value_of(one) or "unknown") for one in said)


_LABELS: Final[tuple[tuple[str, Callable[[KeptUtterance], str | None]], ...]] = (
    ("utt2lang", lambda one: one.was.language),
    ("utt2emo", lambda one: one.was.emotion),
)


def _people(
    corpus: Corpus, said: tuple[KeptUtterance, ...], genders: bool
) -> Iterator[tuple[str, Iterable[bytes]]]:
    speakers: defaultdict[str, list[KeptUtterance]] = defaultdict(list)
    for one in said:
        if one.speaker is None or " " in one.speaker:
            raise OutputError(
                f"{printable(corpus.home)}: speaker {shown(str(one.speaker))}; expected a name "
                "without blanks for each utterance"
            )
        speakers[one.speaker].append(one)
    names = sorted(speakers)
    yield "utt2spk", _lines((one.name, str(one.speaker)) for one in said)
    yield "spk2utt", _lines(
        (name, " ".join(one.name for one in speakers[name])) for name in names
    )  # fmt: skip
    known = [(name, _gender(speakers[name])) for name in names]
    # Kaldi knows no third gender: where one is not known, the file breaks its rules.
    if genders and all(gender != "unknown" for _, gender in known):
        yield "spk2gender", _lines(known)


def _gender(said: list[KeptUtterance]) -> str:
    found = {one.was.gender for one in said}
    return found.pop() if len(found) == 1 else "unknown"


def _segment(one: KeptUtterance) -> str:
    channel = f" {one.channels[0]}" if one.channels else ""
    return f"{one.session.name} {time_text(one.start)} {time_text(one.end)}{channel}"


def _words(text: str | None) -> str:
    if text is None:
        return UNKNOWN_WORDS
    # Ends of lines would begin a new utterance, and Kaldi forbids unusual white space.
    return " ".join(_CONTROL.sub(" ", text).split())


def _path(home: Path, path: str) -> str:
    if _MISREAD.fullmatch(path):
        raise OutputError(
            f"{printable(home)}: Kaldi would misread the path {shown(path)}; expected one without "
            "blanks around it, '|' or ':NUMBER' at its end: rename the recording"
        )
    return path


def _lines(pairs: Lines) -> Iterator[bytes]:
    for name, value in pairs:
        yield f"{name} {value}\n".encode() if value else f"{name}\n".encode()
