"""Distances between voices, and a distance between two clouds of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.distribution_laws import vectors_of
from voxnym.evaluation.metrics.scores import Floats


def distances(first: Floats, second: Floats | None = None) -> Floats:
    """(n, m) Euclidean distances, exact for equal rows; of a set with itself without `second`."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(first, first if second is None else second))


@dataclass(frozen=True)
class Discrepancy:
    """Distance of two clouds in the space of a kernel.

    Args:
        value: unbiased squared maximum mean discrepancy; about 0 for one law, negative half of
            the time then.
        p: share of permutations with a value at least as large; NaN without permutations.
        unit: always "1".
    """

    value: float
    p: float
    unit: str = "1"


def discrepancy(
    generated: ArrayLike,
    organic: ArrayLike,
    *,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
) -> Discrepancy:
    """Maximum mean discrepancy with exp(-|a - b|² / m), m the median squared distance.

    Args:
        generated: (n, d), n at least 2.
        organic: (m, d), m at least 2.
        permutations: of the labels, for p.
        rng: permutes; needed with permutations.

    Raises:
        InputError: as of `vectors_of`.

    Source: Gretton et al., A kernel two-sample test, JMLR 2012, equation 3.
    """
    made, real = vectors_of(generated, 2), vectors_of(organic, 2)
    squared = distances(np.concatenate([made, real])) ** 2
    middle = float(np.median(squared[np.triu_indices(len(squared), 1)]))
    kernel = np.exp(-squared / (middle if middle > 0 else 1.0))
    is_made = np.arange(len(kernel)) < len(made)
    value = _unbiased(kernel, is_made)
    if not permutations or rng is None:
        return Discrepancy(value, float("nan"))
    others = [_unbiased(kernel, rng.permutation(is_made)) for _ in range(permutations)]
    # The order given is one of all orders, so p is never 0; sums in another order differ by bits.
    larger = int((np.array(others) >= value - 1e-12).sum())
    return Discrepancy(value, (1 + larger) / (1 + permutations))


def _unbiased(kernel: Floats, is_made: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    n, m = int(is_made.sum()), int((~is_made).sum())
    weight = is_made.astype(np.float64)
    inside = float(weight @ kernel @ weight) - n
    outside = float((1 - weight) @ kernel @ (1 - weight)) - m
    between = float(weight @ kernel @ (1 - weight))
    return inside / (n * (n - 1)) + outside / (m * (m - 1)) - 2 * between / (n * m)
