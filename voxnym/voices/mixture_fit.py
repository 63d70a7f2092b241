"""A Gaussian mixture fitted to points, within a bounded number of steps."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from voxnym.errors import MissingExtraError
from voxnym.voices.gmm_settings import Covariance
from voxnym.voices.mixture import Mixture
from voxnym.voices.model import Floats

STEPS: Final = 1000
RETRIES: Final = 4
"""After each, the tolerance is a hundredfold: the last digits of the bound may never settle."""
_REGULARISED: Final = 1e-6
_KINDS: Final[dict[Covariance, str]] = {"diagonal": "diag", "full": "full", "tied": "tied"}


@dataclass(frozen=True, eq=False)
class Fitted:
    """A mixture, and whether its fit came to rest.

    Args:
        mixture: the law.
        converged: whether the bound settled within the last tolerance tried.
        tolerance: that one.
    """

    mixture: Mixture
    converged: bool
    tolerance: float


def fit_mixture(
    points: Floats, parts: int, covariance: Covariance, tolerance: float, seed: int
) -> Fitted:
    """The mixture that makes points likeliest, as far as one start by k-means finds it.

    Args:
        points: (n, coordinates), n at least `parts`.
        parts: of the mixture.
        covariance: shape of a part.
        tolerance: change of the mean log-likelihood at which it is done.
        seed: of the start.

    Raises:
        MissingExtraError: scikit-learn is not installed; one part does not need it.

    Source: expectation maximisation: Dempster, Laird and Rubin, J. R. Stat. Soc. B 39, 1977.
    """
    if parts == 1:
        return Fitted(_single(points, covariance), True, tolerance)
    model = _started(points, parts, covariance, tolerance, seed)
    for _ in range(RETRIES):
        if model.converged_:
            break
        tolerance *= 100
        model = _started(points, parts, covariance, tolerance, seed)
    kept = model.weights_ > 0
    weights = model.weights_[kept] / model.weights_[kept].sum()
    factors = _factors(model.covariances_, covariance, parts)[kept]
    mixture = Mixture(weights, model.means_[kept], factors)
    return Fitted(mixture, bool(model.converged_), tolerance)


def _single(points: Floats, covariance: Covariance) -> Mixture:
    """The likeliest Gaussian; no search is needed."""
    mean = points.mean(axis=0)
    spread = (points - mean).T @ (points - mean) / len(points)
    if covariance == "diagonal":
        spread = np.diag(np.diagonal(spread))
    spread = spread + _REGULARISED * np.eye(len(spread))
    return Mixture(np.ones(1), mean[None], np.linalg.cholesky(spread)[None])


def _started(
    points: Floats, parts: int, covariance: Covariance, tolerance: float, seed: int
) -> Any:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'mixtures of several parts need scikit-learn; run pip install "voxnym[train]"'
        ) from error
    model = GaussianMixture(
        parts,
        covariance_type=_KINDS[covariance],
        tol=tolerance,
        reg_covar=_REGULARISED,
        max_iter=STEPS,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(points)


def _factors(covariances: Floats, covariance: Covariance, parts: int) -> Floats:
    """(parts, coordinates, coordinates) lower triangular."""
    if covariance == "diagonal":
        return np.asarray(np.sqrt(covariances)[:, :, None] * np.eye(covariances.shape[1]))
    if covariance == "tied":
        covariances = np.repeat(covariances[None], parts, axis=0)
    return np.asarray(np.linalg.cholesky(covariances))
