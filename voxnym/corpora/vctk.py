"""VCTK as it is published: wav48/p225/p225_001.wav, or wav48_silence_trimmed/…_mic1.flac (0.92).

Texts stand in txt/p225/p225_001.txt, genders and accents in speaker-info.txt.

Source: Yamagishi, Veaux, MacDonald, "CSTR VCTK Corpus: English Multi-speaker Corpus for CSTR Voice
Cloning Toolkit", University of Edinburgh, versions 0.80 and 0.92.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from voxnym.corpora.corpus import Corpus
from voxnym.corpora.fields import gender_of
from voxnym.corpora.lines import is_folder, is_plain_file, numbered_lines
from voxnym.corpora.published import as_corpus, sounds_below
from voxnym.corpora.tree import Tree
from voxnym.records import Gender, Utterance

TABLE: Final = "speaker-info.txt"
AUDIO: Final = ("wav48_silence_trimmed", "wav48", "wav16")
_NAME: Final = re.compile(r"((?:p|s)\d+)_(\d{3})(?:_mic([12]))?")


def is_vctk(folder: Path) -> bool:
    """Whether a folder holds VCTK's folders of audio."""
    return any(is_folder(folder / name) for name in AUDIO) and (
        is_plain_file(folder / TABLE) or is_folder(folder / "txt")
    )


def read_vctk(tree: Tree, microphone: int = 1) -> Corpus:
    """All speakers of VCTK.

    Version 0.92 has every sentence from two microphones at once. One of them is read: both would
    put the same sound on two sides of a trial. The first 24 sentences are the same for all.
    Nothing is known of sessions.

    Args:
        tree: its home is the corpus's folder.
        microphone: 1 or 2.

    Raises:
        InputError: no recording there, or one that stands twice.
    """
    home = tree.home
    genders = _genders(home / TABLE)
    left_out = 0
    rows: list[tuple[str, Utterance]] = []
    audio = next((name for name in AUDIO if is_folder(home / name)), "")
    for path, found in sounds_below(home / audio, _NAME):
        if found[3] not in (None, str(microphone)):
            left_out += 1
            continue
        id = f"{found[1]}_{found[2]}"
        gender = genders.get(found[1], "unknown")
        text = _text(home / "txt" / found[1] / f"{id}.txt")
        whole = f"{audio}/{path}" if audio else path
        rows.append(
            (whole, Utterance(id, whole, speaker=found[1], gender=gender, text=text, language="en"))
        )
    notes = []
    if left_out:
        notes.append(f"{left_out} recordings of the other microphone are left out")
    silent = sum(one.text is None for _, one in rows)
    if silent:
        notes.append(f"{silent} utterances have no transcript")
    return as_corpus(tree, rows, notes)


def _genders(file: Path) -> Mapping[str, Gender]:
    """Speaker to gender; version 0.80 leaves the p of the names out."""
    return dict(_speakers(file)) if is_plain_file(file) else {}


def _speakers(file: Path) -> Iterator[tuple[str, Gender]]:
    for _, line in numbered_lines(file):
        fields = line.split()
        if len(fields) >= 3 and fields[0] != "ID":
            name = f"p{fields[0]}" if fields[0].isdecimal() else fields[0]
            yield name, gender_of(fields[2])


def _text(file: Path) -> str | None:
    if not is_plain_file(file):
        return None
    return " ".join(line.strip() for _, line in numbered_lines(file)).strip()
