"""Cuts an endless signal into phrases at its quietest places, from the signal alone."""

from __future__ import annotations

import numpy as np

from voxnym.errors import InputError
from voxnym.records import Block, Frames

LONGEST_ALLOWED_S = 20.0
_QUIET_SIDE_S = 0.03


class PhraseCutter:
    """Finds cuts while samples arrive; the same ones however they arrive.

    Each phrase ends at the place of least energy (over 60 ms around it) between `shortest_s`
    and `longest_s` after its beginning; the first such place if several are equal. What is
    left at the end, at most `longest_s`, is the last phrase. A cut is known `look_ahead_s`
    after the beginning of its phrase at the latest, and no more than that is remembered.

    Args:
        rate: samples per second, Hz.
        hop: cuts fall on multiples of this many samples.
        shortest_s: no phrase but the last is shorter, seconds.
        longest_s: no phrase is longer, seconds; at most 20.

    Raises:
        InputError: lengths that leave no room for a cut.

    >>> cutter = PhraseCutter(8000, 80, shortest_s=0.5, longest_s=1.0)
    >>> speech = np.ones(12000, np.float32)
    >>> speech[6000:7000] = 0
    >>> cutter.add(speech), cutter.finish()
    ([6240], [12000])
    """

    def __init__(self, rate: int, hop: int, shortest_s: float, longest_s: float) -> None:
        self._shortest = max(1, round(shortest_s * rate / hop))
        self._longest = int(longest_s * rate / hop + 1e-6)
        if not self._shortest < self._longest or longest_s > LONGEST_ALLOWED_S:
            raise InputError(
                f"shortest_s={shortest_s}, longest_s={longest_s}: expected shortest < longest "
                f"<= {LONGEST_ALLOWED_S:.0f}, a hop ({hop / rate:.4g} s) or more apart"
            )
        self._side = max(1, round(_QUIET_SIDE_S * rate / hop))
        self._hop = hop
        self._open = np.zeros(0, np.float32)
        self._energy: Frames = np.zeros(0)
        self._begin = 0
        self.look_ahead_s = (self._longest + self._side) * hop / rate

    def add(self, block: Block) -> list[int]:
        """Cuts that are certain after these (n,) samples: sample numbers, ascending."""
        samples = np.concatenate([self._open, block])
        whole = len(samples) // self._hop * self._hop
        self._open = samples[whole:]
        cells = samples[:whole].reshape(-1, self._hop).astype(np.float64)
        self._energy = np.concatenate([self._energy, np.square(cells).sum(axis=1)])
        cuts = []
        while len(self._energy) >= self._longest + self._side:
            cuts.append(self._cut())
        return cuts

    def finish(self) -> list[int]:
        """The remaining cuts; the last is the number of all samples. Empty without samples."""
        cuts = []
        left = len(self._energy) * self._hop + len(self._open)
        while left > self._longest * self._hop:
            begin = self._begin
            cuts.append(self._cut())
            left -= cuts[-1] - begin
        if left:
            cuts.append(self._begin + left)
            self._begin += left
        self._energy, self._open = np.zeros(0), np.zeros(0, np.float32)
        return cuts

    def _cut(self) -> int:
        first = self._shortest
        around = self._energy[max(first - self._side, 0) : self._longest + self._side]
        around = np.pad(around, (max(self._side - first, 0), 0))
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(around, (0, max(0, 2 * self._side - len(around)))), 2 * self._side
        )
        cells = first + int(np.argmin(windows.sum(axis=1)))
        self._energy = self._energy[cells:]
        self._begin += cells * self._hop
        return self._begin
