"""Ways to make voices that belong to nobody, side by side: ours, those it replaces, and cheats."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Gender
from voxnym.voices.gmm_fit import fit_gmm
from voxnym.voices.gmm_settings import DEFAULT, PUBLISHED, GmmSettings
from voxnym.voices.model import Wish
from voxnym.voices.pool import Pool

Floats = NDArray[np.float64]
ByGender = Mapping[Gender, Floats]
Method = Callable[[ByGender, ByGender, np.random.Generator], dict[Gender, Floats]]
"""Pool, held-out people (only their number counts, but for averages), chance; voices."""

FAR_SHARE = 3
AVERAGED_SHARE = 2


def pool_of(voices: ByGender) -> Pool:
    rows = [(gender, vector) for gender, some in voices.items() for vector in some]
    names = tuple(f"{number:05d}" for number in range(len(rows)))
    return Pool(np.stack([v for _, v in rows]), names, tuple(g for g, _ in rows), "dvector")


def fitted(settings: GmmSettings, *, sees_all: bool = False) -> Method:
    """Voices of a model; with `sees_all` fitted to held-out people as well, which no test may."""

    def make(pool: ByGender, held: ByGender, rng: np.random.Generator) -> dict[Gender, Floats]:
        known = {g: np.concatenate([pool[g], held[g]]) if sees_all else pool[g] for g in pool}
        model = fit_gmm(pool_of(known), settings, seed=int(rng.integers(1 << 31)))
        return {
            gender: np.stack([model.draw(rng, Wish(gender)).vector for _ in some])
            for gender, some in held.items()
        }

    return make


def averages(pool: ByGender, held: ByGender, rng: np.random.Generator) -> dict[Gender, Floats]:
    """As baseline B1: of the third of the pool that is farthest from a person, half, averaged."""
    made: dict[Gender, Floats] = {}
    for gender, people in held.items():
        known = pool[gender]
        far = np.argsort(unit(people) @ unit(known).T, axis=1)[:, : len(known) // FAR_SHARE]
        few = far.shape[1] // AVERAGED_SHARE
        made[gender] = np.stack([known[rng.choice(row, few, False)].mean(axis=0) for row in far])
    return made


def ledoit_wolf(pool: ByGender, held: ByGender, rng: np.random.Generator) -> dict[Gender, Floats]:
    """One Gaussian with a covariance shrunk towards a round one."""
    from sklearn.covariance import LedoitWolf

    made: dict[Gender, Floats] = {}
    for gender, some in held.items():
        law = LedoitWolf().fit(pool[gender])
        made[gender] = rng.multivariate_normal(law.location_, law.covariance_, len(some))
    return made


def copies(pool: ByGender, held: ByGender, rng: np.random.Generator) -> dict[Gender, Floats]:
    """People of the pool themselves, drawn with replacement."""
    return {g: pool[g][rng.integers(len(pool[g]), size=len(some))] for g, some in held.items()}


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _ours(**changed: object) -> Method:
    """Ours with one part as mixture, which people left out choose every time for the default."""
    return fitted(dataclasses.replace(DEFAULT, mixtures=1, **changed))  # type: ignore[arg-type]


METHODS: Mapping[str, Method] = {
    "averages, as B1": averages,
    "DPX as published": fitted(PUBLISHED),
    "DPX improved": fitted(DEFAULT),
    "copies of the pool": copies,
    "Ledoit-Wolf Gaussian": ledoit_wolf,
    "improved, each gender its margins": _ours(margins="gender"),
    "improved, atoms dealt by chance": _ours(atom_rounds=0),
    "improved, even chance beyond 40 axes": _ours(beyond="even"),
    "improved, variances of the pool": _ours(held_out_share=0.0),
    "improved, variances of people left out": _ours(held_out_share=1.0),
    "improved, each gender its covariance": _ours(shares_covariance=False),
    "improved, fitted to both sides (no test)": fitted(
        dataclasses.replace(DEFAULT, mixtures=1), sees_all=True
    ),
}

MUST_FAIL: Mapping[str, frozenset[str]] = {
    "copies of the pool": frozenset({"memory_ratio"}),
    "averages, as B1": frozenset({"cosine_ks", "recall"}),
    "DPX as published": frozenset({"cosine_ks", "residual", "recall"}),
}
"""Gates that controls must not pass: a check that lets them through checks nothing."""
