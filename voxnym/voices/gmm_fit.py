"""A mixture of voices fitted to a pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from voxnym.errors import InputError
from voxnym.records import Gender
from voxnym.voices.censored import Censored, redrawn
from voxnym.voices.cloud_fit import FittedCloud, fit_cloud
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.gender_voices import GenderVoices
from voxnym.voices.gmm import GmmVoices
from voxnym.voices.gmm_settings import DEFAULT, GmmSettings
from voxnym.voices.held_out import group_means, held_out_axes
from voxnym.voices.margins import Margins, fit_margins
from voxnym.voices.model import Fact, Floats
from voxnym.voices.norm_law import norm_quantiles
from voxnym.voices.pool import Pool

LEAST_PEOPLE: Final = 30
FEW_PEOPLE: Final = 200
MOST_STILL: Final = 0.97
"""A value that is at its lowest in a larger share of people tells nothing of others."""
_LEAST_VARIANCE: Final = 1e-3
_UNIT: Final = 1e-4


@dataclass(frozen=True, eq=False)
class _Scores:
    """What the cloud is fitted to: rows (n, varied), and which of them are cut off where."""

    rows: Floats
    censored: Censored
    margins: Mapping[Gender, Margins]
    varied: NDArray[np.bool_]


def fit_gmm(pool: Pool, settings: GmmSettings = DEFAULT, seed: int = 0) -> GmmVoices:
    """A model of the voices of a pool, each person counted once.

    Args:
        pool: 30 people or more of each gender that is in it; people of unknown gender are left
            out where genders have laws of their own, unless nobody's is known.
        settings: see `DEFAULT` and `PUBLISHED`.
        seed: of folds, of starts, and of scores that are drawn.

    Raises:
        InputError: too few people.
        MissingExtraError: a mixture of several parts without scikit-learn.
    """
    people, group, names = _people(pool, settings)
    vectors = people.vectors
    rng = np.random.default_rng([seed, 0])
    scores = _scores(vectors, group, names, settings, rng)
    rows = _settled(scores, group, settings, rng)
    means = group_means(rows, group)
    clouds = _clouds(rows, group, means, settings, seed)
    centres = group_means(vectors, group)
    laws = {
        name: GenderVoices(
            centres[number],
            _whole(means[number], scores.varied, centres[number]),
            scores.varied,
            clouds[number].cloud,
            scores.margins.get(name),
        )
        for number, name in enumerate(names)
    }
    about = _about(pool, group, names, clouds, seed)
    norms = norm_quantiles(vectors)
    return GmmVoices(pool.embedder, laws, GenderLine.fit(people), norms, settings, about)


def _people(pool: Pool, settings: GmmSettings) -> tuple[Pool, NDArray[np.intp], list[Gender]]:
    """People, the number of each one's group, and names of groups."""
    people = pool.means()
    if settings.norm == "pool" and _are_unit(pool.vectors):
        # The mean of several vectors of norm 1 is shorter, which no recording's vector is.
        people = Pool(_unit(people.vectors), people.speakers, people.genders, people.embedder)
    both: tuple[Gender, ...] = ("f", "m")
    names = [each for each in both if each in people.genders]
    if settings.by_gender and names:
        people = people.of_gender(*names)
    else:
        names = ["unknown"]
    of = {name: number for number, name in enumerate(names)}
    group = np.array([of.get(each, 0) for each in people.genders], np.intp)
    for name, count in zip(names, np.bincount(group, minlength=len(names)), strict=True):
        if count < LEAST_PEOPLE:
            raise InputError(
                f"{count} people of gender {name!r} in the pool; expected {LEAST_PEOPLE} or more, "
                "or there would be hardly more than these people in the model"
            )
    return people, group, names


