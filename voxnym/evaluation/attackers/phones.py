"""A content attack that needs no training: which phones somebody's speech is heard as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Vectors, Verdict, cosine_scores
from voxnym.evaluation.attackers.sides import must_be_untrained, takes_of
from voxnym.evaluation.clips import Clip, as_heard
from voxnym.evaluation.scene import Job, Scene
from voxnym.evaluation.takes import ORIGINAL, Take
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES, Phone, recognise_phones

Floats = NDArray[np.float64]
Unit = Literal["phones", "pairs"]

_NUMBER: Final = {label: number for number, label in enumerate(PHONES)}


@dataclass(frozen=True)
class Hearing:
    """One utterance to be recognised; travels to worker processes.

    Args:
        source: an original's place, or how its anonymized version is made or found.
    """

    source: Clip | Job

    def run(self) -> tuple[Phone, ...]:
        """Phones of the utterance as attackers hear it."""
        audio = self.source.run() if isinstance(self.source, Job) else self.source.read()
        return recognise_phones(as_heard(audio))


_heard: WeakKeyDictionary[Scene, dict[tuple[str, Take], tuple[Phone, ...]]] = WeakKeyDictionary()


def phones_of(scene: Scene, ids: Sequence[str], take: Take) -> list[tuple[Phone, ...]]:
    """Recognised phones of utterances, remembered as long as the scene lives.

    Args:
        scene: the attack; as many processes work as it says.
        ids: utterances.
        take: which version.

    Raises:
        MissingExtraError: the recogniser is not installed.
    """
    from voxnym.evaluation.working import in_order

    known = _heard.setdefault(scene, {})
    todo = [id for id in dict.fromkeys(ids) if (id, take) not in known]
    if take != ORIGINAL and take.draw and not scene.subject.is_fresh:
        raise InputError(f"{scene.subject.name} draws only once; draw {take.draw} is not to be had")
    work = [Hearing(_source(scene, id, take)) for id in todo]
    for number, found in enumerate(in_order(Hearing.run, work, scene.processes)):
        known[todo[number], take] = found
        scene.watch("recognising phones", number + 1, len(todo))
    return [known[id, take] for id in ids]


def _source(scene: Scene, id: str, take: Take) -> Clip | Job:
    clip = scene.clips[id]
    if take == ORIGINAL:
        return clip
    return Job(clip, scene.utterances[id], take, scene.rule, scene.seed, scene.subject, scene.cache)


def number_of(label: str) -> int:
    """0 to 38 for phones, 39 for silence, noises and whatever else.

    >>> number_of("AA"), number_of("SIL"), number_of("+NSN+")
    (0, 39, 39)
    """
    return _NUMBER.get(label, len(PHONES))


def histogram(phones: Sequence[Phone]) -> Floats:
    """Square root of each phone's share of the time that is no silence: (39,)."""
    seconds = np.zeros(len(PHONES) + 1)
    for phone in phones:
        seconds[number_of(phone.label)] += phone.end - phone.start
    spoken = seconds[:-1]
    return np.asarray(np.sqrt(spoken / max(spoken.sum(), 1e-9)))


def pairs(phones: Sequence[Phone]) -> Floats:
    """Square root of each pair's share of all neighbouring phones, silence among them: (1600,)."""
    kinds = len(PHONES) + 1
    numbers = np.array([number_of(phone.label) for phone in phones], np.intp)
    counts = np.bincount(numbers[:-1] * kinds + numbers[1:], minlength=kinds**2)
    return np.asarray(np.sqrt(counts / max(counts.sum(), 1)))


@dataclass(frozen=True)
class PhoneHistogram:
    """How often each phone, or pair of phones, is recognised in the audio.

    The mean over all trial utterances is subtracted, and cosines are compared. Recognition errs
    in ways that go by speaker, and so do words; no training is needed.

    Args:
        unit: single "phones" by time, or "pairs" by number.
        knowledge: originals or anonymized speech on the two sides.

    Raises:
        InputError: an unknown unit, or knowledge that cannot be used.

    Source: square roots make the cosine of two histograms their Bhattacharyya coefficient: A.
        Bhattacharyya, Bulletin of the Calcutta Mathematical Society 35 (1943).
    """

    unit: Unit = "phones"
    knowledge: Knowledge = "lazy-informed"
    hears: ClassVar[Hears] = "content"

    def __post_init__(self) -> None:
        if self.unit not in ("phones", "pairs"):
            raise InputError(f"unit={self.unit!r}: expected phones or pairs")
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """What is counted, by which recogniser."""
        counted = "phone histogram" if self.unit == "phones" else "phone pairs"
        return f"{counted}, pocketsphinx phone loop"

    def __call__(self, scene: Scene) -> Verdict:
        """Recognise, count, compare.

        Raises:
            MissingExtraError: the recogniser is not installed.
        """
        enrol_take, trial_take = takes_of(self.knowledge)
        enrol = np.stack(list(self._rows(phones_of(scene, scene.trials.enrolments, enrol_take))))
        trial = np.stack(list(self._rows(phones_of(scene, scene.trials.utterances, trial_take))))
        mean = trial.mean(axis=0)
        vectors = Vectors(enrol - mean, trial - mean)
        return Verdict(cosine_scores(vectors, scene.trials), vectors)

    def _rows(self, found: Sequence[Sequence[Phone]]) -> Iterator[Floats]:
        count = histogram if self.unit == "phones" else pairs
        return (count(phones) for phones in found)
