"""Voices of one gender: a mean, a cloud around it, and the margins that make scores into values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.cloud import Cloud
from voxnym.voices.margins import Margins
from voxnym.voices.model import Floats


@dataclass(frozen=True, eq=False)
class GenderVoices:
    """The law of one gender.

    Args:
        centre: (dims,) mean of real people's vectors, for centred cosines.
        mean: (dims,) middle of the cloud: of scores where there are margins, else of values.
        varied: (dims,) in which values the cloud moves; it has as many dimensions as are true.
        cloud: how people lie around the mean.
        margins: how scores become values; None where they are values.

    Raises:
        InputError: lengths that differ.
    """

    centre: Floats
    mean: Floats
    varied: NDArray[np.bool_]
    cloud: Cloud
    margins: Margins | None

    def __post_init__(self) -> None:
        sizes = {self.centre.shape, self.mean.shape, self.varied.shape}
        if self.margins is not None:
            sizes.add((self.margins.dims,))
        if len(sizes) > 1 or int(self.varied.sum()) != self.cloud.dims:
            raise InputError(
                f"voices of {sorted(sizes)} values, {int(self.varied.sum())} of them varied, with "
                f"a cloud of {self.cloud.dims}: expected equal lengths"
            )

    def voice(self, first: float, rng: np.random.Generator) -> Floats:
        """A vector, its length as it comes out.

        Args:
            first: 0 or more, below 1: where the voice lies on the axis on which people differ
                most.
            rng: all else.

        Returns:
            (dims,).
        """
        scores = self.mean.copy()
        scores[self.varied] += self.cloud.draw(first, rng)
        if self.margins is None:
            return scores
        # Values that hardly ever vary follow their own law and nobody else's.
        still = ~self.varied
        scores[still] = rng.standard_normal(int(still.sum()))
        return np.asarray(self.margins.from_normal(scores[None])[0])
