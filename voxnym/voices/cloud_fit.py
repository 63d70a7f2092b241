"""How people lie around their mean, fitted; sizes chosen by people left out."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.cloud import Cloud
from voxnym.voices.gmm_settings import COMPONENTS, HELD_OUT, MIXTURES, GmmSettings
from voxnym.voices.held_out import Axes, group_means, held_out_axes, principal_axes
from voxnym.voices.mixture_fit import fit_mixture
from voxnym.voices.model import Floats

CHOICE_FOLDS: Final = 5


@dataclass(frozen=True, eq=False)
class FittedCloud:
    """A cloud, and how it was found.

    Args:
        cloud: the law.
        components: main axes.
        mixtures: parts of the mixture.
        converged: whether the fit of the mixture came to rest.
        likelihood: mean log density of people left out; None where sizes were given.
    """

    cloud: Cloud
    components: int
    mixtures: int
    converged: bool
    likelihood: float | None = None


def fit_cloud(
    rows: Floats, group: NDArray[np.intp], settings: GmmSettings, towards: Floats, seed: int
) -> FittedCloud:
    """The law of differences from the mean of one's group.

    Args:
        rows: (n, dims).
        group: (n,) from 0.
        settings: sizes may be "held-out".
        towards: (dims,) which way the first axis is to point; zeros where it does not matter.
        seed: of folds and starts.

    Raises:
        InputError: more main axes than people span.
        MissingExtraError: a mixture of several parts without scikit-learn.
    """
    likelihood = None
    if HELD_OUT in (settings.components, settings.mixtures):
        settings, likelihood = _chosen(rows, group, settings, seed)
    fitted = _fitted(rows, group, settings, _axes(rows, group, settings, seed), towards, seed)
    return dataclasses.replace(fitted, likelihood=likelihood)


def _axes(rows: Floats, group: NDArray[np.intp], settings: GmmSettings, seed: int) -> Axes:
    rng = np.random.default_rng([seed, 1])
    return held_out_axes(rows, group, settings.held_out_share, rng)


def _fitted(
    rows: Floats,
    group: NDArray[np.intp],
    settings: GmmSettings,
    axes: Axes,
    towards: Floats,
    seed: int,
) -> FittedCloud:
    """With sizes that are given."""
    known = principal_axes(rows, group)
    held = _components(settings, known)
    if held > len(axes.directions):
        raise InputError(
            f"components={held}: {len(rows)} people tell of {len(axes.directions)} axes; expected "
            "as many or fewer"
        )
    directions = _turned(axes.directions, towards)
    places = (rows - group_means(rows, group)[group]) @ directions[:held].T
    parts = int(settings.mixtures)
    found = fit_mixture(places, parts, settings.covariance, settings.tolerance, seed)
    mixture = found.mixture
    if settings.held_out_share:
        # A mixture has the variances of the pool; others are had by stretching it.
        mixture = mixture.scaled(np.sqrt(axes.variances[:held] / places.var(axis=0)))
    beyond = np.zeros(0), 0.0
    if settings.beyond == "axes":
        beyond = np.sqrt(axes.variances[held:]), float(np.sqrt(axes.floor))
    elif settings.beyond == "even":
        free = max(rows.shape[1] - held, 1)
        left = max(axes.total - float(axes.variances[:held].sum()), 0.0)
        beyond = np.zeros(0), float(np.sqrt(left / free))
    cloud = Cloud(directions[: held + len(beyond[0])], mixture, *beyond)
    return FittedCloud(cloud, held, len(mixture.weights), found.converged)


def _components(settings: GmmSettings, known: Axes) -> int:
    """Main axes: given, or those that hold the share of the pool's variance."""
    size = settings.components
    if isinstance(size, int):
        return size
    shares = np.cumsum(known.variances) / known.variances.sum()
    return int(np.searchsorted(shares, float(size))) + 1


def _turned(directions: Floats, towards: Floats) -> Floats:
    """The first axis points the way that is wanted, or to its largest entry."""
    first = directions[0]
    along = float(first @ towards) or float(first[np.abs(first).argmax()])
    return np.concatenate([first[None] * np.sign(along), directions[1:]])


def _chosen(
    rows: Floats, group: NDArray[np.intp], settings: GmmSettings, seed: int
) -> tuple[GmmSettings, float]:
    """Sizes that make people left out likeliest, the smallest of equals, and how likely."""
    fold = np.random.default_rng([seed, 2]).permutation(len(rows)) % CHOICE_FOLDS
    tried = _candidates(settings)
    found = np.zeros((CHOICE_FOLDS, len(tried)))
    for number in range(CHOICE_FOLDS):
        held = fold == number
        others, whose = rows[~held], group[~held]
        axes = _axes(others, whose, settings, seed)
        apart = rows[held] - group_means(others, whose)[group[held]]
        for place, one in enumerate(tried):
            found[number, place] = _likelihood(others, whose, one, axes, apart, seed)
    mean = found.mean(axis=0)
    if not np.isfinite(mean).any():
        raise InputError(
            f"no size gives people left out any chance with held_out_share="
            f"{settings.held_out_share}; choose one above 0, or give components and mixtures"
        )
    best = int(np.flatnonzero(mean >= np.nanmax(mean) - 1e-9)[0])
    return tried[best], float(mean[best])


def _likelihood(
    others: Floats,
    whose: NDArray[np.intp],
    settings: GmmSettings,
    axes: Axes,
    apart: Floats,
    seed: int,
) -> float:
    size = settings.components
    if isinstance(size, int) and size > len(axes.directions):
        return -np.inf
    fitted = _fitted(others, whose, settings, axes, np.zeros(others.shape[1]), seed)
    return float(fitted.cloud.log_density(apart).mean())


def _candidates(settings: GmmSettings) -> list[GmmSettings]:
    sizes = COMPONENTS if settings.components == HELD_OUT else (settings.components,)
    parts = MIXTURES if settings.mixtures == HELD_OUT else (settings.mixtures,)
    return [
        dataclasses.replace(settings, components=size, mixtures=part)
        for size, part in itertools.product(sizes, parts)
    ]
