"""Names that say nothing, names that may say something, and tables of them.

A pseudonym is ten base32 characters; names may join several of them. A person's name of ten capital
letters looks the same, which no program can tell.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from voxnym.audio.formats import READABLE
from voxnym.inspecting.fields import fields_of, is_of_people, is_text
from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened
from voxnym.inspecting.window import BLOCK_BYTES, MOST_STEPS
from voxnym.keys import PSEUDONYM_CHARACTERS

_TEXT_EXTENSIONS: Final = frozenset(
    (".rttm", ".ctm", ".srt", ".vtt", ".txt", ".csv", ".tsv", ".jsonl")
)
_JOURNAL: Final = re.compile(r"\.voxnym-journal(-\d+-of-\d+)?\.jsonl")
# Names that formats of corpora prescribe, and the folder in which VoxNym puts their audio.
_PRESCRIBED: Final = re.compile(
    r"wav\.scp|segments|utt2spk|spk2utt|spk2gender|text|utt2dur|reco2dur|recordings"
    r"|(recordings|supervisions|cuts)\.jsonl(\.gz)?|manifest\.(csv|tsv|jsonl)"
)
SOUND_EXTENSIONS: Final = READABLE | frozenset(
    (".m4a", ".mp4", ".m4b", ".m4v", ".mov", ".mkv", ".mka", ".webm", ".aac", ".adts", ".avi",
     ".sph", ".nist", ".mp2", ".mpga", ".spx", ".wv", ".ape", ".mpc", ".wma", ".amr", ".tta",
     ".3gp")
)  # fmt: skip
_PSEUDONYM: Final = rf"[A-Z2-7]{{{PSEUDONYM_CHARACTERS}}}"
_NAME: Final = re.compile(rf"{_PSEUDONYM}(?:[-_.]{_PSEUDONYM})*")
_NUMBER: Final = re.compile(r"[-+]?\d{1,12}(\.\d{1,12})?([eE][-+]?\d{1,3})?")
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{16,64}")
_PLACED: Final = re.compile(rb'"sha256": "([0-9a-f]{64})"')
_MOST_JOURNAL_BYTES: Final = 256 << 20
_WORD: Final = re.compile(r"[^\s,;:\"'{}\[\]()/\\<>=]+")
_LONGEST_WORD: Final = 1 << 12
_SHOWN_WORDS: Final = 5
# What the formats of tables say themselves: RTTM, lhotse, CSV headings.
_FORMAT_WORDS: Final = frozenset((
    "SPEAKER", "NA", "RTTM", "recordings", "id", "ids", "recording", "recording_id", "utterance",
    "utterance_id",
    "utt_id", "speaker", "speaker_id", "spk_id", "start", "end", "begin", "offset",
    "duration", "channel", "channels", "channel_ids", "sampling_rate", "num_samples", "rate",
    "sources", "source", "type", "file", "path", "audio", "audio_filepath", "wav", "wavs",
    "length", "supervisions", "features", "custom", "null", "true", "false", "MonoCut",
    "MultiCut", "Recording", "SupervisionSegment", ".", "..", "-",
))  # fmt: skip
_JOURNAL_WORDS: Final = frozenset((
    "kind", "key", "version", "salt", "placing", "place", "id", "sha256", "size", "done",
    "end", "sum", "check", "state",
))  # fmt: skip


def is_pseudonym(text: str) -> bool:
    """Whether a name is made of pseudonyms alone.

    >>> is_pseudonym("657O6XWWNW"), is_pseudonym("657O6XWWNW-ABCDEFGHIJ"), is_pseudonym("anna")
    (True, True, False)
    """
    return _NAME.fullmatch(text) is not None


def is_journal(name: str) -> bool:
    """Whether a file of this name is the journal of a run or of a part of one.

    >>> is_journal(".voxnym-journal.jsonl"), is_journal(".voxnym-journal-2-of-8.jsonl")
    (True, True)
    """
    return _JOURNAL.fullmatch(name) is not None


def name_leaks(path: Path) -> Iterator[Leak]:
    """The name of a file or folder, unless it is a pseudonym or a format prescribes it."""
    if _PRESCRIBED.fullmatch(path.name):
        return
    known = path.suffix.lower() in SOUND_EXTENSIONS | _TEXT_EXTENSIONS
    stem = path.stem if known else path.name
    if not is_pseudonym(stem):
        yield Leak(Kind.name, "", shortened(path.name))


def table_leaks(path: Path) -> Iterator[Leak]:
    """What a table of ids, paths and times holds beyond pseudonyms and numbers.

    Raises:
        OSError: the file cannot be read.
    """
    yield from _field_leaks(path)
    yield from _foreign(path, _is_quiet, "words that are no pseudonyms")


def journal_leaks(path: Path) -> Iterator[Leak]:
    """What the journal of an output folder holds beyond keyed hashes.

    Raises:
        OSError: the file cannot be read.
    """
    yield from _foreign(path, _is_hash, "words that no journal holds")


def placed_hashes(journal: Path) -> frozenset[str]:
    """SHA-256 of every output that a journal says was put in its place, hexadecimal."""
    try:
        with journal.open("rb") as file:
            text = file.read(_MOST_JOURNAL_BYTES)
    except OSError:
        return frozenset()
    return frozenset(found.decode("ascii") for found in _PLACED.findall(text))


def _foreign(path: Path, quiet: Callable[[str], bool], what: str) -> Iterator[Leak]:
    seen: dict[str, None] = {}
    try:
        for count, word in enumerate(_words(path)):
            if not quiet(word):
                seen[word] = None
            if len(seen) >= _SHOWN_WORDS:
                break
            if count > MOST_STEPS:
                text = f"more than {MOST_STEPS} words: the rest was not looked at"
                yield Leak(Kind.unreadable, "", text)
                break
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Leak(Kind.unreadable, "", f"packed data that cannot be undone ({error})")
    if seen:
        more = " …" if len(seen) >= _SHOWN_WORDS else ""
        yield Leak(Kind.name, "", f"{what}: {shortened(', '.join(seen))}{more}")


def _field_leaks(path: Path) -> Iterator[Leak]:
    """The first text of a table, and the fields that say something of each speaker."""
    seen: set[str] = set()
    try:
        for count, (field, value) in enumerate(fields_of(path) or ()):
            if count > MOST_STEPS:
                break
            if field in seen or not value.strip():
                continue
            if is_text(field):
                seen.add(field)
                yield Leak(Kind.transcript, field, shortened(value))
            elif is_of_people(field):
                seen.add(field)
                yield Leak(Kind.beside, field, f"says something of speakers: {shortened(value)}")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return


def _words(path: Path) -> Iterator[str]:
    cells = fields_of(path)
    if cells is None:
        yield from _all_words(path)
        return
    for field, value in cells:
        if not is_text(field) and not is_of_people(field):
            yield from _WORD.findall(value)


def _all_words(path: Path) -> Iterator[str]:
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        left = b""
        while block := file.read(BLOCK_BYTES):
            # A word may go on in the next block; one without an end does not grow for ever.
            whole, gap, left = (left + block).rpartition(b"\n")
            if not gap and len(left) > _LONGEST_WORD:
                whole, left = left, b""
            yield from _WORD.findall(whole.decode("utf-8", "replace"))
        yield from _WORD.findall(left.decode("utf-8", "replace"))


def _is_quiet(word: str) -> bool:
    if word in _FORMAT_WORDS or _NUMBER.fullmatch(word):
        return True
    path = Path(word)
    known = path.suffix.lower() in SOUND_EXTENSIONS
    return is_pseudonym(path.stem if known else word)


def _is_hash(word: str) -> bool:
    known = word in _JOURNAL_WORDS or _HEXADECIMAL.fullmatch(word) or _NUMBER.fullmatch(word)
    return bool(known)
