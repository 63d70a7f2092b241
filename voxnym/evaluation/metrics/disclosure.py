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


@dataclass(frozen=True, eq=False)
class RankDisclosure:
    """What ranks disclose.

    Args:
        value: mean disclosure, log2 N minus the entropy of the ranks; 0 to log2 N bits.
        largest: disclosure of the rank that tells most, bits.
        first: share of trials whose right person ranks first, 0 to 1.
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


def rank_disclosure(scores: ArrayLike, own: ArrayLike, *, fit: Fit = "frequency") -> RankDisclosure:
    """Similarity-rank disclosure of a full matrix of scores.

    Frequencies of few trials over many ranks overstate the mean by about (N - 1) / (2 n ln 2)
    bits; the beta-binomial fit smooths them.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.
        fit: "frequency" counts ranks (ties are spread over their places), "beta-binomial" fits
            that law to rank - 1 by maximum likelihood.

    Raises:
        InputError: as of `ranked`, or an unknown fit.

    Source: similarity-rank disclosure, arXiv 2605.07291, 2026.
    """
    found = ranked(scores, own)
    counted = np.zeros(found.people)
    for above, equal in zip(found.above, found.equal, strict=True):
        counted[above : above + equal + 1] += 1 / (equal + 1)
    counted /= counted.sum()
    if fit == "frequency":
        gamma = counted
    elif fit == "beta-binomial":
        gamma = _fitted(counted)
    else:
        raise InputError(f"fit={fit!r}: expected frequency or beta-binomial")
    return _disclosure(gamma, fit)


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
    choose = -betaln(k + 1, most - k + 1) - np.log(most + 1)

    def law(log_shape: Floats) -> Floats:
        a, b = np.exp(np.clip(log_shape, -10, 10))
        return np.asarray(choose + betaln(k + a, most - k + b) - betaln(a, b))

    best = minimize(lambda x: -float(counted @ law(x)), np.zeros(2), method="Nelder-Mead")
    gamma = np.exp(law(best.x))
    return np.asarray(gamma / gamma.sum())
