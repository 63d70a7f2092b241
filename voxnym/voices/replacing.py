"""A stage at work that sets the voice of every frame to one pseudo-voice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Speech


@dataclass(frozen=True, eq=False)
class Replacing:
    """A Transform.

    Args:
        vector: (dims,) the pseudo-voice.
    """

    vector: NDArray[np.float64]

    def __call__(self, speech: Speech, last: bool) -> Speech:
        """The same frames in the pseudo-voice."""
        return speech.replace(voice=self.vector)
