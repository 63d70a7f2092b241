"""Ridge regression from what is heard to what a system drew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE: Final = 10.0
"""In standard units; any value from 1 to 100 does about as well with thousands of utterances."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """A linear map from traces to parameters.

    Args:
        mean: (traces,) of the training speech.
        scale: (traces,) its standard deviation.
        weights: (traces, parameters).
        usual: (parameters,) their mean.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    usual: Floats

    def __call__(self, rows: Floats) -> Floats:
        """(n, traces) to (n, parameters)."""
        return np.asarray((rows - self.mean) / self.scale @ self.weights + self.usual)


def fit_estimator(rows: Floats, parameters: Floats) -> Estimator:
    """Learn from speech whose parameters are known.

    Args:
        rows: (n, traces).
        parameters: (n, parameters).
    """
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    usual = parameters.mean(axis=0)
    standard = (rows - mean) / scale
    scatter = standard.T @ standard + RIDGE * np.eye(rows.shape[1])
    weights = np.linalg.solve(scatter, standard.T @ (parameters - usual))
    return Estimator(mean, scale, weights, usual)
