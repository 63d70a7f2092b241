"""What a trained attacker learns from: anonymized speech of other people, drawn many times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.clips import file_digest
from voxnym.evaluation.takes import ORIGINAL, Rule, Take

if TYPE_CHECKING:
    from voxnym.evaluation.scene import Scene
    from voxnym.evaluation.subjects import Subject
    from voxnym.records import Audio
    from voxnym.training.crops import Labelled

Floats = NDArray[np.float32]
Measure = Callable[["Audio"], Floats]
"""(1, n) samples at 16 kHz to (frames, bands)."""

HELD_OUT_FROM = 4
"""A person with at least this many utterances lends one to validation."""

FRAMES_PER_SECOND = 100


@dataclass(frozen=True)
class Wanted:
    """Which clips to make.

    Args:
        draws: times that each utterance is anonymized afresh.
        seconds: longest stretch kept of a draw; another one of each.
        share: of the people, above 0 to 1; smaller shares are parts of larger ones.
        most_clips: no more than this many, all draws together, so that memory suffices.
        seed: every choice follows from it.
        is_original: originals instead of the system's output.
        is_permuted: the utterances' speakers are mixed up: the control that must learn nothing.
        least_seconds: shorter clips are left out.
        per_second: rows a second of what the measure gives.

    Raises:
        InputError: a number out of range.
    """

    draws: int = 4
    seconds: float = 5.0
    share: float = 1.0
    most_clips: int = 12_000
    seed: int = 0
    is_original: bool = False
    is_permuted: bool = False
    least_seconds: float = 0.8
    per_second: int = FRAMES_PER_SECOND

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise InputError(f"draws={self.draws}: expected 1 or more")
        if not 0 < self.share <= 1:
            raise InputError(f"share={self.share}: expected above 0, at most 1")
        if self.seconds < self.least_seconds:
            raise InputError(f"seconds={self.seconds}: expected {self.least_seconds} or more")
        if self.most_clips < 1:
            raise InputError(f"most_clips={self.most_clips}: expected 1 or more")


@dataclass(frozen=True, eq=False)
class Lessons:
    """Clips for training and, of the same people, for validation.

    Args:
        training: clips to learn from.
        held_out: whole utterances that are not among them, one draw each.
        draws: of each utterance.
        hours: length of the clips to learn from.
    """

    training: Labelled
    held_out: Labelled
    draws: int
    hours: float


@dataclass(frozen=True)
class Pupils:
    """Whose utterances are learned from, and which are kept for validation.

    Args:
        people: sorted.
        learned: ids of utterances.
        held_out: ids of other utterances of the same people.
    """

    people: tuple[str, ...]
    learned: tuple[str, ...]
    held_out: tuple[str, ...]


def pupils_of(scene: Scene, wanted: Wanted) -> Pupils:
    """Choose people and utterances by a seeded rule that does not depend on their order.

    Raises:
        InputError: an utterance without a speaker, fewer than two people, or nobody with enough
            utterances for validation.
    """
    of_person: dict[str, list[str]] = {}
    for id in sorted(scene.training):
        speaker = scene.utterances[id].speaker
        if not speaker:
            raise InputError(f"{id}: no speaker is named; an attacker cannot learn from it")
        of_person.setdefault(speaker, []).append(id)
    people = sorted(of_person, key=lambda name: _lot(wanted.seed, "person", name))
    people = sorted(people[: max(2, round(wanted.share * len(people)))])
    if len(people) < 2:
        raise InputError("the attacker's training names fewer than two people")
    learned: list[str] = []
    held_out: list[str] = []
    for person in people:
        ids = sorted(of_person[person], key=lambda id: _lot(wanted.seed, "utterance", id))
        count = 1 if len(ids) >= HELD_OUT_FROM else 0
        held_out += ids[:count]
        learned += ids[count:]
    if not held_out:
        raise InputError(
            f"none of the {len(people)} people of the attacker's training has {HELD_OUT_FROM} "
            "utterances: whether it learned anything could not be told"
        )
    return Pupils(tuple(people), _fewer(learned, wanted), tuple(sorted(held_out)))


def lessons_of(
    scene: Scene, measure: Measure, wanted: Wanted, subjects: Sequence[Subject] = ()
) -> Lessons:
    """Make the clips.

    Args:
        scene: with the system and its training utterances.
        measure: spectrogram of an utterance.
        wanted: which clips.
        subjects: systems to learn from together; none for the scene's own.
    """
    pupils = pupils_of(scene, wanted)
    names = {person: number for number, person in enumerate(pupils.people)}
    both = (*pupils.learned, *pupils.held_out)
    owner = {id: names[str(scene.utterances[id].speaker)] for id in both}
    if wanted.is_permuted:
        owner = _mixed_up(owner, wanted.seed)
    learned: list[tuple[Floats, int]] = []
    held_out: list[tuple[Floats, int]] = []
    for subject in subjects or (scene.subject,):
        attacked = scene.of(subject)
        for take in takes_of(subject, wanted, scene.rule):
            heard = _heard(attacked, measure, pupils.learned, take)
            learned += ((_stretch(mel, wanted, id, take), owner[id]) for id, mel in heard)
        first = takes_of(subject, wanted, scene.rule)[0]
        held_out += ((m, owner[id]) for id, m in _heard(attacked, measure, pupils.held_out, first))
    count, least = len(names), round(wanted.least_seconds * wanted.per_second)
    training = _labelled(learned, count, least)
    draws = max(
        len(takes_of(subject, wanted, scene.rule)) for subject in subjects or (scene.subject,)
    )
    hours = training.frames / wanted.per_second / 3600
    return Lessons(training, _labelled(held_out, count, 1), draws, hours)


def facts_of(scene: Scene, wanted: Wanted, subjects: Sequence[Subject] = ()) -> str:
    """All that `lessons_of` depends on, the measure aside, in words for a digest."""
    sounds = [
        (id, scene.utterances[id].speaker, clip.stretch, file_digest(clip.path))
        for id, clip in ((id, scene.clips[id]) for id in sorted(scene.training))
    ]
    systems: object = "originals"
    if not wanted.is_original:
        taken = [
            (each.id, takes_of(each, wanted, scene.rule)) for each in subjects or (scene.subject,)
        ]
        systems = (taken, scene.rule, scene.seed)
    return repr((wanted, systems, sounds))


def takes_of(subject: Subject, wanted: Wanted, rule: Rule = "utterance") -> tuple[Take, ...]:
    """The takes that training utterances are heard in; one where nothing can be drawn anew.

    Under the rule "one" there is a single voice, and every draw of it would be the same.
    """
    if wanted.is_original:
        return (ORIGINAL,)
    is_drawn = subject.is_fresh and rule != "one"
    return tuple(Take("train", draw) for draw in range(wanted.draws if is_drawn else 1))


def _heard(
    scene: Scene, measure: Measure, ids: Sequence[str], take: Take
) -> Iterator[tuple[str, Floats]]:
    for id, audio in zip(ids, scene.heard(ids, take), strict=True):
        yield id, measure(audio)


def _stretch(mel: Floats, wanted: Wanted, id: str, take: Take) -> Floats:
    # Originals are heard once, so as much is kept of them as of all draws together.
    times = wanted.draws if wanted.is_original else 1
    most = round(wanted.seconds * times * wanted.per_second)
    room = mel.shape[0] - most
    if room <= 0:
        return mel
    start = _lot(wanted.seed, "stretch", id, take.draw) % (room + 1)
    return mel[start : start + most].copy()


def _labelled(pairs: Sequence[tuple[Floats, int]], count: int, least: int) -> Labelled:
    from voxnym.training.crops import Labelled

    fit = [(mel, person) for mel, person in pairs if mel.shape[0] >= least]
    people = np.array([person for _, person in fit], np.intp)
    return Labelled(tuple(mel for mel, _ in fit), people, count)


def _mixed_up(owner: Mapping[str, int], seed: int) -> dict[str, int]:
    ids = sorted(owner)
    order = sorted(ids, key=lambda id: _lot(seed, "permuted", id))
    return {id: owner[other] for id, other in zip(ids, order, strict=True)}


def _fewer(ids: Sequence[str], wanted: Wanted) -> tuple[str, ...]:
    most = max(1, wanted.most_clips // wanted.draws)
    chosen = sorted(ids, key=lambda id: _lot(wanted.seed, "kept", id))[:most]
    return tuple(sorted(chosen))


def _lot(seed: int, *purpose: object) -> int:
    text = f"voxnym training clips/{seed}/{purpose!r}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
