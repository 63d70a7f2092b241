"""Trials for any corpus, by a seeded rule that everybody can repeat."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.corpora.trials import Trials
from voxnym.errors import InputError
from voxnym.records import Gender, Utterance

LEAST_UTTERANCES: Final = 5
LEAST_SECONDS: Final = 2.0
ENROL_SHARE: Final = 0.15
LEAST_ENROLMENTS: Final = 2
MOST_TRIALS: Final = 200_000
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""2^64 by the golden ratio: multiplied by it, numbers that are near each other lie far apart."""


@dataclass(frozen=True)
class Rule:
    """How trials are made.

    1. People with at least `least_utterances` utterances of `least_seconds` or more take part.
    2. Of each, max(2, 15 %) utterances are enrolment, from as few sessions as possible, so that
       other sessions are left for the trials; the choice follows from seed and person alone.
    3. Target trials: every other utterance against its own person.
    4. Non-target trials: every enrolled person against every trial utterance of others of the same
       gender and corpus, since microphones tell corpora apart. People whose gender is not known,
       or told in two ways, count as a gender of their own. `Trials.mixed` has all pairs.
    5. Above `most_trials` pairs, non-targets are thinned for each utterance alike, targets never.

    Args:
        seed: of the choice of enrolments.
        least_utterances: of a person.
        least_seconds: of an utterance whose length is known; others count as long enough.
        most_trials: pairs.
    """

    seed: int
    least_utterances: int = LEAST_UTTERANCES
    least_seconds: float = LEAST_SECONDS
    most_trials: int = MOST_TRIALS


def make_trials(
    name: str,
    utterances: Iterable[Utterance],
    rule: Rule,
    sessions: Mapping[str, str] | None = None,
    seconds: Mapping[str, float] | None = None,
    corpora: Mapping[str, str] | None = None,
) -> Trials:
    """Trials among all named people of a corpus; the order of utterances does not matter.

    Args:
        name: of the list.
        utterances: with speakers; others are left out.
        rule: how.
        sessions: utterance id to session, where known.
        seconds: utterance id to length, where known.
        corpora: utterance id to corpus, where there are several.

    Raises:
        InputError: fewer than two people of a gender have enough utterances.

    Source: the trials of the VoicePrivacy Challenges, with an enrolment share of theirs of 2026.
    """
    sessions, seconds, corpora = sessions or {}, seconds or {}, corpora or {}
    spoken: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        long_enough = seconds.get(utterance.id, rule.least_seconds) >= rule.least_seconds
        if utterance.speaker and long_enough:
            spoken[utterance.speaker].append(utterance)
    people = sorted(p for p, said in spoken.items() if len(said) >= rule.least_utterances)
    genders = {p: _gender(said) for p, said in spoken.items()}
    enrolled = {p: _enrolments(p, [u.id for u in spoken[p]], sessions, rule) for p in people}
    heard = sorted((u.id, p) for p in people for u in spoken[p] if u.id not in enrolled[p])
    groups = [(genders[p], *sorted({corpora.get(u.id, "") for u in spoken[p]})) for p in people]
    claim, at, target = _pairs(people, heard, groups, rule)
    if not target.any() or target.all():
        raise InputError(
            f"{name}: {len(people)} people have {rule.least_utterances} utterances or more; "
            "expected at least two of one gender"
        )
    return Trials(
        name,
        tuple(people),
        tuple(id for p in people for id in sorted(enrolled[p])),
        np.array([place for place, p in enumerate(people) for _ in enrolled[p]], np.intp),
        tuple(id for id, _ in heard),
        tuple(p for _, p in heard),
        claim,
        at,
        target,
        genders,
        sessions,
    )


def _gender(said: Iterable[Utterance]) -> Gender:
    told = {utterance.gender for utterance in said} - {"unknown"}
    return told.pop() if len(told) == 1 else "unknown"


def _draw(rule: Rule, *parts: str) -> bytes:
    return hashlib.sha256("\0".join((str(rule.seed), *parts)).encode()).digest()


def _enrolments(
    person: str, ids: list[str], sessions: Mapping[str, str], rule: Rule
) -> frozenset[str]:
    """Whole sessions in a drawn order until there are enough; a drawn choice within the last."""
    wanted = max(LEAST_ENROLMENTS, ceil(ENROL_SHARE * len(ids)))
    by_session: dict[str, list[str]] = defaultdict(list)
    for id in ids:
        by_session[sessions.get(id, "")].append(id)
    # Sessions that hold all that is wanted are alike; else the largest first opens the fewest.
    order = sorted(
        by_session,
        key=lambda s: (-min(len(by_session[s]), wanted), _draw(rule, "session", person, s)),
    )
    chosen: list[str] = []
    for session in order:
        drawn = sorted(by_session[session], key=lambda id: _draw(rule, "enrol", person, id))
        chosen += drawn[: wanted - len(chosen)]
    return frozenset(chosen)


def _pairs(
    people: Sequence[str],
    heard: Sequence[tuple[str, str]],
    groups: Sequence[tuple[str, ...]],
    rule: Rule,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Who is claimed, which utterance is heard, whether it is that person; by utterance."""
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    place_of = {person: place for place, person in enumerate(people)}
    own = np.array([place_of[person] for _, person in heard], np.intp)
    alike = {group: np.array(places, np.intp) for group, places in members.items()}
    total = sum(alike[groups[place]].size for place in own)
    share = max(1, (rule.most_trials - own.size) // max(own.size, 1))
    most = share if total > rule.most_trials else total
    marks = np.array([_mark(rule, "person", person) for person in people], np.uint64)
    claims = []
    for place, (id, _) in zip(own, heard, strict=True):
        same = alike[groups[place]]
        others = same[same != place]
        if others.size > most:
            others = _thinned(others, marks[others], _mark(rule, "thin", id), most)
        claims.append(np.concatenate([[place], others]).astype(np.intp))
    claim = np.concatenate(claims) if claims else np.zeros(0, np.intp)
    at = np.repeat(np.arange(own.size), [each.size for each in claims]).astype(np.intp)
    return claim, at, np.asarray(claim == own[at])


def _mark(rule: Rule, *parts: str) -> int:
    return int.from_bytes(_draw(rule, *parts)[:8], "big")


def _thinned(
    others: NDArray[np.intp], marks: NDArray[np.uint64], mark: int, most: int
) -> NDArray[np.intp]:
    """Some of the people, drawn by their marks and the utterance's."""
    mixed = (marks ^ np.uint64(mark)) * _SPREAD
    return np.sort(others[np.argsort(mixed, kind="stable")[:most]])
