"""All that an attacker has: who is claimed, what is heard, and other people to learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.cache import Cache
from voxnym.evaluation.clips import RATE, Clip, as_heard, digest_of, file_digest, sixteen_bits
from voxnym.evaluation.subjects import Subject
from voxnym.evaluation.takes import ENROL, ORIGINAL, TRIAL, Rule, Take, key_of, who_of
from voxnym.records import Audio, Utterance

if TYPE_CHECKING:
    from voxnym.corpora.trials import Trials

Floats = NDArray[np.float64]
MOST_USUAL = 300
Watch = Callable[[str, int, int], None]
"""Told (what, done, of how many) while something long goes on."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Job:
    """One utterance in one take; travels to worker processes."""

    clip: Clip
    utterance: Utterance
    take: Take
    rule: Rule
    seed: int
    subject: Subject
    cache: Cache

    def run(self) -> Audio:
        """Anonymize, or fetch what was made before: (1, n) at 16 kHz, 16 bits.

        Raises:
            InputError: the result differs much in length, is silent, or not finite.
        """
        original = self.clip.read()
        key = key_of(self.seed, self.take, self.rule)
        who = who_of(self.utterance, self.rule)
        place = self.cache.path(
            digest_of(original), self.subject.id, key.fingerprint, who.scope, who.name
        )
        known = self.cache.read(place)
        if known is not None:
            return known
        made = at_rate(self.subject(original, self.utterance, who, key))
        checked(made, original, f"{self.subject.name}: {self.utterance.id}")
        made = sixteen_bits(made)
        self.cache.write(place, made)
        return made


def at_rate(audio: Audio) -> Audio:
    """One channel at 16 kHz."""
    from voxnym.audio.resample import resample

    mono = audio.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    if audio.rate == RATE:
        return Audio(mono, RATE)
    return Audio(resample(mono, audio.rate, RATE), RATE)


def checked(made: Audio, original: Audio, name: str) -> None:
    """Refuse a result that nothing can be learned from; it would look like perfect privacy.

    Raises:
        InputError: not finite, silent though the original is not, or under half a second of it.
    """
    if not np.isfinite(made.samples).all():
        raise InputError(f"{name}: the result holds NaN or infinity")
    if original.samples.any() and not made.samples.any():
        raise InputError(f"{name}: the result is silent, the original is not")
    if made.length < original.length / 2:
        raise InputError(
            f"{name}: the result has {made.duration:.2f} s, the original {original.duration:.2f} s"
        )


