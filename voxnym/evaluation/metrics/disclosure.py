"""Similarity-rank disclosure: bits that the rank of the right person gives away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.ranks import ranked
from voxnym.evaluation.metrics.scores import Floats

Fit = Literal["frequency", "beta-binomial"]
Ties = Literal["spread", "average"]
"""What people with one score share: all their places, or (published) the mean of them."""


@dataclass(frozen=True, eq=False)
class RankDisclosure:
    """What ranks disclose.

    Args:
        value: mean disclosure, log2 N minus the entropy of the ranks; 0 to log2 N bits.
        largest: disclosure of the rank that tells most, bits.
        first: share of trials whose right person ranks first (identification rate), 0 to 1.
        spread: share of ranks that are more frequent than by guessing.
        frequencies: (people,) of ranks 1 to N, adding up to 1.
        fit: how they were estimated.
        unit: always "bits".
    """

    value: float
    largest: float
    first: float
    spread: float
    frequencies: Floats
    fit: Fit
    unit: str = "bits"

    @property
    def bits(self) -> Floats:
        """(people,) disclosure of each rank, log2(N · frequency)."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log2(self.frequencies * self.frequencies.size))

    @property
    def llr(self) -> Floats:
        """(people,) the same as natural log-likelihood ratio, ln[γ (N - 1) / (1 - γ)]."""
        n = self.frequencies.size
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.frequencies * (n - 1)) - np.log1p(-self.frequencies))


def rank_disclosure(
    scores: ArrayLike, own: ArrayLike, *, fit: Fit = "frequency", ties: Ties = "spread"
) -> RankDisclosure:
    """Similarity-rank disclosure of a full matrix of scores.

    Frequencies of few trials over many ranks overstate the mean by about (N - 1) / (2 n ln 2)
    bits; the beta-binomial fit smooths them.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.
        fit: "frequency" counts ranks, "beta-binomial" fits that law to rank - 1 by maximum
            likelihood.
        ties: "spread": equal scores count for each of their places, so that constant scores
            disclose nothing. "average": for the mean of their places, as published; constant
            scores then disclose log2 N bits, the rank being always the same.

    Raises:
        InputError: as of `ranked`, or an unknown fit or reading of ties.

    >>> rank_disclosure([[3.0, 1.0], [2.0, 2.0]], [0, 1]).value
    1.0

    Source: similarity-rank disclosure, arXiv 2605.07291, 2026.
    """
    found = ranked(scores, own)
    if ties == "spread":
        low, high = found.above, found.above + found.equal
    elif ties == "average":
        # Half places count for both neighbours.
        low = found.above + found.equal // 2
        high = found.above + (found.equal + 1) // 2
    else:
        raise InputError(f"ties={ties!r}: expected spread or average")
    counted = np.zeros(found.people)
    for first, last in zip(low, high, strict=True):
        counted[first : last + 1] += 1 / (last - first + 1)
    counted /= counted.sum()
    if fit == "frequency":
        return _disclosure(counted, fit)
    if fit == "beta-binomial":
        return _disclosure(_fitted(counted), fit)
    raise InputError(f"fit={fit!r}: expected frequency or beta-binomial")


def _disclosure(gamma: Floats, fit: Fit) -> RankDisclosure:
    n = gamma.size
    some = gamma > 0
    entropy = float(-(gamma[some] * np.log2(gamma[some])).sum())
    return RankDisclosure(
        float(np.log2(n) - entropy),
        float(np.log2(n * gamma.max())),
        float(gamma[0]),
        float((gamma > 1 / n).mean()),
        gamma,
        fit,
    )


def _fitted(counted: Floats) -> Floats:
    """Beta-binomial law of k = rank - 1 out of N - 1, by maximum likelihood."""
    from scipy.optimize import minimize
    from scipy.special import betaln

    k, most = np.arange(counted.size), counted.size - 1
    choose = -betaln(k + 1, most - k + 1)

    def law(log_shape: Floats) -> Floats:
        """Natural logarithm, but for a constant."""
        a, b = np.exp(np.clip(log_shape, -10, 10))
        return np.asarray(choose + betaln(k + a, most - k + b) - betaln(a, b))

    best = minimize(lambda x: -float(counted @ law(x)), np.zeros(2), method="Nelder-Mead")
    gamma = np.exp(law(best.x))
    return np.asarray(gamma / gamma.sum())
