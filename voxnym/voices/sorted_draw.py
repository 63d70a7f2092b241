"""How the first random number can decide how a voice sounds, whatever the law it is drawn from.

Several voices are drawn by that law, sorted along the axis on which people differ most, and the
first number says which one to take: 0 the one at one end, just under 1 the one at the other. Since
that number knows nothing of the voices, what is taken still follows the law exactly; and two
people with first numbers that lie apart sound apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from voxnym.voices.model import Floats

DRAWS: Final = 32
"""Voices among which the first number chooses: its error along the axis is about 1/32 of them."""


def main_axis(vectors: Floats) -> Floats:
    """The direction on which vectors differ most: their first principal axis.

    Args:
        vectors: (rows, dims).

    Returns:
        (dims,) of unit length, its largest entry positive; the first unit vector where all
        vectors are equal.

    >>> main_axis(np.array([[0.0, 1.0], [0.0, 3.0]]))
    array([0., 1.])
    """
    centred = vectors - vectors.mean(axis=0)
    _, spreads, axes = np.linalg.svd(centred, full_matrices=False)
    if not spreads[0] > 0:
        axis = np.zeros(vectors.shape[1])
        axis[0] = 1.0
        return axis
    axis = axes[0]
    # A principal axis has no sign of its own; without one, files from two machines would differ.
    return np.asarray(axis * np.sign(axis[np.argmax(np.abs(axis))]))


def picked(first: float, coordinates: Floats) -> int:
    """Which of several draws a first number takes.

    Args:
        first: 0 or more, below 1.
        coordinates: (draws,) where each lies along the axis.

    Returns:
        Its index.

    >>> [picked(first, np.array([5.0, -1.0, 2.0])) for first in (0.0, 0.5, 0.99)]
    [1, 2, 0]
    """
    order = np.argsort(coordinates, kind="stable")
    return int(order[min(int(first * order.size), order.size - 1)])
