"""An attacker that hears only how long sounds and pauses last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.attackers.attack import Hears, Knowledge, Vectors, Verdict, cosine_scores
from voxnym.evaluation.attackers.phones import number_of, phones_of
from voxnym.evaluation.attackers.sides import must_be_untrained, takes_of, training_take
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.utility.pocketsphinx_phones import SILENCE, Phone

Floats = NDArray[np.float64]

CLASSES: Final[tuple[tuple[str, ...], ...]] = (
    ("AA", "AE", "AO", "AW", "AY", "EY", "IY", "OW", "OY", "UW"),
    ("AH", "EH", "ER", "IH", "UH"),
    ("B", "D", "G", "K", "P", "T"),
    ("F", "HH", "S", "SH", "TH"),
    ("DH", "V", "Z", "ZH"),
    ("CH", "JH"),
    ("M", "N", "NG"),
    ("L", "R", "W", "Y"),
)
"""Long vowels, short vowels, stops, voiceless and voiced fricatives, affricates, nasals, glides."""

SILENT: Final = number_of(SILENCE)
_CLASS_OF: Final = {label: number for number, each in enumerate(CLASSES) for label in each}


def durations(phones: Sequence[Phone]) -> Floats:
    """Durations of one utterance, NaN where a class does not occur.

    Args:
        phones: as recognised, in order.

    Returns:
        (11,): mean ln seconds of each class of phones; phones a second of speech; share of the
        time that is pause; mean ln seconds of pauses. Silence at the edges is no pause.
    """
    inner = list(phones)
    while inner and number_of(inner[0].label) == SILENT:
        inner.pop(0)
    while inner and number_of(inner[-1].label) == SILENT:
        inner.pop()
    groups: list[list[float]] = [[] for _ in range(len(CLASSES) + 1)]
    for phone in inner:
        groups[_CLASS_OF.get(phone.label, len(CLASSES))].append(phone.end - phone.start)
    spoken_s = sum(map(sum, groups[:-1]))
    number = sum(map(len, groups[:-1]))
    pauses_s = sum(groups[-1])
    rate = number / spoken_s if spoken_s else np.nan
    share = pauses_s / (spoken_s + pauses_s) if inner else np.nan
    return np.array([*map(_mean_log, groups[:-1]), rate, share, _mean_log(groups[-1])])


def _mean_log(seconds: Sequence[float]) -> float:
    return float(np.mean(np.log(np.maximum(seconds, 1e-3)))) if seconds else np.nan


@dataclass(frozen=True)
class Durations:
    """How long sounds and pauses last, as a phone recogniser hears them.

    Standardised with other people's durations in the same condition, or with those of all trial
    utterances where there is no training speech or `most` is 0; what does not occur counts as
    usual. Compared by cosine.

    Args:
        knowledge: originals or anonymized speech on the two sides.
        most: training utterances that are recognised, since recognition takes time.

    Raises:
        InputError: knowledge that cannot be used.
    """

    knowledge: Knowledge = "lazy-informed"
    most: int = 200
    hears: ClassVar[Hears] = "durations"

    def __post_init__(self) -> None:
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """What it hears."""
        return "durations of phones and pauses"

    def __call__(self, scene: Scene) -> Verdict:
        """Recognise, measure, compare.

        Raises:
            MissingExtraError: the recogniser is not installed.
        """
        sides = zip(
            (scene.trials.enrolments, scene.trials.utterances),
            takes_of(self.knowledge),
            strict=True,
        )
        enrol, trial = (
            np.stack([durations(phones) for phones in phones_of(scene, ids, take)])
            for ids, take in sides
        )
        mean, scale = usual(self._others(scene, trial))
        vectors = Vectors(
            np.nan_to_num((enrol - mean) * scale), np.nan_to_num((trial - mean) * scale)
        )
        return Verdict(cosine_scores(vectors, scene.trials), vectors)

    def _others(self, scene: Scene, trial: Floats) -> Floats:
        order = scene.generator("durations of others").permutation(len(scene.training))
        ids = [scene.training[place] for place in order[: self.most]]
        if len(ids) < 2:
            return trial
        heard = phones_of(scene, ids, training_take(self.knowledge))
        return np.stack([durations(phones) for phones in heard])


def usual(rows: Floats) -> tuple[Floats, Floats]:
    """Mean and inverse deviation of each column over what is there; 0 and 0 where nothing is."""
    there = ~np.isnan(rows)
    count = there.sum(axis=0)
    filled = np.where(there, rows, 0.0)
    mean = filled.sum(axis=0) / np.maximum(count, 1)
    variance = (np.where(there, rows - mean, 0.0) ** 2).sum(axis=0) / np.maximum(count, 1)
    return mean, np.where(variance > 0, 1 / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
