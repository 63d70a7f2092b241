"""Pseudo-voices from a curve through many voices, of which a chosen number of bits is the person's.

A curve runs through the voices of a pool and is cut into 2^bits cells in which equally many people
lie. A pseudo-voice is what stands for a cell: the mean of its people. Which cell it is can come
from the person to be hidden (published use), from chance, or first from the one and then from the
other: the leading bits of a cell's number say where along the curve it lies, as the leading digits
of a page number say where in a book.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self, cast

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import CurveCells
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact, Floats, PseudoVoice, Wish
from voxnym.voices.parts import fact, floats

MOST_BITS: Final = 16


@dataclass(frozen=True, eq=False)
class CurveVoices:
    """A model of kind "porcupine".

    Args:
        embedder: id of what made the vectors.
        cells: equally common ones, 2^bits along each curve: one curve "unknown" for everybody, or
            one for each gender.
        gender_line: guesses on whose curve a source lies, where there are several.
        kept: leading bits of the pseudo-voice's cell that are those of the source's cell: 0 for
            none (nothing is disclosed, and no source needed), `bits` for the published use. An
            observer learns so many bits of who the source is, and no more, as long as people are
            spread along the curve as those of the pool are, and each has one pseudo-voice only:
            several, from several vectors of a person, add up.
        told: facts of the fit.

    Raises:
        InputError: curves that do not fit together, or bits out of range.

    Source: Vali and Bäckström, "Privacy PORCUPINE: Anonymization of Speaker Attributes Using
        Occurrence Normalization for Space-Filling Vector Quantization", Interspeech 2024. Keeping
        some of the bits is ours.
    """

    embedder: str
    cells: Mapping[Gender, CurveCells]
    gender_line: GenderLine = field(default_factory=GenderLine.unknown)
    kept: int = 0
    told: Mapping[str, Fact] = field(default_factory=dict)

    kind = "porcupine"

    def __post_init__(self) -> None:
        counts = {each.count for each in self.cells.values()}
        dims = {each.curve.dims for each in self.cells.values()}
        names = self.cells.keys()
        if names != {"unknown"} and (not names or not names <= {"f", "m"}):
            raise InputError(f"curves of {sorted(names)}: expected one of unknown, or of f and m")
        if len(counts) != 1 or len(dims) != 1:
            raise InputError(f"curves of {counts} cells, {dims} dims: expected the same of all")
        (count,) = counts
        if not 2 <= count <= 2**MOST_BITS or count & (count - 1):
            raise InputError(f"{count} cells: expected a power of 2, 2 to 2^{MOST_BITS}")
        if not 0 <= self.kept <= self.bits:
            raise InputError(f"kept={self.kept}: expected 0 to the model's {self.bits} bits")
        if len(self.cells) > 1 and not self.gender_line.known:
            raise InputError("curves for two genders, and no line that tells which a source is of")

    @property
    def dims(self) -> int:
        """Length of a vector."""
        return self._any.curve.dims

    @property
    def bits(self) -> int:
        """Binary logarithm of the number of cells on a curve."""
        return self._any.count.bit_length() - 1

    @property
    def genders(self) -> frozenset[Gender]:
        """Genders that have a curve of their own."""
        return frozenset(self.cells) - {"unknown"}

    def keeping(self, bits: int) -> Self:
        """The same voices with so many bits of the source kept.

        Raises:
            InputError: more than there are.
        """
        return dataclasses.replace(self, kept=bits)

    def code(self, sources: Floats) -> NDArray[np.intp]:
        """(rows,) cells of (rows, dims) sources, each on the curve of their own gender."""
        if len(self.cells) == 1:
            return self._any.code(sources)
        guesses = np.array(self.gender_line.guesses(np.asarray(sources, np.float64)))
        codes = np.zeros(len(guesses), np.intp)
        for gender in sorted(self.cells):
            # Who lies on the line is on either side of it as well as on the other.
            own = guesses == gender if gender != min(self.cells) else guesses != max(self.cells)
            codes[own] = self.cells[gender].code(np.asarray(sources)[own])
        return codes

    def draw(self, rng: np.random.Generator, wish: Wish) -> PseudoVoice:
        """What stands for a cell: its kept bits are the source's, the others follow chance.

        The cell lies as far along the curve as the first number says, within the stretch that the
        kept bits leave. Where any gender will do, the first number's half says which.

        Raises:
            InputError: a gender that has no curve, or bits to keep and no source.
        """
        gender, first = self._curve(wish.gender, float(rng.random()))
        stretch = 0
        if self.kept:
            stretch = int(self.code(self._source(wish))[0]) >> (self.bits - self.kept)
        cells = self.cells[gender]
        cell = int((stretch + first) / 2**self.kept * cells.count)
        return PseudoVoice(cells.values[min(cell, cells.count - 1)].copy(), gender)

    def arrays(self) -> Mapping[str, NDArray[np.generic]]:
        """Corners, edges and values of each curve, and the line between the genders."""
        found: dict[str, NDArray[np.generic]] = {"gender_line": self.gender_line.array()}
        for gender, cells in self.cells.items():
            found[f"{gender}.corners"] = cells.curve.corners
            found[f"{gender}.edges"] = np.stack([cells.edges.real, cells.edges.imag], axis=1)
            found[f"{gender}.values"] = cells.values
        return found

    def facts(self) -> Mapping[str, Fact]:
        """Bits, and what is known of the fit."""
        return {**self.told, "curves": [*sorted(self.cells)], "kept": self.kept}

    @classmethod
    def from_parts(
        cls, embedder: str, arrays: Mapping[str, NDArray[np.generic]], facts: Mapping[str, Fact]
    ) -> Self:
        """From `arrays` and `facts`.

        Raises:
            InputError: parts that are missing or do not fit together.
        """
        names = facts.get("curves")
        if not isinstance(names, list) or not all(name in ("f", "m", "unknown") for name in names):
            raise InputError(f"voices: curves={names!r}; expected a list of f, m or unknown")
        cells = {cast(Gender, name): _cells(arrays, str(name)) for name in names}
        if not cells:
            raise InputError("voices: no curves")
        dims = next(iter(cells.values())).curve.dims
        line = GenderLine.of_array(floats(arrays, "gender_line", (None,)), dims)
        told = {name: value for name, value in facts.items() if name not in ("curves", "kept")}
        return cls(embedder, cells, line, fact(facts, "kept", int), told)

    @cached_property
    def _any(self) -> CurveCells:
        return next(iter(self.cells.values()))

    def _curve(self, wished: Gender, first: float) -> tuple[Gender, float]:
        """On which curve, and the first number on that curve."""
        if wished != "unknown":
            if wished not in self.genders:
                known = ", ".join(sorted(self.genders)) or "none"
                raise InputError(f"gender {wished!r}: these voices know {known}")
            return wished, first
        names = sorted(self.cells)
        turn = min(int(first * len(names)), len(names) - 1)
        return names[turn], first * len(names) - turn

    def _source(self, wish: Wish) -> Floats:
        if wish.source is None:
            raise InputError(
                f"{self.kept} bits of a person's voice are to be kept, and the voice is not known; "
                "keep 0 bits, or give the voice"
            )
        return np.asarray(wish.source, np.float64)[None]


def _cells(arrays: Mapping[str, NDArray[np.generic]], name: str) -> CurveCells:
    curve = Curve(floats(arrays, f"{name}.corners", (None, None)))
    edges = floats(arrays, f"{name}.edges", (None, 2))
    values = floats(arrays, f"{name}.values", (len(edges) + 1, curve.dims))
    return CurveCells(curve, edges[:, 0] + 1j * edges[:, 1], values)
