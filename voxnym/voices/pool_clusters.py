"""Dense and sparse regions of a pool: its largest and its smallest clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.affinity import Affinity
from voxnym.voices.clustering import affinity_clusters
from voxnym.voices.parts import integers
from voxnym.voices.people import People

RANKED: Final = 10
"""One of so many clusters is drawn, the largest or the smallest ones."""
SHARE: Final = 0.5
"""Of its members, so many are averaged."""
LEAST_MEMBERS: Final = 2
"""A cluster of one person would give away that person's voice."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters to choose from, for each gender and for all together.

    Args:
        members: by gender ("unknown" for all), (rows,) number of the cluster of each row of the
            people, from 0; -1 where it is in none that can be chosen.
    """

    members: Mapping[Gender, NDArray[np.int64]]

    def draw(self, rng: np.random.Generator, gender: Gender) -> tuple[NDArray[np.int64], int]:
        """One of the clusters.

        Returns:
            Rows of its members, and how many of them are to be averaged.

        Raises:
            InputError: a gender that nobody has.
        """
        if gender not in self.members:
            raise InputError(f"gender {gender!r}: nobody in the pool is known to have it")
        labels = self.members[gender]
        rows = np.flatnonzero(labels == rng.integers(labels.max() + 1))
        return rows, max(LEAST_MEMBERS, int(SHARE * rows.size))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For a file."""
        return {f"clusters.{gender}": labels for gender, labels in self.members.items()}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], people: People) -> Self:
        """From `arrays`.

        Raises:
            InputError: parts are missing or do not fit together.
        """
        genders: tuple[Gender, ...] = ("unknown", *sorted(people.genders))
        rows = (len(people.vectors),)
        members = {gender: integers(arrays, f"clusters.{gender}", rows) for gender in genders}
        for gender, labels in members.items():
            found = np.unique(labels[labels >= 0])
            if not found.size or not np.array_equal(found, np.arange(found.size)):
                raise InputError(f"voices: clusters.{gender} are not numbered from 0")
        return cls(members)


def find_clusters(people: People, affinity: Affinity, dense: bool) -> Clusters:
    """The largest or the smallest clusters of people, gender by gender.

    Args:
        people: of a pool.
        affinity: by which they are alike.
        dense: the largest ones.

    Raises:
        InputError: no two people of a gender are in one cluster.

    Source:
        Srivastava et al., "Design choices for x-vector based speaker anonymization", Interspeech
        2020: affinity propagation, one of ten clusters by size, half of its members averaged. That
        at least two are averaged is ours.
    """
    members: dict[Gender, NDArray[np.int64]] = {}
    for gender in ("unknown", *sorted(people.genders)):
        rows = people.rows(gender)
        vectors = people.vectors[rows]
        found = affinity_clusters(affinity.scores(vectors, vectors))
        sizes = np.bincount(found)
        order = np.argsort(-sizes if dense else sizes, kind="stable")
        ranked = order[sizes[order] >= LEAST_MEMBERS][:RANKED]
        if not ranked.size:
            raise InputError(f"gender {gender}: no two of {rows.size} people are in one cluster")
        renamed = np.full(sizes.size, -1)
        renamed[ranked] = np.arange(ranked.size)
        labels = np.full(len(people.vectors), -1)
        labels[rows] = renamed[found]
        members[gender] = labels
    return Clusters(members)
