"""Adam, written out for one array, in place and without temporary arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

FIRST, SECOND, LEAST = 0.9, 0.999, 1e-8


class Adam:
    """Steps along a running mean of gradients, shorter where gradients vary.

    Both means are kept without their constant factors, and what is left of these goes into two
    numbers per step: the same result in fewer passes over the array.

    Args:
        shape: of the array.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._mean = np.zeros(shape, np.float32)
        self._square = np.zeros(shape, np.float32)
        self._work = np.empty(shape, np.float32)
        self._steps = 0

    def step(self, values: Singles, gradient: Singles, rate: float) -> None:
        """Move `values` against `gradient`, which is overwritten."""
        self._steps += 1
        mean, square, work = self._mean, self._square, self._work
        mean *= FIRST
        mean += gradient
        np.multiply(gradient, gradient, out=gradient)
        square *= SECOND
        square += gradient
        spread = ((1 - SECOND) / (1 - SECOND**self._steps)) ** 0.5
        length = rate * (1 - FIRST) / (1 - FIRST**self._steps)
        np.sqrt(square, out=work)
        work += LEAST / spread
        np.divide(mean, work, out=work)
        work *= length / spread
        values -= work
