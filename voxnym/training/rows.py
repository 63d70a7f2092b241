"""Rows of a training epoch: one for each 3 s chunk of an utterance, cut anew at every visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.training.crops import generator

Floats = NDArray[np.float32]

RATE = 16_000
QUIET = 5e-4
"""Chunks whose mean absolute sample is below this, of full scale, hold no speech."""


class Waves(Protocol):
    """Utterances of people, one channel at 16 kHz."""

    @property
    def people(self) -> NDArray[np.intp]:
        """(utterances,) which person it is."""
        ...

    @property
    def count(self) -> int:
        """Number of people."""
        ...

    def whole(self, number: int) -> Floats:
        """All samples of an utterance, (n,)."""
        ...


def rows_of(waves: Waves, numbers: Sequence[int], seconds: float = 3.0) -> NDArray[np.intp]:
    """The utterances of an epoch, each as often as it has full chunks that are not silent.

    Args:
        waves: utterances.
        numbers: which of them.
        seconds: length of a chunk; shorter utterances are never used.

    Raises:
        InputError: no chunk anywhere.

    Source: VoicePrivacy 2024, preparation of the verification model's training list.
    """
    rows: list[int] = []
    length = round(seconds * RATE)
    for number in numbers:
        samples = waves.whole(number)
        chunks = samples[: samples.size // length * length].reshape(-1, length)
        loud = np.abs(chunks).mean(axis=1) >= QUIET if chunks.size else np.zeros(0, np.bool_)
        rows += [number] * int(loud.sum())
    if not rows:
        raise InputError(
            f"none of {len(numbers)} utterances has {seconds} s of speech: nothing to train on"
        )
    return np.array(rows, np.intp)


def split(
    people: NDArray[np.intp], share: float, seed: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Utterances to learn from and to validate with: the same people on both sides.

    Args:
        people: (utterances,) which person it is.
        share: of the utterances for validation, above 0, below 1.
        seed: of the choice.

    Returns:
        Numbers of utterances, sorted.

    Raises:
        InputError: no share, or too few utterances for both sides.
    """
    if not 0 < share < 1:
        raise InputError(f"share={share}: expected above 0 and below 1")
    order = generator(seed, "split").permutation(people.size)
    held_out = max(1, round(share * people.size))
    if people.size - held_out < 1:
        raise InputError(f"{people.size} utterances are too few to hold some out")
    return np.sort(order[held_out:]), np.sort(order[:held_out])


def crop(samples: Floats, seconds: float, seed: int, visit: int, row: int) -> Floats:
    """A stretch of an utterance, another one at each visit.

    Args:
        samples: (n,); shorter ones are repeated.
        seconds: length of the stretch.
        seed: of the training.
        visit: number of the epoch.
        row: number of the row.
    """
    length = round(seconds * RATE)
    if samples.size < length:
        samples = np.tile(samples, -(-length // max(samples.size, 1)))
    start = int(generator(seed, "crop", visit, row).integers(samples.size - length + 1))
    return samples[start : start + length]


class EveryRow:
    """Rows in another order at each epoch; what a data loader draws from.

    The order follows from seed and epoch alone, so a training that is taken up again after an
    epoch sees the same pieces as one that was never stopped.

    Args:
        count: rows.
        seed: of the training.
        is_shuffled: else in order, and always cut at the same places.
    """

    def __init__(self, count: int, seed: int, *, is_shuffled: bool) -> None:
        self._count = count
        self._seed = seed
        self._is_shuffled = is_shuffled
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer before each epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Rows of an epoch."""
        return self._count

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """(row, visit) pairs."""
        if not self._is_shuffled:
            yield from ((row, 0) for row in range(self._count))
            return
        order = generator(self._seed, "order", self._epoch).permutation(self._count)
        yield from ((int(row), self._epoch) for row in order)
