"""Directions in which people differ more than their utterances: LDA, and PLDA scores on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError

Floats = NDArray[np.float64]

_RIDGE = 1e-9


@dataclass(frozen=True, eq=False)
class Discriminants:
    """A projection to directions where utterances of one person have variance 1.

    Args:
        mean: (dims,) of all people.
        axes: (dims, count), the most telling direction first.
        between: (count,) variance of people in each direction, 0 or more.
    """

    mean: Floats
    axes: Floats
    between: Floats

    def project(self, vectors: Floats) -> Floats:
        """(n, dims) to (n, count)."""
        return np.asarray((vectors - self.mean) @ self.axes)

    def likelihood_ratios(self, enrol: Floats, counts: NDArray[np.intp], trial: Floats) -> Floats:
        """PLDA with both covariances Gaussian: ln of how much likelier one person is than two.

        Args:
            enrol: (people, count) projected mean of each person's enrolment.
            counts: (people,) utterances in it.
            trial: (utterances, count) projected.

        Returns:
            (people, utterances).

        Source: S. Ioffe, "Probabilistic linear discriminant analysis", ECCV 2006, section 3.
        """
        shrink = counts[:, None] * self.between / (counts[:, None] * self.between + 1)
        expected = shrink * enrol
        spread = 1 + self.between / (counts[:, None] * self.between + 1)
        alone = 1 + self.between
        same = (
            (1 / spread) @ (trial**2).T
            - 2 * (expected / spread) @ trial.T
            + (expected**2 / spread + np.log(spread)).sum(axis=1)[:, None]
        )
        other = (trial**2 / alone).sum(axis=1) + np.log(alone).sum()
        return np.asarray((other - same) / 2)


def fit_discriminants(
    vectors: Floats, people: Sequence[str], most: int, shrinkage: float
) -> Discriminants:
    """Fisher's discriminants of people.

    Args:
        vectors: (utterances, dims); scales of the dimensions do not matter.
        people: who speaks in each.
        most: directions kept at most.
        shrinkage: 0 to 1, how far the correlations within people are drawn to none: with few
            utterances its small directions are mostly chance.

    Raises:
        InputError: fewer than 3 people, or nobody with 2 utterances.

    Source: C. R. Rao, "The utilization of multiple measurements in problems of biological
        classification", J. Royal Statistical Society B 10(2), 1948.
    """
    names, owner = np.unique(people, return_inverse=True)
    counts = np.bincount(owner)
    if names.size < 3 or len(vectors) <= names.size:
        raise InputError(
            f"{len(vectors)} utterances of {names.size} people: expected at least 3 people with "
            "several utterances each"
        )
    means = class_means(vectors, owner)
    left = vectors - means[owner]
    within = left.T @ left / (len(vectors) - names.size)
    variances = np.diag(within)
    scale = np.where(variances > 0, 1 / np.sqrt(np.where(variances > 0, variances, 1.0)), 1.0)
    within = within * scale[:, None] * scale
    within = (1 - shrinkage) * within + (shrinkage + _RIDGE) * np.eye(len(within))
    centre = means.mean(axis=0)
    apart = (means - centre) * scale
    spread = apart.T @ apart / (names.size - 1)
    variance, axes = _joint(spread, within)
    kept = min(most, names.size - 1, len(variance))
    # A person's mean wanders by chance, too; that part is no difference between people.
    between = np.maximum(variance[:kept] - float(np.mean(1 / counts)), 0.0)
    return Discriminants(centre, axes[:, :kept] * scale[:, None], between)


def class_means(vectors: Floats, owner: NDArray[np.intp]) -> Floats:
    """Mean of the vectors of each owner, numbered from 0: (owners, dims)."""
    sums = np.zeros((int(owner.max()) + 1, vectors.shape[1]))
    np.add.at(sums, owner, vectors)
    return np.asarray(sums / np.bincount(owner)[:, None])


def _joint(spread: Floats, within: Floats) -> tuple[Floats, Floats]:
    """Axes in which `within` is 1 and `spread` diagonal, largest first."""
    values, turned = np.linalg.eigh(within)
    white = turned / np.sqrt(np.maximum(values, 1e-12 * values.max()))
    variance, axes = np.linalg.eigh(white.T @ spread @ white)
    order = np.argsort(variance)[::-1]
    return variance[order], white @ axes[:, order]
