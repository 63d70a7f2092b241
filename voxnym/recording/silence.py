"""Digital silence: where every sample is exactly zero, and keeping it so.

Editors leave exact zeros between cuts, and a recording that says nothing there must still say
nothing there when its voice has been exchanged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Block

SHORTEST_S = 0.02
FADE_S = 0.005


class SilenceFinder:
    """Collects the runs of exact zeros of a signal that comes in blocks.

    Args:
        rate: Hz.
        shortest_s: shorter runs do not count; speech crosses zero now and then.
    """

    def __init__(self, rate: int, shortest_s: float = SHORTEST_S) -> None:
        self._shortest = max(1, round(shortest_s * rate))
        self._starts: list[NDArray[np.int64]] = []
        self._ends: list[NDArray[np.int64]] = []
        self._position = 0
        self._open: int | None = None

    def add(self, block: Block) -> None:
        """The next (channels, n) samples; a place is silent where all channels are zero."""
        zero = ~block.any(axis=0)
        edges = np.flatnonzero(np.diff(zero.view(np.int8), prepend=np.int8(self._open is not None)))
        edges = edges + self._position
        if self._open is not None:
            edges = np.concatenate([[self._open], edges])
        self._position += zero.size
        self._open = int(edges[-1]) if edges.size % 2 else None
        self._keep(edges[: edges.size // 2 * 2])

    def _keep(self, edges: NDArray[np.int64]) -> None:
        starts, ends = edges[::2], edges[1::2]
        long = ends - starts >= self._shortest
        if long.any():
            self._starts.append(starts[long])
            self._ends.append(ends[long])

    def runs(self) -> NDArray[np.int64]:
        """Runs found so far, (count, 2): first sample, and the one after the last."""
        if self._open is not None:
            self._keep(np.array([self._open, self._position]))
            self._open = None
        if not self._starts:
            return np.zeros((0, 2), np.int64)
        return np.stack([np.concatenate(self._starts), np.concatenate(self._ends)], axis=1)


class SilenceKeeper:
    """Puts runs of digital silence back, with a short fade on the sound beside them.

    Args:
        runs: (count, 2) sample numbers in order, as `SilenceFinder.runs` gives them.
        rate_in: the rate they were counted at, Hz.
        rate_out: the rate of the blocks that will come, Hz.
    """

    def __init__(self, runs: NDArray[np.int64], rate_in: int, rate_out: int) -> None:
        self._starts = -(-runs[:, 0] * rate_out // rate_in)
        self._ends = runs[:, 1] * rate_out // rate_in
        self._fade = max(1, round(FADE_S * rate_out))
        self._position = 0

    def apply(self, block: Block) -> Block:
        """The next (channels, n) samples, silent where the original was."""
        first = self._position
        self._position += block.shape[1]
        return self.at(first, block)

    def at(self, first: int, block: Block) -> Block:
        """The same for (channels, n) samples that begin at sample `first`, in any order."""
        last = first + block.shape[1]
        near = slice(
            int(np.searchsorted(self._ends, first - self._fade)),
            int(np.searchsorted(self._starts, last + self._fade)),
        )
        if near.start >= near.stop:
            return block
        gain = np.ones(block.shape[1], np.float32)
        index = np.arange(first, last)
        for start, end in zip(self._starts[near], self._ends[near], strict=True):
            touched = slice(max(start - self._fade - first, 0), min(end + self._fade, last) - first)
            distance = np.maximum(start - index[touched], index[touched] - end + 1)
            ramp = np.clip(distance / (self._fade + 1), 0, 1).astype(np.float32)
            gain[touched] = np.minimum(gain[touched], ramp)
        # A product with zero gain could leave -0.0, which is not digital silence in float files.
        return np.where(gain > 0, block * gain, np.float32(0))
