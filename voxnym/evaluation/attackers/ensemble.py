"""Several trainings of one attacker together: their mean score is less a matter of luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Training, Verdict
from voxnym.evaluation.attackers.finetuned import FineTuned

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene


@dataclass(frozen=True)
class Ensemble:
    """The same fine-tuned attacker with several seeds; scores are averaged.

    Each of them is trained once and kept, so seeds that were tried alone cost nothing more.

    Args:
        attacker: its own seed does not matter.
        seeds: two or more, all different.

    Raises:
        InputError: fewer than two seeds, or one twice.
    """

    attacker: FineTuned
    seeds: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        if len(self.seeds) < 2 or len(set(self.seeds)) < len(self.seeds):
            raise InputError(f"seeds={self.seeds}: expected two or more, all different")

    @property
    def name(self) -> str:
        """The attacker's name, and how many trainings of it."""
        return f"{replace(self.attacker, seed=0).name}, mean of {len(self.seeds)} trainings"

    @property
    def hears(self) -> Hears:
        """What the attacker hears."""
        return self.attacker.hears

    @property
    def knowledge(self) -> Knowledge:
        """What the attacker is given."""
        return self.attacker.knowledge

    def __call__(self, scene: Scene) -> Verdict:
        """Train each that is not trained yet, and average."""
        found = [replace(self.attacker, seed=seed)(scene) for seed in self.seeds]
        scores = np.mean([each.scores for each in found], axis=0)
        trainings = [each.training for each in found if each.training is not None]
        notes = tuple(dict.fromkeys(note for each in found for note in each.notes))
        return Verdict(scores, None, _mean(trainings), notes)


def _mean(trainings: Sequence[Training]) -> Training:
    """The first one's record with mean accuracies and the seconds of all."""
    return replace(
        trainings[0],
        train_accuracy=float(np.mean([each.train_accuracy for each in trainings])),
        validation_accuracy=float(np.mean([each.validation_accuracy for each in trainings])),
        seconds=sum(each.seconds for each in trainings),
    )
