"""Files that are no recordings: transcripts, tables of speakers, and everything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from voxnym.audio.atomic import is_temporary
from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.names import SOUND_EXTENSIONS, is_journal, journal_leaks, table_leaks
from voxnym.inspecting.shown import wording

_TRANSCRIPTS: Final = frozenset((
    ".txt", ".lab", ".textgrid", ".eaf", ".srt", ".vtt", ".trs", ".cha", ".stm", ".ctm",
    ".trn", ".phn", ".wrd", ".ass", ".ssa", ".sbv", ".ttml", ".mlf", ".antx", ".exb", ".flk",
    ".sub", ".docx", ".doc", ".odt", ".rtf", ".pdf",
))  # fmt: skip
_TABLES: Final = re.compile(
    r"(wav\.scp|utt2spk|spk2utt|segments|utt2dur|utt2num_frames|reco2dur|reco2file_and_channel|utt2uniq"
    r"|.*\.scp|.*\.rttm|.*\.uem|.*\.jsonl|.*\.csv|.*\.tsv|.*\.json)(\.gz)?"
)
_ABOUT_PEOPLE: Final = re.compile(r"(spk|utt|reco)2(gender|lang|age|sex|dialect|accent|name).*")
_PICTURES: Final = frozenset((
    ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".svg",
))  # fmt: skip
_PACKED: Final = frozenset((
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst",
))  # fmt: skip
_KEY: Final = b"voxnym-key-1"
_HEAD_BYTES: Final = 4096


def beside_leaks(path: Path) -> Iterator[Leak]:
    """What a file tells that is no recording.

    Args:
        path: a regular file.

    Raises:
        OSError: the file cannot be read.
    """
    name = path.name.lower()
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if is_journal(path.name):
        yield from journal_leaks(path)
    elif is_temporary(path.name):
        yield Leak(Kind.beside, "", "an unfinished output of a run that was killed")
    elif head.startswith(_KEY):
        yield Leak(
            Kind.beside, "", "a key file: whoever has it can tell which voices belong together"
        )
    elif is_transcript(path):
        yield Leak(Kind.transcript, "", wording(head))
    elif _ABOUT_PEOPLE.fullmatch(name):
        yield Leak(Kind.beside, "", f"says something of each speaker: {wording(head)}")
    elif _TABLES.fullmatch(name):
        yield from table_leaks(path)
    elif path.suffix.lower() in _PICTURES:
        yield Leak(Kind.picture, "", f"{path.stat().st_size} bytes: {wording(head[:64])}")
    elif path.suffix.lower() in _PACKED:
        yield Leak(Kind.unreadable, "", "packed: unpack it, and inspect the folder")
    elif path.suffix.lower() in SOUND_EXTENSIONS:
        yield Leak(Kind.unreadable, "", f"no recording that can be read: {wording(head)}")
    else:
        yield Leak(Kind.beside, "", f"no recording: {wording(head)}")


def is_transcript(path: Path) -> bool:
    """Whether a file holds what is said, as its name tells.

    >>> is_transcript(Path("a/text")), is_transcript(Path("b.TextGrid"))
    (True, True)
    """
    return path.name.lower() == "text" or path.suffix.lower() in _TRANSCRIPTS
