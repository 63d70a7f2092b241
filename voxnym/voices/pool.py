"""Embeddings of real people, which models of voices are fitted to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Pool:
    """Vectors of people, one or several of each.

    Args:
        vectors: (rows, dims), finite.
        speakers: (rows,) whose each is; the same name for several of one person.
        genders: (rows,) "f", "m" or "unknown".
        embedder: id of what made the vectors; others cannot be mixed with them.

    Raises:
        InputError: lengths that differ, no rows, vectors that are not finite, or one person with
            two genders.
    """

    vectors: Floats
    speakers: tuple[str, ...]
    genders: tuple[Gender, ...]
    embedder: str

    def __post_init__(self) -> None:
        vectors = np.asarray(self.vectors, np.float64)
        rows = len(vectors)
        if vectors.ndim != 2 or not vectors.size:
            raise InputError(f"pool vectors of shape {vectors.shape}: expected (rows, dims)")
        if len(self.speakers) != rows or len(self.genders) != rows:
            raise InputError(
                f"{rows} vectors, {len(self.speakers)} speakers, {len(self.genders)} genders: "
                "expected as many of each"
            )
        if not np.isfinite(vectors).all():
            raise InputError("pool vectors hold NaN or infinity")
        of_person = dict(zip(self.speakers, self.genders, strict=True))
        for name, gender in zip(self.speakers, self.genders, strict=True):
            if of_person[name] != gender:
                raise InputError(f"{name}: has two genders in the pool")
        object.__setattr__(self, "vectors", vectors)

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @property
    def people(self) -> int:
        """How many different people."""
        return len(set(self.speakers))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything in it, hexadecimal; the order of rows does not matter."""
        rows = sorted(
            (name, gender, vector.tobytes())
            for name, gender, vector in zip(self.speakers, self.genders, self.vectors, strict=True)
        )
        return hashlib.sha256(repr((self.embedder, rows)).encode()).hexdigest()

    def means(self) -> Pool:
        """One row for each person, sorted by name: the mean of theirs, not normalised."""
        names, owner = np.unique(np.asarray(self.speakers), return_inverse=True)
        sums = np.zeros((names.size, self.dims))
        np.add.at(sums, owner, self.vectors)
        of_person = dict(zip(self.speakers, self.genders, strict=True))
        people = tuple(str(name) for name in names)
        return Pool(
            sums / np.bincount(owner)[:, None],
            people,
            tuple(of_person[name] for name in people),
            self.embedder,
        )

    def of_gender(self, *genders: Gender) -> Pool:
        """Only people of these genders.

        Raises:
            InputError: there are none.
        """
        return self._kept([i for i, each in enumerate(self.genders) if each in genders])

    def of_speakers(self, names: Sequence[str]) -> Pool:
        """Only these people.

        Raises:
            InputError: there are none.
        """
        wanted = set(names)
        return self._kept([i for i, each in enumerate(self.speakers) if each in wanted])

    def _kept(self, rows: list[int]) -> Pool:
        if not rows:
            raise InputError("nobody of the pool is left")
        return Pool(
            self.vectors[rows],
            tuple(self.speakers[i] for i in rows),
            tuple(self.genders[i] for i in rows),
            self.embedder,
        )
