"""Fitting `CurveVoices` to a pool, and counting on people left out what its cells disclose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.curve import Curve, Floats
from voxnym.voices.curve_cells import CurveCells, even_cells
from voxnym.voices.curve_fit import DEFAULT, FIRST_CORNERS, Schedule, fit_curve_stages
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact
from voxnym.voices.norm_law import NormLaw
from voxnym.voices.pool import Pool
from voxnym.voices.porcupine import MOST_BITS, CurveVoices

Sharing = Literal["joint", "separate"]

LEAST_PEOPLE_IN_CELL: Final = 5
"""What stands for a cell must be nobody's voice."""
FOLDS: Final = 5
_FLAT_DRAWS: Final = 300


def fit_curve(
    pool: Pool,
    bits: int,
    seed: int,
    *,
    sharing: Sharing = "joint",
    norm: NormLaw = "pool",
    schedule: Schedule = DEFAULT,
) -> CurveVoices:
    """A curve through the voices of a pool, each person counted once, and its cells.

    Everything is fitted five more times, each time without a fifth of the people, to count how
    even the cells are for people that they were not made even on.

    Args:
        pool: of people; those of unknown gender are left out of separate curves.
        bits: binary logarithm of the number of cells, and of the curve's corners, of which there
            are four at least. Five people or more lie in each cell.
        seed: equal ones give equal voices on one thread.
        sharing: one curve for all, or one for each gender.
        norm: whether what stands for a cell is the mean of its people, or that made as long as the
            median person's vector: a mean is shorter than what it is the mean of, and a codec has
            seen none such.
        schedule: of the learning.

    Raises:
        InputError: bits out of range, or too few people for them.
    """
    people = pool.means()
    groups = _groups(people, sharing)
    for name, group in groups.items():
        _check_size(name, group.people, bits)
    rng = np.random.default_rng(seed)
    cells = {
        name: _fitted(group.vectors, bits, rng, norm, schedule) for name, group in groups.items()
    }
    disclosed: dict[str, Fact] = {
        name: _disclosure(group.vectors, bits, rng, schedule) for name, group in groups.items()
    }
    told: dict[str, Fact] = {
        "bits": bits,
        "seed": seed,
        "pool": pool.digest,
        "people": {name: group.people for name, group in groups.items()},
        "norm": norm,
        "schedule": asdict(schedule),
        "disclosure": disclosed,
    }
    return CurveVoices(pool.embedder, cells, GenderLine.fit(people), told=told)


def _groups(people: Pool, sharing: Sharing) -> dict[Gender, Pool]:
    if sharing == "joint":
        return {"unknown": people}
    if sharing != "separate":
        raise InputError(f"sharing={sharing!r}: expected joint or separate")
    return {"f": people.of_gender("f"), "m": people.of_gender("m")}


def _check_size(name: str, people: int, bits: int) -> None:
    most = int(np.log2(max(people // LEAST_PEOPLE_IN_CELL, 1)))
    if not 1 <= bits <= MOST_BITS:
        raise InputError(f"bits={bits}: expected 1 to {MOST_BITS}")
    if bits > most:
        whose = "" if name == "unknown" else f" of gender {name!r}"
        raise InputError(
            f"{bits} bits for {people} people{whose}: with {LEAST_PEOPLE_IN_CELL} or more in each "
            f"cell there is room for {most}"
        )


def _fitted(
    vectors: Floats, bits: int, rng: np.random.Generator, norm: NormLaw, schedule: Schedule
) -> CurveCells:
    mean = vectors.mean(axis=0)
    spread = float(np.sqrt(np.mean((vectors - mean) ** 2)))
    if not spread > 0:
        raise InputError("all people of the pool have the same voice")
    # One scale for all dimensions: what is near has to stay near.
    grown = fit_curve_stages(
        (vectors - mean) / spread, max(bits, int(np.log2(FIRST_CORNERS))), rng, schedule
    )[-1]
    cells = even_cells(Curve(grown.corners.astype(np.float64) * spread + mean), vectors, 2**bits)
    if norm == "kept":
        return cells
    if norm != "pool":
        raise InputError(f"norm={norm!r}: expected kept or pool")
    lengths = np.linalg.norm(cells.values, axis=1, keepdims=True)
    if not lengths.all():
        raise InputError("a cell's mean is zero and has no direction")
    median = float(np.median(np.linalg.norm(vectors, axis=1)))
    return CurveCells(cells.curve, cells.edges, cells.values * (median / lengths))


def _disclosure(
    vectors: Floats, bits: int, rng: np.random.Generator, schedule: Schedule
) -> list[Fact]:
    """For each number of bits that may be kept, what people left out would disclose."""
    fold = rng.permutation(len(vectors)) % FOLDS
    codes = np.zeros(len(vectors), np.intp)
    for left_out in range(FOLDS):
        inside = fold != left_out
        cells = _fitted(vectors[inside], bits, rng, "kept", schedule)
        codes[~inside] = cells.code(vectors[~inside])
    return [_told(codes >> (bits - kept), kept, rng) for kept in range(1, bits + 1)]


def _told(codes: NDArray[np.intp], kept: int, rng: np.random.Generator) -> Fact:
    counts = np.bincount(codes, minlength=2**kept)
    flat = rng.multinomial(len(codes), np.full(2**kept, 2.0**-kept), size=_FLAT_DRAWS)
    by_chance = [_bits(each) for each in flat]
    found: Mapping[str, float] = {
        "average": _bits(counts)[0],
        "worst": _bits(counts)[1],
        "average_if_even": float(np.mean([average for average, _ in by_chance])),
        "worst_if_even": float(np.mean([worst for _, worst in by_chance])),
    }
    return {"kept": kept, **{name: round(value, 4) for name, value in found.items()}}


def _bits(counts: NDArray[np.integer]) -> tuple[float, float]:
    """Average over people, and the rarest cell with one more person in it, which may be empty."""
    shares = counts[counts > 0] / counts.sum()
    worst = np.log2(counts.sum()) - np.log2(counts.min() + 1)
    return float(-np.sum(shares * np.log2(shares))), float(worst)
