"""Memory: whether made voices are people of the pool, and whether they are one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.distribution_distances import distances
from voxnym.evaluation.metrics.distribution_laws import unit, vectors_of


@dataclass(frozen=True)
class Memory:
    """How near made voices are to the pool.

    Args:
        value: median over made voices of the distance to the nearest voice of the pool over that
            to the nearest unseen real one; 1 without memory, 0 for copies.
        violations: share of made voices that are nearer to their nearest voice of the pool than
            that one is to any other of the pool.
        hits: share of made voices that pass for somebody of the pool. Unseen real people do, too,
            so compare with them.
        unit: always "1".
    """

    value: float
    violations: float
    hits: float
    unit: str = "1"


def memory(generated: ArrayLike, organic: ArrayLike, pool: ArrayLike, threshold: float) -> Memory:
    """Memorisation of the pool, on directions (vectors of norm 1).

    Args:
        generated: (n, d).
        organic: (m, d) real voices not in the pool. The ratio compares with as many voices of
            the pool as there are here: the first m of it, so shuffle a larger pool.
        pool: (p, d), p at least 2 and at least m for a fair ratio.
        threshold: cosine above which two voices pass for one person, -1 to 1.

    Raises:
        InputError: as of `vectors_of`.

    Source: ratio: nearest neighbours as in Meehan et al., A non-parametric test to detect
        data-copying, AISTATS 2020; violations: Alaa et al., How faithful is your synthetic data?,
        ICML 2022, authenticity.
    """
    made, real = unit(vectors_of(generated)), unit(vectors_of(organic))
    known = unit(vectors_of(pool, 2))
    to_pool = distances(made, known)
    to_fresh = distances(made, real).min(axis=1)
    to_few = to_pool[:, : len(real)].min(axis=1)
    with np.errstate(divide="ignore"):
        ratio = np.where(to_few == 0, 0.0, to_few / np.where(to_fresh > 0, to_fresh, np.nan))
    ratio = np.where(np.isnan(ratio), np.inf, ratio)
    among = distances(known)
    np.fill_diagonal(among, np.inf)
    nearest = to_pool.argmin(axis=1)
    violated = to_pool.min(axis=1) < among.min(axis=1)[nearest]
    hit = (made @ known.T).max(axis=1) > threshold
    return Memory(float(np.median(ratio)), float(violated.mean()), float(hit.mean()))


def self_collision(voices: ArrayLike, threshold: float) -> float:
    """Share of voices that pass for another one of the same set, 0 to 1.

    Real people do, too: too few is a deviation as well as too many.

    Args:
        voices: (n, d), n at least 2.
        threshold: cosine above which two voices pass for one person.

    Raises:
        InputError: as of `vectors_of`.

    >>> self_collision([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.0]], 0.9)
    0.5
    """
    rows = unit(vectors_of(voices, 2))
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    return float((cosines.max(axis=1) > threshold).mean())
