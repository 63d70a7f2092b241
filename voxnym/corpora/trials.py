"""Trials of speaker verification: who is claimed, who is heard, and which pairs count."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Gender

Places = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Trials:
    """Who is claimed, who is heard, and which pairs count.

    Args:
        name: what reports call the list.
        speakers: enrolled people, sorted.
        enrolments: ids of all enrolment utterances.
        enrolment_owner: (enrolments,) index into `speakers`.
        utterances: ids of trial utterances, sorted.
        utterance_speaker: who speaks in each; may be nobody enrolled.
        claim: (trials,) index into `speakers`.
        heard: (trials,) index into `utterances`.
        target: (trials,) whether the claimed person is heard.
        genders: of every person, enrolled or not.
        sessions: utterance id to session (a chapter, a visit); absent where unknown.

    Raises:
        InputError: an utterance on both sides or twice on one, somebody without enrolment, a pair
            that stands twice, a label that contradicts who speaks, or no target or non-target at
            all.
    """

    name: str
    speakers: tuple[str, ...]
    enrolments: tuple[str, ...]
    enrolment_owner: Places
    utterances: tuple[str, ...]
    utterance_speaker: tuple[str, ...]
    claim: Places
    heard: Places
    target: Flags
    genders: Mapping[str, Gender]
    sessions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        both = set(self.enrolments) & set(self.utterances)
        if both:
            raise InputError(
                f"{self.name}: {len(both)} utterances stand in enrolment and trial, first "
                f"{min(both)}"
            )
        for ids in (self.enrolments, self.utterances):
            if len(set(ids)) < len(ids):
                raise InputError(f"{self.name}: an utterance stands twice on its side")
        owned = np.bincount(self.enrolment_owner, minlength=len(self.speakers))
        if (owned == 0).any():
            first = self.speakers[int(np.flatnonzero(owned == 0)[0])]
            raise InputError(f"{self.name}: {first} is claimed but has no enrolment")
        pairs = self.claim.astype(np.int64) * len(self.utterances) + self.heard
        if np.unique(pairs).size != pairs.size:
            raise InputError(f"{self.name}: a pair of speaker and utterance stands twice")
        truth = self._speaking[self.heard] == self.claim
        wrong = np.flatnonzero(truth != self.target)
        if wrong.size:
            place = int(wrong[0])
            who, what = self.speakers[self.claim[place]], self.utterances[self.heard[place]]
            said = "target" if self.target[place] else "nontarget"
            raise InputError(
                f"{self.name}: {wrong.size} labels contradict the speakers, first "
                f"{who} {what} {said}, spoken by {self.utterance_speaker[self.heard[place]]}"
            )
        if not self.target.any() or self.target.all():
            raise InputError(
                f"{self.name}: {self.targets} target and {self.nontargets} non-target trials; "
                "expected some of both"
            )

    @cached_property
    def _speaking(self) -> Places:
        """(utterances,): index into `speakers` of who speaks; -1 for people not enrolled."""
        place = {name: number for number, name in enumerate(self.speakers)}
        return np.array([place.get(name, -1) for name in self.utterance_speaker], np.intp)

    @property
    def targets(self) -> int:
        """Number of trials in which the claimed person is heard."""
        return int(self.target.sum())

    @property
    def nontargets(self) -> int:
        """Number of the others."""
        return int((~self.target).sum())

    @cached_property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of enrolments and trials in sorted order."""
        enrol = sorted(
            f"enrol {self.speakers[owner]} {id}"
            for owner, id in zip(self.enrolment_owner, self.enrolments, strict=True)
        )
        lines = sorted(
            f"trial {self.speakers[c]} {self.utterances[h]} {int(t)}"
            for c, h, t in zip(self.claim, self.heard, self.target, strict=True)
        )
        return hashlib.sha256("\n".join((*enrol, *lines)).encode()).hexdigest()

    @cached_property
    def cross_session(self) -> Flags:
        """(trials,): target trials from a session that no enrolment of the person has.

        True for every non-target. Where the corpus names no session, a target is taken to be of
        the same one: nothing is claimed that the corpus does not say.
        """
        enrolled: dict[int, set[str | None]] = defaultdict(set)
        for owner, id in zip(self.enrolment_owner, self.enrolments, strict=True):
            enrolled[int(owner)].add(self.sessions.get(id))
        found = np.ones(self.claim.size, np.bool_)
        for place in np.flatnonzero(self.target):
            session = self.sessions.get(self.utterances[self.heard[place]])
            known = enrolled[int(self.claim[place])]
            found[place] = session is not None and None not in known and session not in known
        return found

    @cached_property
    def same_gender(self) -> Flags:
        """(trials,): claimed and heard person have the same gender, as the corpus has it."""
        claimed = np.array([self.genders.get(name, "unknown") for name in self.speakers])
        speaking = np.array([self.genders.get(name, "unknown") for name in self.utterance_speaker])
        return np.asarray(claimed[self.claim] == speaking[self.heard])

    def only(self, chosen: Flags, name: str) -> Trials:
        """The trials that are chosen; people and utterances stay as they are.

        Args:
            chosen: (trials,).
            name: of the new list.
        """
        return replace(
            self,
            name=name,
            claim=self.claim[chosen],
            heard=self.heard[chosen],
            target=self.target[chosen],
        )

    def of_gender(self, gender: Gender) -> Trials:
        """Trials whose claimed person has that gender."""
        claimed = np.array([self.genders.get(name, "unknown") for name in self.speakers])
        return self.only(claimed[self.claim] == gender, f"{self.name}, {gender}")

    def mixed(self) -> Trials:
        """All pairs of enrolled people and trial utterances, within and across genders."""
        claim, heard = np.divmod(
            np.arange(len(self.speakers) * len(self.utterances)), len(self.utterances)
        )
        target = self._speaking[heard] == claim
        return replace(self, name=f"{self.name}, mixed", claim=claim, heard=heard, target=target)

    def for_speakers(self, names: Collection[str], name: str) -> Trials:
        """Trials among some of the people; enrolments and utterances of others are left out.

        Raises:
            InputError: somebody who is not there, or no target or non-target left.
        """
        unknown = sorted(set(names) - {*self.speakers, *self.utterance_speaker})
        if unknown:
            raise InputError(f"{self.name}: {unknown[0]} is not in these trials")
        kept = [i for i, each in enumerate(self.speakers) if each in names]
        place = {old: new for new, old in enumerate(kept)}
        enrol = [i for i, owner in enumerate(self.enrolment_owner) if int(owner) in place]
        spoken = [i for i, each in enumerate(self.utterance_speaker) if each in names]
        at = {old: new for new, old in enumerate(spoken)}
        chosen = np.array(
            [int(c) in place and int(h) in at for c, h in zip(self.claim, self.heard, strict=True)]
        )
        return Trials(
            name,
            tuple(self.speakers[i] for i in kept),
            tuple(self.enrolments[i] for i in enrol),
            np.array([place[int(self.enrolment_owner[i])] for i in enrol], np.intp),
            tuple(self.utterances[i] for i in spoken),
            tuple(self.utterance_speaker[i] for i in spoken),
            np.array([place[int(c)] for c in self.claim[chosen]], np.intp),
            np.array([at[int(h)] for h in self.heard[chosen]], np.intp),
            self.target[chosen],
            self.genders,
            self.sessions,
        )