@dataclass(frozen=True, eq=False)
class Scene:
    """Trials, speech and the system under attack.

    Args:
        trials: who is claimed and who is heard.
        utterances: everything that may be heard, by id.
        clips: where it lies, by id.
        training: ids of utterances of other people than those in the trials.
        subject: the system.
        seed: every pseudo-voice and every choice of an attacker follows from it.
        cache: where anonymized audio is kept.
        rule: who gets a pseudo-voice of their own.
        processes: how many work at a time.
        watch: told about progress.

    Raises:
        InputError: an utterance without a place, or somebody who is in trials and training.
    """

    trials: Trials
    utterances: Mapping[str, Utterance]
    clips: Mapping[str, Clip]
    training: tuple[str, ...]
    subject: Subject
    seed: int
    cache: Cache
    rule: Rule = "utterance"
    processes: int = 1
    watch: Watch = silent
    _memo: dict[tuple[str, str, Take, str], Floats] = field(
        default_factory=dict, init=False, repr=False
    )

    def __post_init__(self) -> None:
        needed = (*self.trials.enrolments, *self.trials.utterances, *self.training)
        missing = [id for id in needed if id not in self.utterances or id not in self.clips]
        if missing:
            raise InputError(
                f"{len(missing)} utterances of the trials or the training are not in the corpus, "
                f"first {missing[0]}"
            )
        tried = {*self.trials.speakers, *self.trials.utterance_speaker}
        both = tried & {self.utterances[id].speaker for id in self.training}
        if both:
            raise InputError(
                f"{len(both)} people are both in the trials and in the attacker's training, "
                f"first {sorted(map(str, both))[0]}: no figure would mean anything"
            )

    def under(self, rule: Rule) -> Scene:
        """The same attack where pseudo-voices go by another rule."""
        return replace(self, rule=rule)

    def of(self, subject: Subject) -> Scene:
        """The same attack on another system."""
        return replace(self, subject=subject)

    def on(self, trials: Trials) -> Scene:
        """The same speech with other trials."""
        return replace(self, trials=trials)

    @property
    def digest(self) -> str:
        """Hexadecimal digest of all that scores may depend on, the attacker aside."""
        heard = sorted({*self.trials.enrolments, *self.trials.utterances, *self.training})
        sounds = [(id, file_digest(self.clips[id].path), self.clips[id].stretch) for id in heard]
        parts = (self.trials.digest, self.subject.id, self.rule, self.seed, self.training, sounds)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def sides(self) -> tuple[tuple[tuple[str, ...], Take], tuple[tuple[str, ...], Take]]:
        """Enrolment and trial utterances, each in its anonymized take."""
        return (self.trials.enrolments, ENROL), (self.trials.utterances, TRIAL)

    def raw(self, ids: Sequence[str], take: Take) -> Iterator[Audio]:
        """Utterances one after the other as the system gives them: one channel, 16 kHz."""
        if take == ORIGINAL:
            for number, id in enumerate(ids):
                yield self.clips[id].read()
                self.watch("reading", number + 1, len(ids))
            return
        if not self.subject.is_fresh and take.draw:
            raise InputError(
                f"{self.subject.name} draws only once; draw {take.draw} is not to be had"
            )
        yield from self._anonymized([self._job(id, take) for id in ids])

    def heard(self, ids: Sequence[str], take: Take) -> Iterator[Audio]:
        """The same as an attacker on voices hears them: edges cut, level set."""
        for audio in self.raw(ids, take):
            yield as_heard(audio)

    def table(
        self,
        name: str,
        measure: Callable[[Audio], NDArray[np.floating]],
        ids: Sequence[str],
        take: Take,
        *,
        raw: bool = False,
    ) -> Floats:
        """One row of numbers for each utterance, remembered within this scene.

        Args:
            name: of the measure, with what it depends on (a network's id).
            measure: (1, n) audio to a vector.
            ids: utterances.
            take: which version.
            raw: as the system gives them, edges and level included.

        Returns:
            (utterances, dims).
        """
        which = f"{name}{' raw' if raw else ''}"
        context = f"{self.subject.id if take != ORIGINAL else ''}/{self.rule}/{self.seed}"
        todo = [id for id in dict.fromkeys(ids) if (which, id, take, context) not in self._memo]
        hear = self.raw if raw else self.heard
        for id, audio in zip(todo, hear(todo, take), strict=True):
            self._memo[which, id, take, context] = np.asarray(measure(audio), np.float64)
        return np.stack([self._memo[which, id, take, context] for id in ids])

    def some_training(self, most: int = MOST_USUAL) -> tuple[str, ...]:
        """One utterance each of up to `most` training people: enough to know what is usual."""
        of_person: dict[str, list[str]] = {}
        for id in self.training:
            of_person.setdefault(self.utterances[id].speaker or "", []).append(id)
        rng = self.generator("some training")
        people = [sorted(of_person)[i] for i in rng.permutation(len(of_person))[:most]]
        return tuple(str(rng.choice(of_person[person])) for person in sorted(people))

    def generator(self, purpose: str) -> np.random.Generator:
        """Random numbers of this scene for one purpose."""
        digest = hashlib.sha256(f"voxnym attack/{self.seed}/{purpose}".encode()).digest()
        return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "big")))

    def _job(self, id: str, take: Take) -> Job:
        return Job(
            self.clips[id],
            self.utterances[id],
            take,
            self.rule,
            self.seed,
            self.subject,
            self.cache,
        )

    def _anonymized(self, jobs: list[Job]) -> Iterator[Audio]:
        from voxnym.evaluation.working import in_order

        what = f"anonymizing with {self.subject.name}"
        for number, audio in enumerate(in_order(Job.run, jobs, self.processes)):
            self.watch(what, number + 1, len(jobs))
            yield audio
