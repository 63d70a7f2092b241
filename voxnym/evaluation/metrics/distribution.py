"""All checks of a generator of voices at once, each beside what fresh real voices get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.distribution_laws import vectors_of
from voxnym.evaluation.metrics.distribution_statistics import all_statistics
from voxnym.evaluation.metrics.scores import Floats

Side = Literal["upper", "lower", "both"]

SIDES: Final[Mapping[str, Side]] = {
    "cosine_ks": "upper",
    "cosine_w1": "upper",
    "centred_ks": "upper",
    "centred_w1": "upper",
    "nearest": "both",
    "linear": "upper",
    "residual": "both",
    "norm_ks": "upper",
    "norm_spread": "both",
    "outside": "upper",
    "discrepancy": "upper",
    "precision": "lower",
    "recall": "lower",
    "density": "both",
    "coverage": "lower",
    "memory_ratio": "lower",
    "violations": "upper",
    "hits": "upper",
    "collision": "both",
    "gender": "both",
}
"""Which end of what real voices get is a failure."""

GATES: Final[Mapping[str, tuple[float, float]]] = {
    "cosine_ks": (0.0, 0.12),
    "cosine_w1": (0.0, 0.02),
    "centred_ks": (0.0, 0.08),
    "residual": (0.40, 0.60),
    "norm_spread": (0.8, 1.25),
    "linear": (0.0, 0.60),
    "discrepancy": (-1.0, 0.010),
    "recall": (0.70, 1.0),
    "coverage": (0.80, 1.0),
    "memory_ratio": (0.90, np.inf),
    "violations": (0.0, 0.50),
    "gender": (0.97, 1.0),
}
"""Stated excess for d-vectors of 65 people of a gender, pool and held out; for other networks or
numbers of people, measure what real voices get and state your own."""


@dataclass(frozen=True)
class Check:
    """One statistic of made voices.

    Args:
        name: a key of `SIDES`.
        value: with as many made voices as held-out real ones, mean of the genders.
        halves: mean over splits, made voices against halves of the real ones: what `low` and
            `high` are compared with, since many statistics depend on numbers.
        low: 2.5th percentile of what the other halves of the real ones get; of gender, their mean
            minus two standard deviations if that is lower.
        high: their 97.5th percentile.
        limits: stated ends for `value` that decide instead; None without.
        passed: whether it is inside on the side or sides that count.
    """

    name: str
    value: float
    halves: float
    low: float
    high: float
    limits: tuple[float, float] | None
    passed: bool


@dataclass(frozen=True)
class Distribution:
    """How made voices compare with real ones.

    Args:
        checks: in the order of `SIDES`.
        splits: of the real voices.
    """

    checks: tuple[Check, ...]
    splits: int

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of checks that made voices do not pass."""
        return tuple(check.name for check in self.checks if not check.passed)

    def __getitem__(self, name: str) -> Check:
        return next(check for check in self.checks if check.name == name)


@dataclass(frozen=True, eq=False)
class Voices:
    """Voices with their genders.

    Args:
        vectors: (n, d).
        gender: (n,) labels.
    """

    vectors: ArrayLike
    gender: ArrayLike

    def split(self) -> dict[str, Floats]:
        """(n, d) of each gender.

        Raises:
            InputError: not one gender for each voice.
        """
        rows, label = vectors_of(self.vectors), np.asarray(self.gender).ravel()
        if label.size != len(rows):
            raise InputError(f"{len(rows)} voices with {label.size} genders")
        return {str(name): rows[label == name] for name in np.unique(label)}


def check_distribution(
    generated: Voices,
    organic: Voices,
    pool: Voices,
    *,
    threshold: float,
    rng: np.random.Generator,
    splits: int = 20,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> Distribution:
    """Whether a generator of voices follows real ones, without being copies of them.

    Every statistic is computed within a gender and averaged over the two; cosines of both genders'
    pairs make one law. Real voices are split in halves: the second half against the first says
    what chance does, made voices against the first what they do.

    Args:
        generated: as many of each gender as organic, or more.
        organic: real voices of people not in the pool, twelve or more of each gender.
        pool: what the generator was made from; at least as many of each gender as organic.
        threshold: cosine above which the network takes two voices for one person.
        rng: splits, folds.
        splits: 20 or more for a result to state.
        limits: ends that decide instead of real voices' for some checks, like `GATES`.

    Raises:
        InputError: shapes or numbers that do not fit, or limits of an unknown check.
        MissingExtraError: scikit-learn is not installed.
    """
    sets = [one.split() for one in (generated, organic, pool)]
    _fit(sets, limits or {}, splits)
    null, halves = [], []
    for _ in range(splits):
        made, real, known = ({k: rng.permutation(v) for k, v in one.items()} for one in sets)
        first = {k: v[: len(v) // 2] for k, v in real.items()}
        second = {k: v[len(v) // 2 : 2 * (len(v) // 2)] for k, v in real.items()}
        few = {k: made[k][: len(v)] for k, v in first.items()}
        null.append(all_statistics(second, first, known, threshold, rng))
        halves.append(all_statistics(few, first, known, threshold, rng))
    whole = {k: rng.permutation(v)[: len(sets[1][k])] for k, v in sets[0].items()}
    shuffled = {k: rng.permutation(v) for k, v in sets[2].items()}
    value = all_statistics(whole, sets[1], shuffled, threshold, rng)
    return Distribution(
        tuple(
            _check(
                name,
                value[name],
                np.array([one[name] for one in halves]),
                np.array([one[name] for one in null]),
                (limits or {}).get(name),
            )
            for name in SIDES
        ),
        splits,
    )


def _fit(
    sets: list[dict[str, Floats]], limits: Mapping[str, tuple[float, float]], splits: int
) -> None:
    made, real, known = sets
    if not made.keys() == real.keys() == known.keys() or len(real) != 2:
        raise InputError("expected the same two genders in made, real and pool voices")
    for gender, voices in real.items():
        if len(voices) < 12:
            raise InputError(f"{len(voices)} real voices of gender {gender}: expected 12 or more")
        if min(len(made[gender]), len(known[gender])) < len(voices):
            raise InputError(
                f"gender {gender}: {len(made[gender])} made voices and {len(known[gender])} in the "
                f"pool, expected at least {len(voices)} as there are real ones"
            )
    unknown = sorted(limits.keys() - SIDES.keys())
    if unknown or splits < 1:
        raise InputError(f"limits of unknown checks {unknown}, {splits} splits")


def _check(
    name: str, value: float, halves: Floats, null: Floats, limits: tuple[float, float] | None
) -> Check:
    low, high = (float(x) for x in np.percentile(null, [2.5, 97.5]))
    if name == "gender":
        low = min(low, float(null.mean() - 2 * null.std()))
    middle = float(halves.mean())
    seen, ends = (value, limits) if limits is not None else (middle, (low, high))
    # Sums in another order differ in the last bits.
    above, below = seen > ends[1] + 1e-9, seen < ends[0] - 1e-9
    side: Side = "both" if limits is not None else SIDES[name]
    wrong = {"upper": above, "lower": below, "both": above or below}[side]
    return Check(name, value, middle, low, high, limits, not wrong)
