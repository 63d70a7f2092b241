"""Bits that the number of a cell gives away: on average, at worst and at best, and by chance.

A quantiser of voices with K cells passes log2 K bits on average, but who lies in a rare cell is
given away by far more. These figures come from how often each cell occurs among test people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

DRAWS: Final = 300
LEVEL: Final = 95.0
SURE: Final = 0.99
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CellDisclosure:
    """What cells disclose about those who lie in them.

    Args:
        value: average, bits: the entropy of the cell's number.
        bound: log2 of the number of cells, which the average cannot exceed.
        worst: of the rarest cell, bits; infinite where a cell is empty.
        worst_plus_one: the same with one more item in the rarest cell (published), finite.
        best: of the commonest cell, bits.
        surprisal: (cells,) bits of each cell.
        empty: number of empty cells.
        divergence: of the histogram of counts from a binomial, bits (published). Not 0 for even
            cells, and larger for exactly equal counts than for random ones; infinite where the
            binomial's value is too small for a number. Nothing to be minimised.
        sparseness: Euclidean norm of the counts by their sum, at least cells^-1/2.
        spread: standard deviation of the counts over the cells.
        chi2: sum of squared deviations from even counts, each by the even count.
        items: number of all.
        unit: always "bits", of everything that is no count and no ratio.
    """

    value: float
    bound: float
    worst: float
    worst_plus_one: float
    best: float
    surprisal: Floats
    empty: int
    divergence: float
    sparseness: float
    spread: float
    chi2: float
    items: int
    unit: str = "bits"


@dataclass(frozen=True)
class Band:
    """What chance alone makes of a figure.

    Args:
        mean: over all draws.
        low: 2.5 % of the draws lie below.
        high: 2.5 % lie above.
    """

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class DisclosureFloor:
    """Figures of cells that are exactly even, for so many items; fields as in `CellDisclosure`."""

    value: Band
    worst_plus_one: Band
    divergence: Band
    sparseness: Band
    spread: Band
    chi2: Band


def cell_counts(codes: ArrayLike, cells: int) -> Counts:
    """How many items lie in each of so many cells.

    Raises:
        InputError: codes that are no numbers of cells.
    """
    found = np.asarray(codes)
    if found.ndim != 1 or not np.issubdtype(found.dtype, np.integer):
        raise InputError(f"codes of shape {found.shape}, {found.dtype}: expected whole numbers")
    if found.size and not 0 <= int(found.min()) <= int(found.max()) < cells:
        raise InputError(f"codes from {found.min()} to {found.max()}: expected 0 to {cells - 1}")
    return np.bincount(found, minlength=cells)


def cell_disclosure(counts: ArrayLike) -> CellDisclosure:
    """Disclosure of cells by how many test items lie in each.

    Args:
        counts: (cells,) whole numbers; 2 cells or more.

    Raises:
        InputError: something else, or no items.

    >>> cell_disclosure([1, 1, 2]).worst
    2.0

    Source: Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024, section 3, and its program,
        which adds one to the rarest count; standard deviation as in the program.
    """
    found = _counts(counts)
    items, cells = int(found.sum()), found.size
    with np.errstate(divide="ignore"):
        surprisal = np.log2(items) - np.log2(found)
    shares = found / items
    even = items / cells
    return CellDisclosure(
        float(np.sum(shares[found > 0] * surprisal[found > 0])),
        float(np.log2(cells)),
        float(surprisal.max()),
        float(np.log2(items) - np.log2(found.min() + 1)),
        float(surprisal.min()),
        surprisal,
        int((found == 0).sum()),
        _divergence(found),
        float(np.sqrt(np.sum(shares**2))),
        float(found.std()),
        float(np.sum((found - even) ** 2) / even),
        items,
    )


def chi2_limit(cells: int, items: int, fitted_on: int | None = None) -> float:
    """What `chi2` of even cells stays below in 99 of 100 cases.

    Args:
        cells: 2 or more.
        items: of the test.
        fitted_on: items that the cells were made even on: they are even up to chance only. None
            for cells that are known to be even.

    Raises:
        InputError: numbers out of range.

    >>> round(chi2_limit(16, 32768, 32768), 1)
    61.2
    """
    from scipy.stats import chi2

    if cells < 2 or items < 1 or (fitted_on is not None and fitted_on < 1):
        raise InputError(f"{cells} cells, {items} items, {fitted_on}: expected 2 and 1 or more")
    inflation = 1.0 if fitted_on is None else 1 + items / fitted_on
    return float(chi2.ppf(SURE, cells - 1) * inflation)


def disclosure_floor(
    cells: int, items: int, rng: np.random.Generator, draws: int = DRAWS
) -> DisclosureFloor:
    """What the figures are for cells that are exactly even, by chance alone.

    Args:
        cells: 2 or more.
        items: of the test.
        rng: draws the items.
        draws: of all items anew.

    Raises:
        InputError: numbers out of range.
    """
    if cells < 2 or items < 1 or draws < 1:
        raise InputError(f"{cells} cells, {items} items, {draws} draws: expected 2, 1, 1 or more")
    drawn = rng.multinomial(items, np.full(cells, 1 / cells), size=draws)
    found = [cell_disclosure(each) for each in drawn]
    bands = {
        name: _band(np.array([getattr(each, name) for each in found]))
        for name in DisclosureFloor.__dataclass_fields__
    }
    return DisclosureFloor(**bands)


def _band(values: Floats) -> Band:
    tail = (100 - LEVEL) / 2
    # Infinite values are ordered, but no line between two of them can be drawn.
    low, high = np.percentile(values, [tail, 100 - tail], method="nearest")
    return Band(float(values.mean()), float(low), float(high))


def _divergence(counts: Counts) -> float:
    from scipy.stats import binom

    sizes, often = np.unique(counts, return_counts=True)
    shares = often / counts.size
    expected = binom.pmf(sizes, int(counts.sum()), 1 / counts.size)
    with np.errstate(divide="ignore"):
        return float(np.sum(shares * (np.log2(shares) - np.log2(expected))))


def _counts(counts: ArrayLike) -> Counts:
    found = np.asarray(counts)
    if found.ndim != 1 or found.size < 2 or not np.issubdtype(found.dtype, np.integer):
        raise InputError(f"counts of shape {found.shape}, {found.dtype}: expected whole numbers")
    if found.min() < 0 or not found.any():
        raise InputError("counts of cells: expected 0 or more in each, and an item in all")
    return found.astype(np.int64)
