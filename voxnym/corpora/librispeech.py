"""LibriSpeech as it is published: SUBSET/READER/CHAPTER/READER-CHAPTER-NUMBER.flac.

Transcripts stand in READER-CHAPTER.trans.txt beside the audio, genders in SPEAKERS.TXT at the top.

Source: Panayotov, Chen, Povey, Khudanpur, "LibriSpeech: an ASR corpus based on public domain audio
books", ICASSP 2015; README.TXT of the corpus.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from voxnym.corpora.corpus import Corpus
from voxnym.corpora.fields import gender_of
from voxnym.corpora.kaldi_table import read_table
from voxnym.corpora.lines import is_plain_file, names_in, numbered_lines, refused
from voxnym.corpora.published import as_corpus, files_below, sounds_below
from voxnym.corpora.tree import Tree
from voxnym.records import Gender, Utterance

SPEAKERS: Final = "SPEAKERS.TXT"
_SUBSET: Final = re.compile(r"(train|dev|test)-(?:clean|other)(?:-\d+)?")
_NAME: Final = re.compile(r"(\d+)-(\d+)-\d{4}")
_TRIED: Final = 5
_TRANSCRIPTS: Final = re.compile(r"(?:.*/)?\d+-\d+\.trans\.txt")


def is_librispeech(folder: Path) -> bool:
    """Whether a folder is the corpus, or one of its subsets.

    A few folders of readers are looked into: LibriTTS calls its subsets the same.
    """
    if _SUBSET.fullmatch(folder.name):
        return _has_chapters(folder)
    subsets = (folder / name for name in names_in(folder) if _SUBSET.fullmatch(name))
    return any(_has_chapters(subset) for subset in subsets)


def _has_chapters(subset: Path) -> bool:
    readers = [name for name in names_in(subset) if name.isdecimal()][:_TRIED]
    chapters = [
        subset / reader / name
        for reader in readers
        for name in names_in(subset / reader)[:_TRIED]
        if name.isdecimal()
    ]
    return any(
        _NAME.fullmatch(Path(name).stem) is not None for each in chapters for name in names_in(each)
    )


def read_librispeech(tree: Tree) -> Corpus:
    """All readers below the corpus's folder.

    The splits are "train", "dev" and "test", after the subset's name; the session of an utterance
    is its chapter (`voxnym.corpora.sessions`).

    Args:
        tree: its home is the corpus's folder, or that of one subset.

    Raises:
        InputError: no recording there, one that stands twice, or a table that cannot be right.
    """
    genders = _genders(tree.home)
    texts = _texts(tree.home)
    rows = tuple(_rows(tree.home, genders, texts))
    notes = []
    untold = len({one.speaker for _, one in rows if one.gender == "unknown"})
    if untold:
        notes.append(f"{SPEAKERS}: says nothing of the gender of {untold} readers")
    silent = sum(one.text is None for _, one in rows)
    if silent:
        notes.append(f"{silent} utterances have no transcript")
    return as_corpus(tree, rows, notes)


def _rows(
    home: Path, genders: Mapping[str, Gender], texts: Mapping[str, str]
) -> Iterator[tuple[str, Utterance]]:
    for path, found in sounds_below(home, _NAME):
        parts = (home.name, *path.split("/"))
        subsets = [match[1] for part in parts if (match := _SUBSET.match(part))]
        yield (
            path,
            Utterance(
                found[0],
                path,
                speaker=found[1],
                gender=genders.get(found[1], "unknown"),
                text=texts.get(found[0]),
                language="en",
                split=subsets[-1] if subsets else None,
            ),
        )


def _genders(home: Path) -> dict[str, Gender]:
    """Reader to gender, from the table in this folder or, for a subset, above it."""
    for folder in (home, home.parent):
        file = folder / SPEAKERS
        if is_plain_file(file):
            return dict(_speakers(file))
    return {}


def _speakers(file: Path) -> Iterator[tuple[str, Gender]]:
    for number, line in numbered_lines(file):
        if line.startswith(";") or not line.strip():
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) < 3 or not fields[0].isdecimal():
            raise refused(file, number, "expected READER | F or M | SUBSET | …")
        yield fields[0], gender_of(fields[1])


def _texts(home: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files_below(home):
        if _TRANSCRIPTS.fullmatch(path):
            table = read_table(home / path, "utterance")
            found.update((name, text) for name, (_, text) in table.items())
    return found
