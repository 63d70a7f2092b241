"""Axes along which people differ, and how far those differ who were left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from voxnym.voices.model import Floats

FOLDS: Final = 10
_ROUNDING: Final = 1e-10


@dataclass(frozen=True, eq=False)
class Axes:
    """Principal axes with variances.

    Args:
        directions: (axes, dims) orthonormal.
        variances: (axes,) falling.
        floor: variance in every direction beyond.
    """

    directions: Floats
    variances: Floats
    floor: float

    @property
    def total(self) -> float:
        """Variance in all directions together."""
        beyond = self.directions.shape[1] - len(self.directions)
        return float(self.variances.sum() + beyond * self.floor)

    def precision(self, least: float) -> Floats:
        """(dims, dims) inverse covariance, where no variance counts as less than `least`."""
        floor = max(self.floor, least)
        extra = 1 / np.maximum(self.variances, least) - 1 / floor
        whole = self.directions.T * extra @ self.directions
        return np.asarray(whole + np.eye(self.directions.shape[1]) / floor)


def group_means(rows: Floats, group: NDArray[np.intp]) -> Floats:
    """(groups, dims) mean of each group; `group` (n,) counts from 0."""
    sums = np.zeros((int(group.max()) + 1, rows.shape[1]))
    np.add.at(sums, group, rows)
    return np.asarray(sums / np.maximum(np.bincount(group), 1)[:, None])


def principal_axes(rows: Floats, group: NDArray[np.intp]) -> Axes:
    """Principal axes of differences from the mean of one's group, as they are in the pool.

    Args:
        rows: (n, dims).
        group: (n,) from 0; each group with its own mean.

    Returns:
        As many axes as differences span; nothing beyond.
    """
    groups = len(np.unique(group))
    apart = rows - group_means(rows, group)[group]
    _, singular, directions = np.linalg.svd(apart, full_matrices=False)
    free = min(len(rows) - groups, rows.shape[1])
    held = int((singular[:free] > _ROUNDING * max(float(singular[0]), _ROUNDING)).sum())
    return Axes(directions[:held], singular[:held] ** 2 / max(len(rows) - groups, 1), 0.0)


def held_out_axes(
    rows: Floats, group: NDArray[np.intp], share: float, rng: np.random.Generator
) -> Axes:
    """The same axes with variances that lie between those of the pool and those of strangers.

    Principal axes follow the people of a pool by chance: along the first ones these differ more
    than other people, and other people differ in directions in which these do not differ at all.
    How much, ten folds tell. The total stays that of the pool.

    Args:
        rows: (n, dims), n at least 2 * `FOLDS`.
        group: (n,) from 0.
        share: 0 for the variances of the pool, 1 for those of people left out.
        rng: deals the folds.

    Source: variances along axes of others: Bartz, "Cross-validation based nonlinear shrinkage",
        2016, after Lam, "Nonparametric eigenvalue-regularized precision or covariance matrix
        estimator", Annals of Statistics 44, 2016.
    """
    known = principal_axes(rows, group)
    fold = rng.permutation(len(rows)) % FOLDS
    sides = [_strangers(rows, group, fold == number) for number in range(FOLDS)]
    count = min(len(known.directions), *(len(along) for along, _ in sides))
    if not share or not count:
        return known
    strange = np.mean([along[:count] for along, _ in sides], axis=0)
    falling = isotonic_regression(strange, increasing=False).x
    free = rows.shape[1] - count
    tail = float(known.variances[count:].sum()) / max(free, 1)
    beyond = float(np.mean([each for _, each in sides]))
    variances = (1 - share) * known.variances[:count] + share * falling
    floor = (1 - share) * tail + share * beyond if free else 0.0
    found = Axes(known.directions[:count], variances, floor)
    scale = known.total / found.total
    return Axes(found.directions, variances * scale, floor * scale)


def _strangers(
    rows: Floats, group: NDArray[np.intp], left_out: NDArray[np.bool_]
) -> tuple[Floats, float]:
    """Variances of those left out: (axes,) along others' principal axes, and in each beyond."""
    others = principal_axes(rows[~left_out], group[~left_out])
    means = group_means(rows[~left_out], group[~left_out])
    apart = rows[left_out] - means[group[left_out]]
    along = ((apart @ others.directions.T) ** 2).mean(axis=0)
    free = rows.shape[1] - len(along)
    left = float((apart**2).sum(axis=1).mean() - along.sum())
    return np.asarray(along), max(left, 0.0) / free if free else 0.0
