"""Which attackers climb, by how much is to be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from voxnym.evaluation.attackers.cues import CUES, CueOnly
from voxnym.evaluation.attackers.pretrained import Ignorant, LazyInformed, Unprotected
from voxnym.evaluation.attackers.prosody import PitchMean, Prosody
from voxnym.evaluation.attackers.words import Words
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.ladder import Rung

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene

STEPS = {"quick": 0, "standard": 400, "full": 800}


def rungs(scene: Scene, effort: Literal["quick", "standard", "full"]) -> Iterator[Rung]:
    """The ladder for a scene, the cheapest first.

    Args:
        scene: whose system and training speech decide what is possible.
        effort: "quick" trains nothing; "standard" trains one attacker of each kind; "full" adds
            seeds and longer training.
    """
    yield from _untrained(scene)
    if effort != "quick" and scene.training:
        yield from _trained(scene, effort)


def _untrained(scene: Scene) -> Iterator[Rung]:
    network = load_embedder("dvector")
    bare = Unprotected(network)
    yield Rung(bare)
    yield Rung(Ignorant(network), bare)
    yield Rung(LazyInformed(network), bare)
    for cue in CUES:
        yield _with_control(cue)
    yield _with_control(Prosody())
    yield _with_control(PitchMean())
    if any(scene.utterances[id].text for id in scene.trials.utterances):
        yield Rung(Words())


def _with_control(attacker: CueOnly | Prosody | PitchMean) -> Rung:
    return Rung(attacker, replace(attacker, knowledge="unprotected"))


def _trained(scene: Scene, effort: str) -> Iterator[Rung]:
    from voxnym.evaluation.attackers.finetuned import FineTuned

    bare = Unprotected(load_embedder("dvector"))
    seeds = (0, 1, 2) if effort == "full" else (0,)
    for seed in seeds:
        yield Rung(FineTuned(steps=STEPS[effort], seed=seed), bare)
