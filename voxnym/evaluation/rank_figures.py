"""What an attacker's ranking of the enrolled people gives away about who speaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation import metrics
from voxnym.evaluation.results import Figure
from voxnym.evaluation.utility.resampled import ratio_figure

if TYPE_CHECKING:
    from voxnym.corpora.trials import Trials
    from voxnym.evaluation.scene import Scene

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def rank_figures(
    scene: Scene, trials: Trials, scores: Floats, own: Places
) -> Iterator[tuple[str, Figure]]:
    """Rank of the right person, and bits disclosed: by rank, and utterance by utterance.

    Args:
        scene: whose random numbers are used.
        trials: who is enrolled.
        scores: (people, utterances) of utterances whose speaker is enrolled.
        own: (utterances,) who speaks.
    """
    if len(trials.speakers) < 2:
        return
    found = metrics.rank_disclosure(scores, own)
    basis = f"{len(trials.speakers)} people, {own.size} utterances"
    yield "rank_1", Figure(100 * found.first, basis=basis)
    yield "disclosure_mean", Figure(found.value, unit="bits", basis=basis)
    yield "disclosure_max", Figure(found.largest, unit="bits", basis=basis)
    bits = local_bits(scores, own, scene.generator("local disclosure"))
    if bits is not None:
        people = [trials.speakers[place] for place in own]
        rng = scene.generator("resamples of local disclosure")
        ones = np.ones(bits.size)
        yield "local_mean", ratio_figure(bits, ones, people, rng, scale=1.0, unit="bits")
        yield "local_max", Figure(float(bits.max()), unit="bits", basis=basis)


def local_bits(scores: Floats, own: Places, rng: np.random.Generator) -> Floats | None:
    """Bits that each utterance discloses; what scores are worth is learned from other people's.

    Half of the people tell the slope for the other half, and the other way round.

    Args:
        scores: (people, utterances).
        own: (utterances,) who speaks.
        rng: divides the people.

    Returns:
        (utterances,); None where it is not defined: fewer than four people who speak, or scores
        that are infinite or all equal.
    """
    people = rng.permutation(np.unique(own))
    if people.size < 4:
        return None
    first = np.isin(own, people[: people.size // 2])
    bits = np.empty(own.size)
    try:
        for half in (first, ~first):
            found = metrics.local_disclosure(
                scores[:, half], own[half], scores[:, ~half], own[~half]
            )
            bits[half] = found.trials
    except InputError:
        return None
    return bits
