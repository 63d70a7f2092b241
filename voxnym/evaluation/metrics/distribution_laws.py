"""Laws of one number: how far two samples of voices differ in their cosines and their norms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats, checked


@dataclass(frozen=True)
class LawDistance:
    """Distance of two laws.

    Args:
        value: largest difference of the distribution functions (Kolmogorov-Smirnov), 0 to 1. Of
            pairs, which share people, no table tells its significance: split real ones for that.
        shift: area between the distribution functions (Wasserstein-1), in the law's unit.
        unit: of `value`, always "1".
    """

    value: float
    shift: float
    unit: str = "1"


def law_distance(first: ArrayLike, second: ArrayLike) -> LawDistance:
    """Distance of two samples of a number, O(n log n).

    Args:
        first: (n,).
        second: (m,).

    Raises:
        InputError: an empty sample, or values that are not finite.

    >>> law_distance([0.0, 1.0], [1.0, 2.0])
    LawDistance(value=0.5, shift=1.0, unit='1')
    """
    one, two = np.sort(checked(first, "first")), np.sort(checked(second, "second"))
    both = np.sort(np.concatenate([one, two]))
    if not np.isfinite(both).all():
        raise InputError("values that are not finite have no law to compare")
    below = np.searchsorted(one, both, side="right") / one.size
    other = np.searchsorted(two, both, side="right") / two.size
    gap = np.abs(below - other)
    return LawDistance(float(gap.max()), float((gap[:-1] * np.diff(both)).sum()))


def vectors_of(vectors: ArrayLike, least: int = 1) -> Floats:
    """Voices as (n, d) float64.

    Raises:
        InputError: another shape, fewer than `least`, or values that are not finite.
    """
    rows = np.asarray(vectors, np.float64)
    if rows.ndim != 2 or rows.shape[0] < least or not rows.shape[1]:
        raise InputError(f"voices of shape {rows.shape}: expected (n, d) with n at least {least}")
    if not np.isfinite(rows).all():
        raise InputError(f"{int((~np.isfinite(rows)).sum())} values of voices are not finite")
    return rows


def unit(vectors: Floats) -> Floats:
    """(n, d) rows of norm 1; rows of zeros stay."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norm > 0, norm, 1.0))


def pair_cosines(vectors: ArrayLike, centre: ArrayLike | None = None) -> Floats:
    """Cosines of all pairs within a set.

    Args:
        vectors: (n, d), two or more.
        centre: (d,) taken off first: the mean of the *pool*. A set's own mean would make sets that
            were fitted to the pool look more like it than fresh real ones.

    Returns:
        (n (n - 1) / 2,), -1 to 1.

    Raises:
        InputError: as of `vectors_of`.
    """
    rows = vectors_of(vectors, 2)
    rows = unit(rows if centre is None else rows - np.asarray(centre, np.float64))
    return np.asarray((rows @ rows.T)[np.triu_indices(len(rows), 1)])


def cosine_law(
    generated: ArrayLike, organic: ArrayLike, centre: ArrayLike | None = None
) -> LawDistance:
    """Whether made voices are as spread as real ones: law of the cosines within each set.

    Args:
        generated: (n, d).
        organic: (m, d) real voices that the generator has not seen.
        centre: as of `pair_cosines`.

    Raises:
        InputError: as of `vectors_of`.
    """
    return law_distance(pair_cosines(generated, centre), pair_cosines(organic, centre))


@dataclass(frozen=True)
class NormLaw:
    """Norms and ranges of values.

    Args:
        value: Kolmogorov-Smirnov distance of the laws of the norm, 0 to 1.
        spread: standard deviation of made norms over that of real ones; NaN where both are 0
            (vectors of norm 1), infinite where only the real one is.
        outside: share of made values beyond the range of the pool in their dimension: negative
            ones where the network has none.
        unit: of `value`, always "1".
    """

    value: float
    spread: float
    outside: float
    unit: str = "1"


_SAME_NORM = 1e-6
"""Deviations below this are rounding of vectors of norm 1."""


def norm_law(generated: ArrayLike, organic: ArrayLike, pool: ArrayLike) -> NormLaw:
    """Law of the norm, and values that no voice of the pool has.

    Args:
        generated: (n, d).
        organic: (m, d) real voices not in the pool.
        pool: (p, d) voices that the generator was made from.

    Raises:
        InputError: as of `vectors_of`.
    """
    made, real, known = vectors_of(generated), vectors_of(organic), vectors_of(pool)
    lengths, expected = np.linalg.norm(made, axis=1), np.linalg.norm(real, axis=1)
    spread, usual = float(lengths.std()), float(expected.std())
    spread, usual = (0.0 if x < _SAME_NORM else x for x in (spread, usual))
    missing = float("inf") if spread else float("nan")
    ratio = spread / usual if usual else missing
    outside = (made < known.min(axis=0)) | (made > known.max(axis=0))
    # Rounding alone must not tell norms of 1 apart.
    distance = law_distance(lengths.round(6), expected.round(6)).value
    return NormLaw(distance, ratio, float(outside.mean()))
