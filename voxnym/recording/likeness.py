"""Whether a result is still the original: the last look before it is handed out."""

from __future__ import annotations

import numpy as np

from voxnym.records import Block

SAME_VOICE = 0.97
"""Speech whose voice was exchanged stays below 0.95, however mildly."""


class Likeness:
    """Correlation of a result with its original, sample by sample, as both arrive in blocks.

    Both are differentiated first, so that hum and rumble, which no system changes, do not count.
    """

    def __init__(self) -> None:
        self._waiting: Block = np.zeros(0, np.float32)
        self._ends = np.zeros(2)
        self._products = np.zeros(3)

    def original(self, samples: Block) -> None:
        """The next (n,) samples that go in."""
        self._waiting = np.concatenate([self._waiting, samples])

    def result(self, samples: Block) -> None:
        """The next (n,) samples that come out; not more than went in."""
        originals, self._waiting = np.split(self._waiting, [samples.size])
        x = np.diff(originals.astype(np.float64), prepend=self._ends[0])
        y = np.diff(samples[: x.size].astype(np.float64), prepend=self._ends[1])
        if x.size:
            self._ends = np.array([originals[-1], samples[x.size - 1]], np.float64)
        # Unlike `@`, einsum wakes no threads.
        self._products += [np.einsum("i,i", a, b) for a, b in ((x, y), (x, x), (y, y))]

    @property
    def correlation(self) -> float:
        """0 to 1; 0 where one of the two is silent.

        >>> likeness = Likeness()
        >>> likeness.original(np.array([0.0, 1.0, -1.0, 0.5], np.float32))
        >>> likeness.result(np.array([0.0, -0.5, 0.5, -0.25], np.float32))
        >>> likeness.correlation
        1.0
        """
        xy, xx, yy = self._products
        return abs(float(xy)) / float(np.sqrt(xx * yy)) if xx * yy > 0 else 0.0
