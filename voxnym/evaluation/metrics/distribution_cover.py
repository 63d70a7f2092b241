"""Coverage: whether made voices lie among real ones, and reach all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.distribution_distances import distances
from voxnym.evaluation.metrics.distribution_laws import vectors_of
from voxnym.evaluation.metrics.scores import Floats

_NEIGHBOURS: Final = 5


@dataclass(frozen=True)
class Cover:
    """How two clouds overlap, each voice being a ball that reaches to its k-th neighbour.

    Args:
        precision: share of made voices inside some real ball, 0 to 1.
        recall: share of real voices inside some made ball, 0 to 1.
        density: mean number of real balls around a made voice, over k; about 1 for one law, more
            where made voices crowd in the middle.
        coverage: share of real balls that hold a made voice, 0 to 1.
        unit: always "1".
    """

    precision: float
    recall: float
    density: float
    coverage: float
    unit: str = "1"


def cover(generated: ArrayLike, organic: ArrayLike, *, neighbours: int = _NEIGHBOURS) -> Cover:
    """Precision, recall, density and coverage.

    Args:
        generated: (n, d).
        organic: (m, d) real voices that the generator has not seen.
        neighbours: k; both sets hold more voices than this.

    Raises:
        InputError: as of `vectors_of`, or `neighbours` below 1.

    Source: Kynkäänniemi et al., Improved precision and recall metric, NeurIPS 2019; Naeem et al.,
        Reliable fidelity and diversity metrics, ICML 2020, equations 2 to 4.
    """
    if neighbours < 1:
        raise InputError(f"neighbours={neighbours}: expected at least 1")
    made, real = vectors_of(generated, neighbours + 1), vectors_of(organic, neighbours + 1)
    between = distances(made, real)
    in_real = between <= _radius(real, neighbours)
    in_made = between <= _radius(made, neighbours)[:, None]
    return Cover(
        float(in_real.any(axis=1).mean()),
        float(in_made.any(axis=0).mean()),
        float(in_real.sum(axis=1).mean() / neighbours),
        float(in_real.any(axis=0).mean()),
    )


def _radius(voices: Floats, neighbours: int) -> Floats:
    """(n,) distance to the k-th neighbour; place 0 is the voice itself."""
    return np.asarray(np.partition(distances(voices), neighbours, axis=1)[:, neighbours])
