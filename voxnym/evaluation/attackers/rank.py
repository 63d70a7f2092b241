"""An attack without learning: people are known by whom they resemble, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Vectors, Verdict, cosine_scores
from voxnym.evaluation.attackers.pretrained import people_means, unit, voices
from voxnym.evaluation.attackers.sides import TRAIN, must_be_untrained
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.takes import ORIGINAL
from voxnym.protocols import Embedder

Floats = NDArray[np.float64]
Cohort = Literal["original", "anonymized"]


@dataclass(frozen=True)
class Ranked:
    """Each utterance is described by the order in which other people resemble it.

    The order survives any change of a voice that moves all people alike. Two utterances are
    compared by Spearman's correlation of their orders.

    Args:
        embedder: tells voices apart.
        knowledge: originals or anonymized speech on the two sides.
        cohort: whether the other people are heard as they are or anonymized.

    Raises:
        InputError: knowledge that cannot be used, or an unknown cohort.

    Source: the comparison of ranks: C. Spearman, "The proof and measurement of association
        between two things", American Journal of Psychology 15 (1904).
    """

    embedder: Embedder
    knowledge: Knowledge = "lazy-informed"
    cohort: Cohort = "original"
    hears: ClassVar[Hears] = "voice"

    def __post_init__(self) -> None:
        must_be_untrained(self.knowledge)
        if self.cohort not in ("original", "anonymized"):
            raise InputError(f"cohort={self.cohort!r}: expected original or anonymized")

    @property
    def name(self) -> str:
        """Network and method."""
        return f"{self.embedder.id}, order of likeness to {self.cohort} others"

    def __call__(self, scene: Scene) -> Verdict:
        """Compare orders.

        Raises:
            InputError: fewer than 3 other people.
        """
        people = [scene.utterances[id].speaker or id for id in scene.training]
        if len(set(people)) < 3:
            raise InputError(
                f"{len(set(people))} people in the training speech: an order needs at least 3"
            )
        take = ORIGINAL if self.cohort == "original" else TRAIN
        others = scene.table(self.embedder.id, self.embedder, scene.training, take)
        cohort = people_means(others, people)
        found = voices(scene, self.embedder, self.knowledge)
        enrol, trial = (ranks(unit(side) @ unit(cohort).T) for side in (found.enrol, found.trial))
        vectors = Vectors(enrol, trial)
        return Verdict(cosine_scores(vectors, scene.trials), vectors)


def ranks(scores: Floats) -> Floats:
    """Ranks of each row's scores about their middle; ties share their mean rank.

    Args:
        scores: (utterances, people).

    Returns:
        The same shape; the cosine of two rows is Spearman's correlation.

    >>> ranks(np.array([[0.3, 0.1, 0.3]])).tolist()
    [[0.5, -1.0, 0.5]]
    """
    from scipy.stats import rankdata

    middle = (scores.shape[1] + 1) / 2
    return np.asarray(rankdata(scores, axis=1) - middle)
