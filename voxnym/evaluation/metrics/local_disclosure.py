"""Local information disclosure: bits that one trial gives away about who speaks in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.ranks import Places, ranked
from voxnym.evaluation.metrics.scores import Floats


@dataclass(frozen=True, eq=False)
class LocalDisclosure:
    """What single trials disclose.

    Args:
        value: mean (ALID), bits; negative where the attacker is misled.
        trials: (trials,) bits of each, log2(N · p of the right person).
        positive: share of trials above 0 bits; the others are 0 or below.
        positive_mean: mean of those, 0 where there are none.
        negative_mean: mean of the others.
        largest: of any trial.
        unit: always "bits".
    """

    value: float
    trials: Floats
    positive: float
    positive_mean: float
    negative_mean: float
    largest: float
    unit: str = "bits"


def local_disclosure(
    scores: ArrayLike,
    own: ArrayLike,
    development_scores: ArrayLike,
    development_own: ArrayLike,
) -> LocalDisclosure:
    """Local information disclosure of every trial.

    Scores of a trial against all people are standardised; a class-balanced logistic regression on
    other people's trials tells what they are worth; softmax over the people gives the probability
    of the right one.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.
        development_scores: (people, trials) of a development set, with the same attacker.
        development_own: its right people.

    Raises:
        InputError: as of `ranked`, infinite scores, or a trial whose scores are all equal.

    Source: local information disclosure as its published program computes it; the offset of the
        regression cancels in the softmax.
    """
    weight = _weight(development_scores, development_own)
    z, right = _standardised(scores, own)
    logits = weight * z
    logits -= logits.max(axis=0)
    log_p = logits[right, np.arange(right.size)] - np.log(np.exp(logits).sum(axis=0))
    bits = (log_p + np.log(z.shape[0])) / np.log(2)
    up = bits > 0
    return LocalDisclosure(
        float(bits.mean()),
        bits,
        float(up.mean()),
        float(bits[up].mean()) if up.any() else 0.0,
        float(bits[~up].mean()) if not up.all() else 0.0,
        float(bits.max()),
    )


def _standardised(scores: ArrayLike, own: ArrayLike) -> tuple[Floats, Places]:
    found = np.asarray(scores, np.float64)
    ranked(found, own)
    if np.isinf(found).any():
        raise InputError(f"{int(np.isinf(found).sum())} scores are infinite: no standard deviation")
    spread = found.std(axis=0, ddof=1)
    flat = int((spread == 0).sum())
    if flat:
        raise InputError(f"{flat} trials have one score for all people: nothing to standardise")
    return (found - found.mean(axis=0)) / spread, np.asarray(own, np.intp).ravel()


def _weight(scores: ArrayLike, own: ArrayLike) -> float:
    """Slope of the class-balanced logistic regression; its offset cancels in the softmax."""
    from scipy.optimize import minimize

    z, right = _standardised(scores, own)
    mine = np.zeros(z.shape, np.bool_)
    mine[right, np.arange(right.size)] = True
    high, low = z[mine], z[~mine]

    def loss(x: Floats) -> float:
        miss = np.logaddexp(0, -(x[0] * high + x[1])).mean()
        alarm = np.logaddexp(0, x[0] * low + x[1]).mean()
        # A tiny penalty, so that perfect separation has an answer.
        return float(miss + alarm + 1e-6 * x[0] ** 2)

    return float(minimize(loss, np.array([1.0, 0.0]), method="BFGS").x[0])
