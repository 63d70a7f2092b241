"""The rules of a Kaldi data directory, checked as Kaldi's own script checks them.

Source: utils/validate_data_dir.sh and utils/validate_text.pl of Kaldi's wsj recipe, run with
--no-feats, and --no-text where there is no text: of the files, only utt2spk, spk2utt and wav.scp
are missed. Times that are negative or no numbers are objected to here and not there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from voxnym.corpora.kaldi_table import is_there, split_line
from voxnym.corpora.lines import numbered_lines
from voxnym.errors import InputError

_ILLEGAL_WORDS: Final = frozenset(("<s>", "</s>", "#0"))
_BY_UTTERANCE: Final = (
    "text", "utt2dur", "utt2num_frames", "utt2lang", "utt2uniq", "vad.scp", "feats.scp", "utt2warp",
)  # fmt: skip
_BY_SPEAKER: Final = ("spk2gender", "cmvn.scp", "spk2warp")
_BY_RECORDING: Final = ("reco2dur", "reco2file_and_channel")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BLOCK_BYTES: Final = 1 << 20
_NEEDED: Final = ("utt2spk", "spk2utt", "wav.scp")


def violations(folder: Path) -> tuple[str, ...]:
    """What Kaldi's validate_data_dir.sh would object to, one line each; empty if all is well.

    Args:
        folder: a data directory.
    """
    directory = _Directory(folder)
    found = [text for name in _NEEDED for text in directory.missing(name)]
    if not found:
        found = list(_all_rules(directory))
    return tuple(dict.fromkeys((*directory.unread, *found)))


@dataclass
class _Directory:
    """The files of a data directory, each read once."""

    folder: Path
    unread: list[str] = field(default_factory=list)
    _lines: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return is_there(self.folder / name)

    def missing(self, name: str) -> Iterator[str]:
        if not self.has(name):
            yield f"{name}: no such file"
        elif not self.lines(name):
            yield f"{name}: is empty"

    def lines(self, name: str) -> list[tuple[str, str]]:
        """Id and the rest of each line."""
        if name not in self._lines:
            self._lines[name] = list(self._read(name))
        return self._lines[name]

    def ids(self, name: str) -> list[str]:
        return [first for first, _ in self.lines(name)]

    def _read(self, name: str) -> Iterator[tuple[str, str]]:
        path = self.folder / name
        try:
            for number, line in numbered_lines(path):
                fields = split_line(line)
                if fields is None:
                    self.unread.append(f"{name}:{number}: is an empty line")
                else:
                    yield fields
            self.unread.extend(f"{name}: {text}" for text in _ends_of_lines(path))
        except InputError as error:
            self.unread.append(str(error))


def _ends_of_lines(path: Path) -> Iterator[str]:
    """What is wrong with the ends of a file's lines."""
    last, returns = b"\n", False
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            returns = returns or b"\r" in block
            last = block[-1:]
    if returns:
        yield "holds carriage returns (CR); expected lines that end with LF alone"
    if last != b"\n":
        yield "does not end with the end of a line"


def _all_rules(directory: _Directory) -> Iterator[str]:
    here = [name for name in (*_NEEDED, "segments", *_BY_UTTERANCE, *_BY_SPEAKER, *_BY_RECORDING)
            if directory.has(name)]  # fmt: skip
    for name in here:
        ids = directory.ids(name)
        if any(a >= b for a, b in pairwise(ids)):
            yield f"{name}: not sorted in the order of bytes (LC_ALL=C), or an id stands twice"
    yield from _people(directory)
    yield from _same_ids(directory, here)
    yield from _segments(directory)
    yield from _values(directory, here)
    if directory.has("text"):
        yield from _text(directory)


def _people(directory: _Directory) -> Iterator[str]:
    lines = directory.lines("utt2spk")
    if any(len(speaker.split()) != 1 for _, speaker in lines):
        yield "utt2spk: expected two fields on each line"
    # As `sort -k2` does: by speaker, and by the whole line where that is the same.
    if lines != sorted(lines, key=lambda fields: (fields[1], " ".join(fields))):
        yield (
            "utt2spk: not sorted by speaker at the same time; make the speaker's id the beginning "
            "of the utterance's"
        )
    inverse = [(name, speaker) for speaker, said in directory.lines("spk2utt")
               for name in said.split()]  # fmt: skip
    if inverse != lines:
        yield "spk2utt: is not the inverse of utt2spk"


def _same_ids(directory: _Directory, here: list[str]) -> Iterator[str]:
    utterances = directory.ids("utt2spk")
    for name in (one for one in here if one in _BY_UTTERANCE or one == "segments"):
        if directory.ids(name) != utterances:
            yield f"{name}: has other utterances than utt2spk"
    for name in (one for one in here if one in _BY_SPEAKER):
        if directory.ids(name) != directory.ids("spk2utt"):
            yield f"{name}: has other speakers than spk2utt"
    if "segments" in here:
        recordings = sorted({rest.split(maxsplit=1)[0] for _, rest in directory.lines("segments")
                             if rest})  # fmt: skip
        against = "segments"
    else:
        recordings, against = utterances, "utt2spk"
    for name in ("wav.scp", *(one for one in here if one in _BY_RECORDING)):
        if directory.ids(name) != recordings:
            yield f"{name}: has other recordings than {against}"


def _segments(directory: _Directory) -> Iterator[str]:
    for name, rest in directory.lines("segments") if directory.has("segments") else ():
        fields = rest.split()
        start, end = (_number(text) for text in (fields[1:] if len(fields) == 3 else ("", "")))
        if start is None or end is None or not 0 <= start < end:
            yield (
                f"segments: the line of {name} is not: utterance, recording, start and a later end"
            )


def _values(directory: _Directory, here: list[str]) -> Iterator[str]:
    for name in here:
        rule = _RULES.get(name)
        if rule is not None and not all(rule(rest) for _, rest in directory.lines(name)):
            yield f"{name}: a value that cannot be"


def _text(directory: _Directory) -> Iterator[str]:
    for name, rest in directory.lines("text"):
        if _ILLEGAL_WORDS & set(rest.split()):
            yield f"text: {name} has a word that Kaldi keeps for itself"
        if any(letter.isspace() and letter not in " \t" for letter in rest):
            yield f"text: {name} has unusual white space"
        if _CONTROL.search(rest):
            yield f"text: {name} has control characters"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _between(lowest: float, highest: float) -> Callable[[str], bool]:
    def rule(text: str) -> bool:
        value = _number(text)
        return value is not None and lowest < value < highest

    return rule


_RULES: Final[dict[str, Callable[[str], bool]]] = {
    "wav.scp": lambda text: bool(text) and not text.startswith("~"),
    "spk2gender": lambda text: text in ("f", "m"),
    "spk2warp": _between(0.5, 1.5),
    "utt2warp": _between(0.5, 1.5),
    "utt2dur": _between(0.0, math.inf),
    "reco2dur": _between(0.0, math.inf),
    "reco2file_and_channel": lambda text: len(text.split()) == 2 and text.split()[1] in ("A", "B"),
    "utt2num_frames": lambda text: text.isascii() and text.isdigit() and len(text.strip("0")) > 0,
}
