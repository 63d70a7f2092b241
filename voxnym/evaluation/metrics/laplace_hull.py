"""Equal error rate of the hull as the 2024 challenge's program has it with Laplace: wrong, kept."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from voxnym.evaluation.metrics.pav import calibrated
from voxnym.evaluation.metrics.rocch import HullErrorRate
from voxnym.evaluation.metrics.scores import Floats, checked

_PADS: Final = 2
"""Of each kind, half of them at either end."""


def published_laplace_eer(target_scores: ArrayLike, nontarget_scores: ArrayLike) -> HullErrorRate:
    """A published defect, to reproduce published figures; use `rocch_eer` for the rate itself.

    The four trials that the Laplace variant adds are left in the counts, while rates are shares
    of the trials without them: rates leave 0 to 1, perfect separation does not give 0, and the
    value may pass 0.5.

    Args:
        target_scores: of the same person.
        nontarget_scores: of different people.

    Raises:
        InputError: no scores on a side, or NaN.

    >>> round(published_laplace_eer([0.6, 0.7, 0.8, 0.5], [0.4, 0.3, 0.55, 0.1]).value, 6)
    0.142857
    """
    target = checked(target_scores, "target")
    nontarget = checked(nontarget_scores, "non-target")
    found = calibrated(target, nontarget, ties="nontargets-first", laplace=True)
    above = found.nontargets.sum() - np.cumsum(found.nontargets)
    # Counting starts from the trials without the added ones, and goes on with them.
    alarm = np.append(1.0, (above - 2 * _PADS) / nontarget.size)
    miss = np.append(0.0, np.cumsum(found.targets)) / target.size
    return HullErrorRate(_largest(alarm, miss), alarm, miss)


def _largest(alarm: Floats, miss: Floats) -> float:
    """Largest rate at which the line through a segment has equal errors.

    With the added trials every segment has misses that rise and alarms that fall. The published
    program solves for each line and stops at one through the origin; its equal error is 0.
    """
    across = alarm[:-1] * miss[1:] - alarm[1:] * miss[:-1]
    return float((across / (np.diff(miss) - np.diff(alarm))).max())
