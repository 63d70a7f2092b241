"""Which version of the speech each side is heard in, by what the attacker has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Knowledge, Vectors
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL, Take

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voxnym.evaluation.scene import Scene
    from voxnym.records import Audio

TRAIN: Final = Take("train")


def takes_of(knowledge: Knowledge) -> tuple[Take, Take]:
    """Versions of enrolment and trial utterances.

    >>> [take.side for take in takes_of("ignorant")]
    ['original', 'trial']
    """
    if knowledge == "unprotected":
        return ORIGINAL, ORIGINAL
    if knowledge == "ignorant":
        return ORIGINAL, TRIAL
    return ENROL, TRIAL


def training_take(knowledge: Knowledge) -> Take:
    """The version in which such an attacker hears other people, to know what is usual."""
    return ORIGINAL if knowledge in ("unprotected", "ignorant") else TRAIN


def must_be_untrained(knowledge: Knowledge) -> None:
    """Refuse knowledge that an attacker without training cannot use.

    Raises:
        InputError: "semi-informed" or "informed".
    """
    if knowledge not in ("unprotected", "ignorant", "lazy-informed"):
        raise InputError(
            f"knowledge={knowledge!r}: expected unprotected, ignorant or lazy-informed, since "
            "this attacker learns nothing from anonymized speech"
        )


def heard_vectors(
    scene: Scene,
    name: str,
    measure: Callable[[Audio], NDArray[np.floating]],
    knowledge: Knowledge,
    *,
    raw: bool = False,
) -> Vectors:
    """A measure of every enrolment and every trial utterance, in the versions that apply.

    Args:
        scene: the attack.
        name: of the measure, with all that it depends on.
        measure: (1, n) audio to a vector.
        knowledge: decides the versions.
        raw: as the system gives them, edges and level included.
    """
    enrol, trial = takes_of(knowledge)
    return Vectors(
        scene.table(name, measure, scene.trials.enrolments, enrol, raw=raw),
        scene.table(name, measure, scene.trials.utterances, trial, raw=raw),
    )