def _scores(
    vectors: Floats,
    group: NDArray[np.intp],
    names: list[Gender],
    settings: GmmSettings,
    rng: np.random.Generator,
) -> _Scores:
    """Normal scores by the margins; values themselves without."""
    if settings.margins == "none":
        varied = np.ptp(vectors, axis=0) > 0
        rows = vectors[:, varied]
        return _Scores(rows, Censored(np.zeros(rows.shape, bool), rows), {}, varied)
    whose = group if settings.margins == "gender" else np.zeros_like(group)
    scores, limits = np.empty_like(vectors), np.empty_like(vectors)
    cut = np.zeros(vectors.shape, bool)
    margins: dict[Gender, Margins] = {}
    for number in np.unique(whose):
        own = np.flatnonzero(whose == number)
        law = fit_margins(vectors[own])
        lowest = vectors[own] == vectors[own].min(axis=0)
        scores[own] = law.to_normal(vectors[own], rng)
        cut[own] = lowest & (lowest.sum(axis=0) > 1)
        limits[own] = ndtri(np.clip(lowest.mean(axis=0), 1e-9, 1 - 1e-9))
        margins |= {names[each]: law for each in np.unique(group[own])}
    varied = cut.mean(axis=0) < MOST_STILL
    censored = Censored(cut[:, varied], limits[:, varied])
    return _Scores(scores[:, varied], censored, margins, varied)


def _settled(
    scores: _Scores, group: NDArray[np.intp], settings: GmmSettings, rng: np.random.Generator
) -> Floats:
    """Scores, those that are cut off drawn given all others and the law of all, in turn."""
    rows, whose = scores.rows, group
    if not scores.censored.cut.any():
        return rows
    for _ in range(settings.atom_rounds):
        centres = group_means(rows, whose)[whose]
        axes = held_out_axes(rows, whose, settings.held_out_share, rng)
        precision = axes.precision(_LEAST_VARIANCE * axes.total / rows.shape[1])
        rows = redrawn(rows, centres, scores.censored, precision, rng)
    return rows


def _clouds(
    rows: Floats, group: NDArray[np.intp], means: Floats, settings: GmmSettings, seed: int
) -> list[FittedCloud]:
    """One for each group, the same for all where they share it."""
    towards = means[-1] - means[0]
    if settings.shares_covariance:
        return [fit_cloud(rows, group, settings, towards, seed)] * len(means)
    found = []
    for number in range(len(means)):
        those = group == number
        found.append(fit_cloud(rows[those], np.zeros_like(group[those]), settings, towards, seed))
    return found


def _whole(mean: Floats, varied: NDArray[np.bool_], centre: Floats) -> Floats:
    """The mean in all dimensions: of those that do not vary, the value that they have."""
    whole = centre.copy()
    whole[varied] = mean
    return whole


def _about(
    pool: Pool,
    group: NDArray[np.intp],
    names: list[Gender],
    clouds: list[FittedCloud],
    seed: int,
) -> dict[str, Fact]:
    counts = dict(zip(names, np.bincount(group).tolist(), strict=True))
    notes: list[Fact] = [
        f"{count} people of gender {name}: fewer than {FEW_PEOPLE}, so voices follow these people "
        "more than people in general"
        for name, count in counts.items()
        if count < FEW_PEOPLE
    ]
    left_out = pool.people - sum(counts.values())
    if left_out:
        notes.append(f"{left_out} people of unknown gender were left out")
    notes += [
        f"gender {name}: the fit of the mixture did not come to rest"
        for name, cloud in zip(names, clouds, strict=True)
        if not cloud.converged
    ]
    return {
        "people": dict(counts),
        "pool": pool.digest,
        "seed": seed,
        "components": {name: each.components for name, each in zip(names, clouds, strict=True)},
        "mixtures": {name: each.mixtures for name, each in zip(names, clouds, strict=True)},
        "likelihood": {name: each.likelihood for name, each in zip(names, clouds, strict=True)},
        "notes": notes,
    }


def _are_unit(vectors: Floats) -> bool:
    return bool((np.abs(np.linalg.norm(vectors, axis=1) - 1) < _UNIT).all())


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
