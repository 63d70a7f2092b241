"""Linking: picking a person's recording out of a few, one of two attacks that the law names.

An equal error rate of single utterances hides how it grows with the number of utterances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from voxnym.errors import InputError
from voxnym.evaluation.metrics.ranks import Places, ranked
from voxnym.evaluation.metrics.scores import Floats

Ties = Literal["lot", "won"]
"""Who wins among equal scores: each as often, or (published) the right person."""


@dataclass(frozen=True)
class Linking:
    """Success of picking the right person out of a few.

    Args:
        value: probability that the right person scores above all others, 0 to 1.
        among: people to choose from, the right one included.
        chance: 1 / among.
        trials: how many right people were sought.
        unit: always "1", a probability.
    """

    value: float
    among: int
    chance: float
    trials: int
    unit: str = "1"


def linking(scores: ArrayLike, own: ArrayLike, among: int, *, ties: Ties = "lot") -> Linking:
    """Probability that the right person beats `among` - 1 others drawn at random.

    Exact, over all choices of others: with m of n - 1 others above, C(n - 1 - m, among - 1) of
    C(n - 1, among - 1) choices.

    Args:
        scores: (people, trials).
        own: (trials,) index of the right person.
        among: 2 to the number of people.
        ties: "lot": equal scores win equally often, so that constant scores give 1 / among.
            "won": the right person wins them all, as in the published package, where constant
            scores give 1.

    Raises:
        InputError: as of `ranked`, `among` out of range, or an unknown reading of ties.

    >>> linking([[3.0], [2.0], [1.0]], [1], 2).value
    0.5

    Source: Vauquier et al., Legally grounded evaluation of voice anonymization, Interspeech 2025,
        section 3.2.
    """
    found = ranked(scores, own)
    if not 2 <= among <= found.people:
        raise InputError(f"among={among}: expected 2 to {found.people}, the people there are")
    if ties not in ("lot", "won"):
        raise InputError(f"ties={ties!r}: expected lot or won")
    equal = found.equal if ties == "lot" else np.zeros_like(found.equal)
    value = _success(found.above, equal, found.people - 1, among - 1)
    return Linking(float(value.mean()), among, 1 / among, value.size)


def _success(above: Places, equal: Places, others: int, drawn: int) -> Floats:
    """Chance that none of the drawn others is above, and the lot decides among the equal ones."""
    result = np.zeros(above.size)
    total = _log_choose(np.array([others]), drawn)[0]
    for ties in range(int(equal.max()) + 1):
        ways = _log_choose(equal, ties) + _log_choose(others - above - equal, drawn - ties)
        result += np.exp(ways - total) / (ties + 1)
    return result


def _log_choose(n: Places, k: int) -> Floats:
    """Natural logarithm of n over k; minus infinity where there is no way."""
    from scipy.special import gammaln

    # The gamma function is infinite at 0, -1, -2, ...: k below 0 or above n.
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
