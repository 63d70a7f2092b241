"""Pieces of spectrograms for a training step; every choice follows from the seed and the step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Spectrograms of people.

    Args:
        mels: each (frames, bands), power, 0 or more.
        people: (clips,) which person it is, 0 to `count` - 1.
        count: number of people.

    Raises:
        InputError: nothing there, labels that do not fit, or a clip without frames.
    """

    mels: tuple[Floats, ...]
    people: NDArray[np.intp]
    count: int

    def __post_init__(self) -> None:
        if not self.mels:
            raise InputError("no clips to train on")
        if len(self.mels) != self.people.size:
            raise InputError(f"{len(self.mels)} clips, but {self.people.size} labels")
        if self.people.min() < 0 or self.people.max() >= self.count:
            raise InputError(f"labels outside 0 to {self.count - 1}")
        if any(mel.shape[0] == 0 for mel in self.mels):
            raise InputError("a clip without a frame")

    @property
    def frames(self) -> int:
        """Frames of all clips together."""
        return sum(mel.shape[0] for mel in self.mels)

    def of_person(self) -> tuple[NDArray[np.intp], ...]:
        """For each person, the numbers of their clips."""
        order = np.argsort(self.people, kind="stable")
        ends = np.cumsum(np.bincount(self.people, minlength=self.count))
        return tuple(np.split(order, ends[:-1]))


@dataclass(frozen=True)
class Crops:
    """How batches are cut.

    Args:
        batch: pieces in a step, each of another person where there are enough people.
        frames: length of a piece; shorter clips are repeated.
        gain_db: level of a piece is changed by up to this much.
        mask_share: chance that a piece loses a band, and, independently, a stretch of time.
        band_most: widest band that is lost, mel bands.
        stretch_most: longest stretch that is lost, frames.

    Source: masks: Park et al., "SpecAugment", Interspeech 2019, section 2.
    """

    batch: int = 64
    frames: int = 160
    gain_db: float = 6.0
    mask_share: float = 0.5
    band_most: int = 6
    stretch_most: int = 24

    def at(
        self, step: int, seed: int, clips: Labelled, of_person: tuple[NDArray[np.intp], ...]
    ) -> tuple[Floats, NDArray[np.int64]]:
        """The batch of a step.

        Args:
            step: from 0.
            seed: of the training.
            clips: what is cut.
            of_person: `clips.of_person()`, made once.

        Returns:
            (batch, frames, bands) pieces and (batch,) who they are of.
        """
        rng = generator(seed, step)
        there = np.flatnonzero([numbers.size > 0 for numbers in of_person])
        who = rng.choice(there, self.batch, replace=self.batch > there.size)
        pieces = [self._piece(rng, clips, of_person[person]) for person in who]
        return np.stack(pieces), who.astype(np.int64)

    def _piece(
        self, rng: np.random.Generator, clips: Labelled, numbers: NDArray[np.intp]
    ) -> Floats:
        # Longer clips hold more pieces, so they are drawn more often.
        lengths = np.array([clips.mels[number].shape[0] for number in numbers], np.float64)
        mel = clips.mels[numbers[rng.choice(numbers.size, p=lengths / lengths.sum())]]
        mel = filled(mel, self.frames)
        start = int(rng.integers(mel.shape[0] - self.frames + 1))
        gain = 10 ** (rng.uniform(-self.gain_db, self.gain_db) / 10)
        piece = mel[start : start + self.frames] * np.float32(gain)
        if rng.random() < self.mask_share:
            piece[:, _span(rng, self.band_most, piece.shape[1])] = 0
        if rng.random() < self.mask_share:
            piece[_span(rng, self.stretch_most, piece.shape[0])] = 0
        return np.asarray(piece, np.float32)


def _span(rng: np.random.Generator, most: int, length: int) -> slice:
    width = int(rng.integers(min(most, length) + 1))
    start = int(rng.integers(length - width + 1))
    return slice(start, start + width)


def filled(mel: Floats, frames: int) -> Floats:
    """A clip repeated until it has enough frames.

    >>> filled(np.array([[1.0], [2.0]], np.float32), 3).ravel().tolist()
    [1.0, 2.0, 1.0, 2.0]
    """
    times = -(-frames // mel.shape[0])
    return mel if times <= 1 else np.tile(mel, (times, 1))


def generator(seed: int, *purpose: object) -> np.random.Generator:
    """Random numbers for one purpose, the same whenever it is asked for.

    A training that goes on after a kill needs no saved state of random numbers.
    """
    digest = hashlib.sha256(f"voxnym training/{seed}/{purpose!r}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))
