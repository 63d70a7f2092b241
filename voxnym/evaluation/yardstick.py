"""How far a ladder got on the yardstick: trials and a system known to be weak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from voxnym.evaluation.figures import rate_of, replicates_of
from voxnym.evaluation.ladder import Tried
from voxnym.evaluation.metrics import paired
from voxnym.evaluation.protocol import read_protocol
from voxnym.evaluation.report.words import shown
from voxnym.evaluation.results import Check, Figure
from voxnym.evaluation.scene import Scene

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
    protocol = read_protocol(PROTOCOL)
    trials = scene.trials
    if not set(protocol.speakers) <= set(trials.speakers):
        return None
    part = trials.for_speakers(protocol.speakers, protocol.name)
    if not part.digest.startswith(protocol.digest):
        return None
    rows = [trials.speakers.index(name) for name in part.speakers]
    columns = [trials.utterances.index(id) for id in part.utterances]

    def measured(knowledge: Sequence[str]) -> list[tuple[Figure, str, np.ndarray]]:
        return [
            (rate_of(part, scores, scene), each.attack.attacker, scores)
            for each in tried
            if each.attack.hears == "voice"
            and each.attack.knowledge in knowledge
            and not each.attack.void
            for scores in (each.scores[np.ix_(rows, columns)],)
        ]

    trained, lazy = measured(("semi-informed", "informed")), measured(("lazy-informed",))
    if not trained or not lazy:
        return None
    best, bare = (min(found, key=lambda each: each[0].value) for found in (trained, lazy))
    gap = paired(
        bare[0].value,
        best[0].value,
        replicates_of(part, bare[2], scene),
        replicates_of(part, best[2], scene),
    )
    is_weak = scene.subject.name == WEAK
    return Check(
        f"yardstick {PROTOCOL}",
        best[0].value <= BAR_PERCENT if is_weak else gap.low > 0,
        f"EER {shown(best[0])} by {best[1]}; lazy-informed {shown(bare[0])}, "
        f"{gap.value:.1f} points ({gap.low:.1f} to {gap.high:.1f}) more",
        f"at most {BAR_PERCENT:.0f} %: a system known to be weak; else the attackers are too weak"
        if is_weak
        else f"well below the lazy-informed figure ({WEAK} must fall to {BAR_PERCENT:.0f} %)",
    )
