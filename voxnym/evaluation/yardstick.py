"""How far a ladder got on the yardstick: trials and a system known to be weak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.figures import rate_of, replicates_of
from voxnym.evaluation.ladder import Tried
from voxnym.evaluation.metrics import paired
from voxnym.evaluation.protocol import read_protocol
from voxnym.evaluation.report.words import shown
from voxnym.evaluation.results import Check, Figure
from voxnym.evaluation.scene import Scene

if TYPE_CHECKING:
    from voxnym.corpora.trials import Trials

PROTOCOL: Final = "first17"
WEAK: Final = "mcadams"
"""The known-weak system: published attackers bring it to single digits or little more."""
BAR_PERCENT: Final = 13.0
"""An attacker that leaves it more than this is too weak."""


def yardstick(scene: Scene, tried: Sequence[Tried]) -> Check | None:
    """The strongest attacker on the trials of the yardstick, beside the best untrained one.

    Passed where the known-weak system falls to the bar, or where another system falls below its
    lazy-informed figure by more than chance.

    Args:
        scene: whose trials may hold those of the yardstick.
        tried: attackers with their scores.

    Returns:
        None where the trials are others, or no attacker was trained.
    """
    part = _part(scene.trials)
    if part is None:
        return None
    trained = _strongest(scene, part, tried, ("semi-informed", "informed"))
    lazy = _strongest(scene, part, tried, ("lazy-informed",))
    if trained is None or lazy is None:
        return None
    rates = [replicates_of(part, each.scores, scene) for each in (lazy, trained)]
    gap = paired(lazy.rate.value, trained.rate.value, *rates)
    is_weak = scene.subject.name == WEAK
    return Check(
        f"yardstick {PROTOCOL}",
        trained.rate.value <= BAR_PERCENT if is_weak else gap.low > 0,
        f"EER {shown(trained.rate)} by {trained.attacker}; lazy-informed {shown(lazy.rate)}, "
        f"{gap.value:.1f} points ({gap.low:.1f} to {gap.high:.1f}) more",
        f"at most {BAR_PERCENT:.0f} %: a system known to be weak; else the attackers are too weak"
        if is_weak
        else f"well below the lazy-informed figure ({WEAK} must fall to {BAR_PERCENT:.0f} %)",
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    """One attacker on the trials of the yardstick."""

    rate: Figure
    attacker: str
    scores: NDArray[np.float64]


def _part(trials: Trials) -> Trials | None:
    """The trials of the yardstick among these; None where they are others."""
    protocol = read_protocol(PROTOCOL)
    if not set(protocol.speakers) <= set(trials.speakers):
        return None
    part = trials.for_speakers(protocol.speakers, protocol.name)
    return part if part.digest.startswith(protocol.digest) else None


def _strongest(
    scene: Scene, part: Trials, tried: Sequence[Tried], knowledge: Sequence[str]
) -> _Measured | None:
    """The lowest rate of attackers that hear the voice, know so much and are not void."""
    rows = [scene.trials.speakers.index(name) for name in part.speakers]
    columns = [scene.trials.utterances.index(id) for id in part.utterances]
    found = []
    for each in tried:
        attack = each.attack
        if attack.hears == "voice" and attack.knowledge in knowledge and not attack.void:
            scores = each.scores[np.ix_(rows, columns)]
            found.append(_Measured(rate_of(part, scores, scene), attack.attacker, scores))
    return min(found, key=lambda each: each.rate.value, default=None)
