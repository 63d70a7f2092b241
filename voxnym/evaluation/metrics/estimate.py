"""A figure as it may be stated: value, interval, what it rests on, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.bootstrap import Interval, indicative, interval
from voxnym.evaluation.metrics.scores import Floats

_LEAST_SHARE: Final = 0.9
"""Of the resamples; where more give no value, the others are no fair sample of them."""


@dataclass(frozen=True)
class Estimate:
    """One measured value.

    Args:
        value: mean over the attacker's seeds.
        low: lower end of the 95 % interval.
        high: its upper end.
        unit: "1", "%", "bits", …
        speakers: people that it rests on.
        targets: target trials, or units of another kind.
        nontargets: non-target trials; 0 where there are none by nature.
        replicates: resamples that gave a value, of all seeds.
        why: why it is too little for a claim; empty where it is enough.
    """

    value: float
    low: float
    high: float
    unit: str
    speakers: int
    targets: int
    nontargets: int
    replicates: int
    why: str

    @property
    def indicative(self) -> bool:
        """Whether there is too little for a claim."""
        return bool(self.why)


def estimate(
    values: ArrayLike,
    replicates: ArrayLike,
    *,
    genders: Sequence[str],
    targets: int,
    nontargets: int = 0,
    unit: str = "1",
) -> Estimate:
    """A value with its interval over people and over the attacker's seeds.

    Args:
        values: the value of all data; several for several seeds of the attacker.
        replicates: (r,) of one seed, or (seeds, r); all are pooled, so that the interval covers
            what varies between seeds, too.
        genders: "f", "m" or "unknown" of each person.
        targets: number of target trials, or of other units.
        nontargets: number of non-target trials.
        unit: of value and interval.

    Raises:
        InputError: not one row of replicates for each value, or no replicate with a value.

    >>> found = estimate(0.2, [0.1, 0.2, 0.3], genders=["f", "m"], targets=300)
    >>> found.indicative, found.why
    (True, 'only 1 women and 1 men (20 of each would allow a claim)')
    """
    each, rows = _seeds(values, replicates)
    found = interval(float(each.mean()), rows.ravel())
    why = indicative({g: list(genders).count(g) for g in ("f", "m")}, targets)
    if found.replicates < _LEAST_SHARE * rows.size:
        lost = f"only {found.replicates} of {rows.size} resamples gave a value"
        why = f"{why}; {lost}" if why else lost
    return Estimate(
        found.value,
        found.low,
        found.high,
        unit,
        len(genders),
        targets,
        nontargets,
        found.replicates,
        why,
    )


@dataclass(frozen=True)
class Comparison:
    """Two systems on the same trials.

    Args:
        difference: first minus second, with its interval.
        better: which one is; "neither" unless the interval excludes zero.
    """

    difference: Interval
    better: Literal["first", "second", "neither"]


def compare(
    first: ArrayLike,
    second: ArrayLike,
    first_replicates: ArrayLike,
    second_replicates: ArrayLike,
    *,
    higher_is_better: bool,
) -> Comparison:
    """Which of two systems is better, by their differences on the same resamples of people.

    Args:
        first: value of the first system; several for several seeds of the attacker.
        second: of the second.
        first_replicates: (r,) or (seeds, r) of the first, from one set of `resamples`.
        second_replicates: of the second, from the same set. Each seed of the first meets each of
            the second.
        higher_is_better: True for an equal error rate as privacy, False for word errors.

    Raises:
        InputError: numbers of replicates or seeds that differ.

    >>> low, high = [0.1, 0.2, 0.3], [0.2, 0.3, 0.4]
    >>> compare(0.2, 0.3, low, high, higher_is_better=True).better
    'second'
    """
    one, mine = _seeds(first, first_replicates)
    two, theirs = _seeds(second, second_replicates)
    if mine.shape[1] != theirs.shape[1]:
        raise InputError(
            f"{mine.shape[1]} and {theirs.shape[1]} replicates: a comparison needs the same "
            "resamples"
        )
    differences = (mine[:, None] - theirs[None]).ravel()
    found = interval(float(one.mean() - two.mean()), differences)
    if not found.excludes_zero:
        return Comparison(found, "neither")
    return Comparison(found, "first" if (found.low > 0) == higher_is_better else "second")


def _seeds(values: ArrayLike, replicates: ArrayLike) -> tuple[Floats, Floats]:
    """Values (seeds,) and replicates (seeds, r)."""
    each = np.atleast_1d(np.asarray(values, np.float64))
    rows = np.atleast_2d(np.asarray(replicates, np.float64))
    if each.ndim != 1 or rows.ndim != 2 or each.size != rows.shape[0]:
        raise InputError(
            f"values of shape {each.shape} with replicates of shape {rows.shape}: expected one row "
            "for each value"
        )
    return each, rows
