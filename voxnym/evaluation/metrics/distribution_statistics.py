"""Every statistic of made voices: within each gender, then both together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.metrics.distribution_cover import cover
from voxnym.evaluation.metrics.distribution_detectors import linear_detector, nearest_detector
from voxnym.evaluation.metrics.distribution_distances import discrepancy
from voxnym.evaluation.metrics.distribution_laws import (
    LawDistance,
    law_distance,
    norm_law,
    pair_cosines,
)
from voxnym.evaluation.metrics.distribution_memory import memory, self_collision
from voxnym.evaluation.metrics.distribution_subspace import gender_agreement, subspace_residual
from voxnym.evaluation.metrics.scores import Floats

_COMPONENTS: Final = 20

ByGender = Mapping[str, Floats]
"""(n, d) voices of each gender."""


def all_statistics(
    generated: ByGender,
    organic: ByGender,
    pool: ByGender,
    threshold: float,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Statistics by name.

    Args:
        generated: as many of each gender as organic.
        organic: real voices not in the pool.
        pool: in random order, at least as many of each gender.
        threshold: cosine above which two voices pass for one person.
        rng: deals folds.

    Raises:
        InputError: as of the checks.
        MissingExtraError: scikit-learn is not installed.
    """
    genders = sorted(organic)
    each = [_within(generated[name], organic[name], pool[name], threshold, rng) for name in genders]
    found = {name: float(np.mean([one[name] for one in each])) for name in each[0]}
    raw = _pooled(generated, organic, dict.fromkeys(genders))
    centred = _pooled(generated, organic, {name: pool[name].mean(axis=0) for name in genders})
    found |= {"cosine_ks": raw.value, "cosine_w1": raw.shift}
    found |= {"centred_ks": centred.value, "centred_w1": centred.shift}
    found["gender"] = gender_agreement(*_labelled(generated, genders), *_labelled(pool, genders))
    return found


def _pooled(
    generated: ByGender, organic: ByGender, centres: Mapping[str, Floats | None]
) -> LawDistance:
    """Law of the cosines of all pairs of one gender."""
    made, real = (
        np.concatenate([pair_cosines(side[name], centre) for name, centre in centres.items()])
        for side in (generated, organic)
    )
    return law_distance(made, real)


def _labelled(voices: ByGender, genders: list[str]) -> tuple[Floats, NDArray[np.str_]]:
    rows = [voices[name] for name in genders]
    return np.concatenate(rows), np.repeat(genders, [len(each) for each in rows])


def _within(
    generated: Floats, organic: Floats, pool: Floats, threshold: float, rng: np.random.Generator
) -> dict[str, float]:
    norm = norm_law(generated, organic, pool)
    overlap = cover(generated, organic)
    remembered = memory(generated, organic, pool, threshold)
    components = min(_COMPONENTS, len(pool) - 1)
    return {
        "nearest": nearest_detector(generated, organic).value,
        "linear": linear_detector(generated, organic, rng).value,
        "residual": subspace_residual(generated, pool, components=components),
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
