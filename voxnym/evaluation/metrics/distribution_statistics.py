"""Every statistic of made voices of one gender."""

from __future__ import annotations

from typing import Final

import numpy as np

from voxnym.evaluation.metrics.distribution_cover import cover
from voxnym.evaluation.metrics.distribution_detectors import linear_detector, nearest_detector
from voxnym.evaluation.metrics.distribution_distances import discrepancy
from voxnym.evaluation.metrics.distribution_laws import cosine_law, norm_law
from voxnym.evaluation.metrics.distribution_memory import memory, self_collision
from voxnym.evaluation.metrics.distribution_subspace import subspace_residual
from voxnym.evaluation.metrics.scores import Floats

_COMPONENTS: Final = 20


def statistics(
    generated: Floats, organic: Floats, pool: Floats, threshold: float, rng: np.random.Generator
) -> dict[str, float]:
    """Statistics by name.

    Args:
        generated: (n, d).
        organic: (n, d) real voices not in the pool, as many.
        pool: (p, d) in random order, p at least n.
        threshold: cosine above which two voices pass for one person.
        rng: deals folds.

    Raises:
        InputError: as of the checks.
        MissingExtraError: scikit-learn is not installed.
    """
    centre = pool.mean(axis=0)
    raw, centred = cosine_law(generated, organic), cosine_law(generated, organic, centre)
    norm = norm_law(generated, organic, pool)
    overlap = cover(generated, organic)
    remembered = memory(generated, organic, pool, threshold)
    return {
        "cosine_ks": raw.value,
        "cosine_w1": raw.shift,
        "centred_ks": centred.value,
        "centred_w1": centred.shift,
        "nearest": nearest_detector(generated, organic).value,
        "linear": linear_detector(generated, organic, rng).value,
        "residual": subspace_residual(generated, pool, components=min(_COMPONENTS, len(pool) - 1)),
        "norm_ks": norm.value,
        # Norms of 1 on both sides agree.
        "norm_spread": 1.0 if np.isnan(norm.spread) else norm.spread,
        "outside": norm.outside,
        "discrepancy": discrepancy(generated, organic).value,
        "precision": overlap.precision,
        "recall": overlap.recall,
        "density": overlap.density,
        "coverage": overlap.coverage,
        "memory_ratio": remembered.value,
        "violations": remembered.violations,
        "hits": remembered.hits,
        "collision": self_collision(generated, threshold),
    }
