"""Anonymized speech in batches of 3 s pieces, for training by Lightning."""

from __future__ import annotations

from pathlib import Path

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from voxnym.errors import InputError
from voxnym.training.rows import EveryRow, Waves, crop, rows_of, split
from voxnym.training.waves import FileWaves, waves_at

Batch = tuple[Tensor, Tensor]


class Pieces(Dataset[Batch]):
    """Pieces of utterances by (row, visit).

    Args:
        waves: utterances.
        rows: (rows,) numbers of utterances.
        seconds: length of a piece.
        seed: of the places where they are cut.
    """

    def __init__(self, waves: Waves, rows: NDArray[np.intp], seconds: float, seed: int) -> None:
        self._waves = waves
        self._rows = rows
        self._people = waves.people
        self._seconds = seconds
        self._seed = seed

    def __len__(self) -> int:
        """Rows of an epoch."""
        return int(self._rows.size)

    def __getitem__(self, place: tuple[int, int]) -> Batch:
        """(n,) samples, and the number of the person."""
        row, visit = place
        number = int(self._rows[row])
        piece = crop(self._waves.whole(number), self._seconds, self._seed, visit, row)
        return torch.from_numpy(np.array(piece)), torch.tensor(int(self._people[number]))


class AnonymizedSpeech(lightning.LightningDataModule):
    """Utterances of people as a system gives them, with the people's names.

    Args:
        path: Kaldi folder, lhotse or our manifest, or a folder with a sub-folder of audio files
            for each person.
        part: only utterances that the corpus names so ("train").
        batch: pieces in a step.
        seconds: length of a piece; utterances shorter than that are not used.
        validation_share: of the utterances, kept apart; their speakers are known, other words.
        seed: of the split, the order and the places of the cuts.
        workers: processes that read.

    Source: VoicePrivacy 2024 recipe: 3 s pieces, batches of 256, 10 % of utterances held out.
    """

    def __init__(
        self,
        path: str = "",
        part: str | None = None,
        batch: int = 256,
        seconds: float = 3.0,
        validation_share: float = 0.1,
        seed: int = 0,
        workers: int = 0,
    ) -> None:
        super().__init__()
        if batch < 1 or seconds <= 0:
            raise InputError(f"batch={batch}, seconds={seconds}: expected above 0")
        self._path = path
        self._part = part
        self._batch = batch
        self._seconds = seconds
        self._share = validation_share
        self._seed = seed
        self._workers = workers
        self._waves: FileWaves | None = None
        self._sides: tuple[Pieces, ...] = ()

    @classmethod
    def of(
        cls, learned: Waves, held_out: Waves, *, batch: int, seconds: float, seed: int
    ) -> AnonymizedSpeech:
        """Speech that is already at hand.

        Args:
            learned: utterances to learn from.
            held_out: others of the same people.
            batch: pieces in a step.
            seconds: length of a piece.
            seed: of the order and the places of the cuts.
        """
        speech = cls(batch=batch, seconds=seconds, seed=seed)
        speech._sides = tuple(
            Pieces(waves, rows_of(waves, range(waves.people.size), seconds), seconds, seed)
            for waves in (learned, held_out)
        )
        return speech

    @property
    def rows(self) -> int:
        """Pieces of an epoch, once the speech is known."""
        return len(self._sides[0])

    @property
    def people(self) -> int:
        """Number of people in the speech."""
        return self._found().count

    def setup(self, stage: str) -> None:
        """Find the utterances and count their chunks.

        Raises:
            InputError: no speech there, or too little.
        """
        if not self._sides:
            waves = self._found()
            self._sides = tuple(
                Pieces(
                    waves, rows_of(waves, side.tolist(), self._seconds), self._seconds, self._seed
                )
                for side in split(waves.people, self._share, self._seed)
            )

    def train_dataloader(self) -> DataLoader[Batch]:
        """Pieces to learn from, in another order and cut elsewhere at every epoch."""
        return self._loader(self._sides[0], is_shuffled=True)

    def val_dataloader(self) -> DataLoader[Batch]:
        """Pieces of the utterances that were kept apart, always the same."""
        return self._loader(self._sides[1], is_shuffled=False)

    def _found(self) -> FileWaves:
        if self._waves is None:
            if not self._path:
                raise InputError("no speech to train on: name a corpus or folder with data.path")
            self._waves = waves_at(Path(self._path), self._part)
        return self._waves

    def _loader(self, pieces: Pieces, *, is_shuffled: bool) -> DataLoader[Batch]:
        return DataLoader(
            pieces,
            batch_size=self._batch,
            sampler=EveryRow(len(pieces), self._seed, is_shuffled=is_shuffled),
            num_workers=self._workers,
            persistent_workers=self._workers > 0,
        )
