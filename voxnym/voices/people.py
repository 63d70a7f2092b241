"""Vectors of real people inside a model, without the people's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Floats
from voxnym.voices.parts import floats, integers
from voxnym.voices.pool import Pool
from voxnym.voices.sorted_draw import main_axis

_CODES: Final[tuple[Gender, ...]] = ("unknown", "f", "m")


@dataclass(frozen=True, eq=False)
class People:
    """Rows of a pool.

    Args:
        vectors: (rows, dims).
        codes: (rows,) gender of each: 0 unknown, 1 f, 2 m.
    """

    vectors: Floats
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """The rows of a pool, sorted, so that their order tells nothing and changes nothing."""
        codes = np.array([_CODES.index(gender) for gender in pool.genders])
        order = np.lexsort((*pool.vectors.T[::-1], codes))
        return cls(pool.vectors[order], codes[order])

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def genders(self) -> frozenset[Gender]:
        """Genders, other than "unknown", that somebody has."""
        return frozenset(_CODES[code] for code in np.unique(self.codes) if code)

    def rows(self, gender: Gender) -> NDArray[np.int64]:
        """Whose gender is this one; everybody for "unknown".

        Raises:
            InputError: nobody.
        """
        if gender == "unknown":
            return np.arange(len(self.vectors))
        found = np.flatnonzero(self.codes == _CODES.index(gender))
        if not found.size:
            raise _nobody(gender)
        return found

    def axis(self, gender: Gender) -> Floats:
        """(dims,) the direction on which people of a gender differ most; see `rows`."""
        return self._law(gender)[0]

    def spread(self, gender: Gender) -> Floats:
        """(dims,) standard deviation among people of a gender; see `rows`."""
        return self._law(gender)[1]

    def line(self) -> GenderLine:
        """Between the two genders, each row counted once."""
        names = tuple(str(row) for row in range(len(self.vectors)))
        genders = tuple(_CODES[code] for code in self.codes)
        return GenderLine.fit(Pool(self.vectors, names, genders, ""))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For a file."""
        return {"vectors": self.vectors, "genders": self.codes.astype(np.int8)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Self:
        """From `arrays`.

        Raises:
            InputError: parts are missing or do not fit together.
        """
        vectors = floats(arrays, "vectors", (None, None))
        codes = integers(arrays, "genders", (len(vectors),))
        if not vectors.size or codes.min() < 0 or codes.max() >= len(_CODES):
            raise InputError("voices: nobody in the pool, or genders other than 0, 1 and 2")
        return cls(vectors, codes)

    def _law(self, gender: Gender) -> tuple[Floats, Floats]:
        if gender not in self._laws:
            raise _nobody(gender)
        return self._laws[gender]

    @cached_property
    def _laws(self) -> Mapping[Gender, tuple[Floats, Floats]]:
        return {
            gender: (main_axis(self.vectors[rows]), _deviation(self.vectors[rows]))
            for gender in ("unknown", *sorted(self.genders))
            for rows in [self.rows(gender)]
        }


def _nobody(gender: Gender) -> InputError:
    return InputError(f"gender {gender!r}: nobody in the pool is known to have it")


def _deviation(vectors: Floats) -> Floats:
    if len(vectors) < 2:
        return np.zeros(vectors.shape[1])
    return np.asarray(vectors.std(axis=0, ddof=1))
