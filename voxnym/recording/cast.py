"""Who speaks when: every moment of a recording belongs to exactly one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Who

CROSSFADE_S = 0.01
ENDLESS = 2**62


@dataclass(frozen=True, eq=False)
class Cast:
    """The people of a recording and the stretches in which each has the floor.

    Args:
        people: for whom voices are drawn.
        starts_s: where stretches begin, seconds, ascending from 0; each ends where the next
            begins, the last one with the recording.
        owners: whose each stretch is, index into `people`.
        nobody: which of the people stands for what is nobody's turn, if one does.
    """

    people: tuple[Who, ...]
    starts_s: NDArray[np.float64]
    owners: NDArray[np.int64]
    nobody: int | None = None

    @classmethod
    def of(cls, who: Who) -> Cast:
        """One person alone."""
        return cls((who,), np.zeros(1), np.zeros(1, np.int64))

    def starts(self, rate: int) -> NDArray[np.int64]:
        """First samples of the stretches at `rate` Hz."""
        return np.rint(self.starts_s * rate).astype(np.int64)

    def split(self, first: int, last: int, rate: int) -> Iterator[tuple[int, slice]]:
        """The owners of samples `first` to `last`, in order, with slices counted from `first`."""
        starts = self.starts(rate)
        begin = int(np.searchsorted(starts, first, "right")) - 1
        while first < last and begin < starts.size:
            stop = last if begin + 1 == starts.size else min(last, int(starts[begin + 1]))
            if stop > first:
                yield int(self.owners[begin]), slice(first, stop)
            first, begin = max(first, stop), begin + 1

    def stretches(self, person: int, rate: int) -> NDArray[np.int64]:
        """Samples at `rate` Hz in which one person has the floor, (count, 2); `ENDLESS` at last."""
        starts = self.starts(rate)
        ends = np.append(starts[1:], ENDLESS)
        mine = (self.owners == person) & (ends > starts)
        return np.stack([starts[mine], ends[mine]], axis=1)

    def curve(
        self, values: NDArray[np.float64], first: int, last: int, rate: int
    ) -> NDArray[np.float64]:
        """A value for each person as a curve over time, with a short linear fade at each change.

        With a person's 1 among zeros this is their share of each sample; all shares add up to 1.

        Args:
            values: (people,).
            first: sample at `rate` Hz.
            last: the one after the last.
            rate: Hz.

        Returns:
            (last - first,).
        """
        half = CROSSFADE_S * rate / 2
        starts = self.starts(rate)[1:]
        # Values left and right of each change; changes lie further apart than the fade is long.
        near = slice(
            int(np.searchsorted(starts, first - half - 1)),
            int(np.searchsorted(starts, last + half + 1)),
        )
        before = float(values[self.owners[near.start]])
        if near.start == near.stop:
            return np.full(last - first, before)
        after = values[self.owners[1:][near]]
        knots = np.stack([starts[near] - half, starts[near] + half], axis=1).ravel()
        heights = np.stack([np.append(before, after[:-1]), after], axis=1).ravel()
        curve: NDArray[np.float64] = np.interp(np.arange(first, last), knots, heights)
        return curve


@lru_cache(maxsize=64)
def share_of(people: int, person: int) -> NDArray[np.float64]:
    """Values for `Cast.curve` that pick one person out."""
    values = np.zeros(people)
    values[person] = 1.0
    return values
