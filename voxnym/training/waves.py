"""Utterances to train on: held in memory, or read from files when they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.formats import READABLE, printable
from voxnym.audio.read import read_audio
from voxnym.audio.resample import resample
from voxnym.corpora.reading import is_corpus, read_corpus
from voxnym.errors import InputError
from voxnym.training.rows import RATE

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class HeldWaves:
    """Utterances in memory.

    Args:
        samples: each (n,) at 16 kHz.
        people: (utterances,) which person it is, 0 to `count` - 1.
        count: number of people.

    Raises:
        InputError: labels that do not fit.
    """

    samples: tuple[Floats, ...]
    people: NDArray[np.intp]
    count: int

    def __post_init__(self) -> None:
        if len(self.samples) != self.people.size or not self.people.size:
            raise InputError(f"{len(self.samples)} utterances, but {self.people.size} labels")
        if self.people.min() < 0 or self.people.max() >= self.count:
            raise InputError(f"labels outside 0 to {self.count - 1}")

    def whole(self, number: int) -> Floats:
        """All samples of an utterance."""
        return self.samples[number]


@dataclass(frozen=True)
class Spoken:
    """Where an utterance lies, and whose it is.

    Args:
        path: the file.
        speaker: name of the person.
        start: seconds.
        end: seconds; None for the end of the file.
        channel: from 0; None for the mean of all.
    """

    path: Path
    speaker: str
    start: float = 0.0
    end: float | None = None
    channel: int | None = None

    def read(self) -> Floats:
        """All samples, (n,) at 16 kHz.

        Raises:
            InputError: it cannot be read.
        """
        audio = read_audio(self.path)
        last = None if self.end is None else round(self.end * audio.rate)
        cut = audio.samples[:, round(self.start * audio.rate) : last]
        if self.channel is None:
            mono = cut.mean(axis=0, keepdims=True, dtype=np.float32)
        elif self.channel < audio.channels:
            mono = cut[self.channel : self.channel + 1]
        else:
            raise InputError(f"{printable(self.path)}: channel {self.channel} of {audio.channels}")
        if not mono.size:
            raise InputError(f"{printable(self.path)}: nothing from {self.start} s on")
        whole = mono if audio.rate == RATE else resample(mono, audio.rate, RATE)
        return np.ascontiguousarray(whole[0], np.float32)


@dataclass(frozen=True, eq=False)
class FileWaves:
    """Utterances in files.

    Args:
        spoken: where they lie.
        names: of the people, sorted; the number of a person counts in them.
    """

    spoken: tuple[Spoken, ...]
    names: tuple[str, ...]

    @property
    def people(self) -> NDArray[np.intp]:
        """(utterances,) which person it is."""
        numbers = {name: number for number, name in enumerate(self.names)}
        return np.array([numbers[each.speaker] for each in self.spoken], np.intp)

    @property
    def count(self) -> int:
        """Number of people."""
        return len(self.names)

    def whole(self, number: int) -> Floats:
        """All samples of an utterance, (n,)."""
        return self.spoken[number].read()


def waves_at(path: Path, split: str | None = None) -> FileWaves:
    """Utterances of a corpus with speakers, or of a folder with a sub-folder for each person.

    Args:
        path: Kaldi folder, lhotse or our manifest; else a folder whose sub-folders, one for each
            person, hold audio files at any depth.
        split: only utterances of this part, where the corpus names parts.

    Raises:
        InputError: nothing there, an utterance without a speaker, or fewer than two people.
    """
    spoken = _of_corpus(path, split) if is_corpus(path) else _of_folder(path)
    names = tuple(sorted({each.speaker for each in spoken}))
    if len(names) < 2:
        raise InputError(
            f"{printable(path)}: {len(spoken)} utterances of {len(names)} people; expected a "
            "corpus with speakers, or a folder with a sub-folder of audio files for each person"
        )
    return FileWaves(tuple(spoken), names)


def _of_corpus(path: Path, split: str | None) -> Sequence[Spoken]:
    corpus = read_corpus(path)
    sources = {each.session_id: each.source for each in corpus.recordings}
    found: list[Spoken] = []
    for each in sorted(corpus.utterances, key=lambda utterance: utterance.id):
        if split is not None and each.split != split:
            continue
        source = sources.get(each.recording)
        if source is None:
            raise InputError(f"{each.id}: no file; training reads files only, not commands")
        if not each.speaker:
            raise InputError(f"{each.id}: no speaker is named")
        found.append(Spoken(source, each.speaker, each.start or 0.0, each.end, each.channel))
    return found


def _of_folder(path: Path) -> Sequence[Spoken]:
    if not path.is_dir():
        raise InputError(f"{printable(path)}: no such folder")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in READABLE and file.is_file() and not file.is_symlink()
    )
    return [
        Spoken(file, parts[0])
        for file in files
        if len(parts := file.relative_to(path).parts) > 1 and not parts[0].startswith(".")
    ]
