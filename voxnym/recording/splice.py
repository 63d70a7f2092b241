"""One person's stretches of a recording, joined into a stream of their own and put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.recording.cast import ENDLESS
from voxnym.records import Block


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples of a stream that lie at `place` in the recording."""

    place: int
    samples: Block


class Splice:
    """Takes a person's stretches out of a recording that comes in blocks, and knows the way back.

    Pauses between stretches become silence, and long ones become short: what a codec needs to
    give out its last samples and no more. So the cost of a person goes by how long they speak.

    Args:
        stretches: (count, 2) samples of the recording, ascending.
        margin: samples of context that a stretch gets on both sides, so that codecs see no edge
            where the voice comes in.
        pause: the longest pause, samples: at least the codec's look-ahead.
    """

    def __init__(self, stretches: NDArray[np.int64], margin: int, pause: int) -> None:
        self._starts, self._ends = _widened(stretches, margin)
        gaps = np.minimum(self._starts[1:] - self._ends[:-1], pause)
        sizes = np.minimum(self._ends, ENDLESS) - self._starts
        self._offsets = np.concatenate([[0], np.cumsum(sizes[:-1] + gaps)]).astype(np.int64)
        self._gaps = np.append(gaps, 0)
        self._next = 0
        self._given = 0

    @property
    def begins(self) -> int:
        """The first sample of the recording that this person needs."""
        return int(self._starts[0])

    @property
    def ended(self) -> bool:
        """Whether all stretches have been taken in."""
        return self._next == self._starts.size

    @property
    def complete_to(self) -> int:
        """Up to which sample of the recording everything has been given back."""
        at = int(np.searchsorted(self._offsets, self._given, "right")) - 1
        place = int(self._starts[at]) + self._given - int(self._offsets[at])
        if place < self._ends[at]:
            return place
        return int(self._starts[at + 1]) if at + 1 < self._starts.size else ENDLESS

    def take(self, block: Block, first: int) -> Iterator[Block]:
        """Pieces of the stream that a block (n,) beginning at sample `first` completes."""
        last = first + block.size
        while not self.ended and self._starts[self._next] < last:
            start, end = int(self._starts[self._next]), int(self._ends[self._next])
            yield block[max(start - first, 0) : end - first]
            if end > last:
                return
            yield np.zeros(int(self._gaps[self._next]), np.float32)
            self._next += 1

    def give(self, samples: Block) -> Iterator[Piece]:
        """Where the next (n,) samples of the stream belong; silence between stretches goes."""
        while samples.size:
            at = int(np.searchsorted(self._offsets, self._given, "right")) - 1
            inside = self._given - int(self._offsets[at])
            left = int(self._ends[at] - self._starts[at]) - inside
            end = int(self._offsets[at + 1]) if at + 1 < self._offsets.size else ENDLESS
            room = min(samples.size, end - self._given)
            if left > 0:
                yield Piece(int(self._starts[at]) + inside, samples[: min(room, left)])
            self._given += room
            samples = samples[room:]


def _widened(
    stretches: NDArray[np.int64], margin: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stretches with context; those that touch then are one."""
    starts = np.maximum(stretches[:, 0] - margin, 0)
    ends = np.minimum(stretches[:, 1], ENDLESS - margin) + margin
    apart = starts[1:] > ends[:-1]
    return starts[np.append(True, apart)], ends[np.append(apart, True)]
