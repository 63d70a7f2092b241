"""Which attackers climb, by how much is to be tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from voxnym.evaluation.attackers.adapted import Adapted
from voxnym.evaluation.attackers.alignment import Aligned
from voxnym.evaluation.attackers.cues import CUES, CueOnly
from voxnym.evaluation.attackers.durations import Durations
from voxnym.evaluation.attackers.ensemble import Ensemble
from voxnym.evaluation.attackers.finetuned import FineTuned
from voxnym.evaluation.attackers.inversion_mcadams import McadamsInversion
from voxnym.evaluation.attackers.inversion_world import WorldInversion
from voxnym.evaluation.attackers.phones import PhoneHistogram
from voxnym.evaluation.attackers.pretrained import (
    Ignorant,
    LazyInformed,
    Normalised,
    Unprotected,
)
from voxnym.evaluation.attackers.prosody import PitchMean, Prosody
from voxnym.evaluation.attackers.rank import Ranked
from voxnym.evaluation.attackers.scratch import FromScratch
from voxnym.evaluation.attackers.words import Words
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.ladder import Rung
from voxnym.evaluation.subjects import PresetSubject
from voxnym.preset import preset_names, read_preset

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene
    from voxnym.evaluation.subjects import Subject

Effort = Literal["quick", "standard", "full"]
Untrained = TypeVar("Untrained", CueOnly, Prosody, PitchMean, Durations, PhoneHistogram)

STEPS: Final = 400
LONGER: Final = 800
"""Updates of the one attacker that has learned from other systems before."""
COHORT: Final = 100
"""People of the training speech that scores are normalised by."""
SEEDS: Final = (0, 1, 2)
SHARES: Final = (0.25, 0.5)
"""Of the training people, for the learning curve."""


def rungs(scene: Scene, effort: Effort, networks: Sequence[str] = ()) -> Iterator[Rung]:
    """The ladder for a scene, the cheapest first.

    Args:
        scene: whose system and training speech decide what is possible.
        effort: "quick" trains nothing; "standard" trains one attacker of each kind; "full" adds
            seeds, a learning curve, an attacker that learns from other systems first, and one that
            is trained from scratch.
        networks: further voice networks for untrained attackers, as of `load_embedder`.
    """
    usual = ("dvector", "mfcc") if effort == "full" else ("dvector",)
    yield from _untrained(scene, (*usual, *networks))
    if effort != "quick":
        yield from _listening(scene)
        if scene.training:
            yield from _trained(scene, effort)


def _untrained(scene: Scene, networks: Sequence[str]) -> Iterator[Rung]:
    for name in networks:
        network = load_embedder(name)
        bare = Unprotected(network)
        yield Rung(bare)
        yield Rung(Ignorant(network), bare)
        yield Rung(LazyInformed(network), bare)
    for cue in CUES:
        yield _with_control(cue)
    yield _with_control(Prosody())
    yield _with_control(PitchMean())
    if all(
        scene.utterances[id].text for id in (*scene.trials.utterances, *scene.trials.enrolments)
    ):
        yield Rung(Words(), Words(knowledge="unprotected"))


def _with_control(attacker: Untrained) -> Rung:
    return Rung(attacker, replace(attacker, knowledge="unprotected"))


def _listening(scene: Scene) -> Iterator[Rung]:
    """Content and durations, which a phone recogniser must be asked for."""
    yield _with_control(PhoneHistogram())
    yield _with_control(Durations())


def _trained(scene: Scene, effort: Literal["standard", "full"]) -> Iterator[Rung]:
    network = load_embedder("dvector")
    bare = Unprotected(network)
    yield Rung(Ranked(network), bare)
    yield Rung(Normalised(network, nearest=COHORT), bare)
    yield Rung(Aligned(network, map="linear"), bare)
    yield Rung(Adapted(network), Adapted(network, is_original=True))
    for inversion in (McadamsInversion(network), WorldInversion(network)):
        if inversion.applies(scene.subject):
            if effort == "full":
                yield Rung(inversion, bare)
            yield Rung(replace(inversion, is_adapted=True), bare)
    yield from _fine_tuned(scene, effort, bare)


def _fine_tuned(
    scene: Scene, effort: Literal["standard", "full"], bare: Unprotected
) -> Iterator[Rung]:
    attacker = FineTuned(steps=STEPS)
    if effort == "standard":
        yield Rung(attacker, bare)
        return
    # The same recipe on originals: what it can find at all with this speech.
    control = replace(attacker, is_original=True)
    fewer = tuple((share, replace(attacker, share=share)) for share in SHARES)
    for seed in SEEDS:
        yield Rung(replace(attacker, seed=seed), control, fewer if seed == 0 else ())
    yield Rung(Ensemble(attacker, SEEDS), control)
    yield Rung(replace(attacker, steps=LONGER, pretraining=tuple(_others(scene.subject))), control)
    if can_train_from_scratch():
        scratch = FromScratch()
        yield Rung(scratch, replace(scratch, is_original=True))


def can_train_from_scratch() -> bool:
    """Whether the extra `train` is installed, which one attacker of the full ladder needs."""
    return find_spec("lightning") is not None


def _others(subject: Subject) -> Iterator[Subject]:
    """Systems of ours that the attacker can learn from before it meets the one under attack."""
    for name in preset_names():
        other = PresetSubject(read_preset(name))
        if other.id != subject.id:
            yield other
