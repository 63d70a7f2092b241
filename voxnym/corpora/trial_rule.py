"""Trials for any corpus, by a seeded rule that everybody can repeat."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from voxnym.corpora.trials import Trials
from voxnym.errors import InputError
from voxnym.records import Gender, Utterance

LEAST_UTTERANCES: Final = 5
LEAST_SECONDS: Final = 2.0
ENROL_SHARE: Final = 0.15
LEAST_ENROLMENTS: Final = 2
MOST_TRIALS: Final = 200_000


@dataclass(frozen=True)
class Rule:
    """How trials are made.

    1. People with at least `least_utterances` utterances of `least_seconds` or more take part.
    2. Of each, max(2, 15 %) utterances are enrolment, from as few sessions as possible, so that
       other sessions are left for the trials; the choice follows from seed and person alone.
    3. Target trials: every other utterance against its own person.
    4. Non-target trials: every enrolled person against every trial utterance of others of the same
       gender. `Trials.mixed` has the pairs across genders, too.
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
) -> Trials:
    """Trials among all named people of a corpus; the order of utterances does not matter.

    Args:
        name: of the list.
        utterances: with speakers; others are left out.
        rule: how.
        sessions: utterance id to session, where known.
        seconds: utterance id to length, where known.

    Raises:
        InputError: fewer than two people of a gender have enough utterances.
    """
    sessions, seconds = sessions or {}, seconds or {}
    spoken: dict[str, list[str]] = defaultdict(list)
    genders: dict[str, Gender] = {}
    for utterance in utterances:
        long_enough = seconds.get(utterance.id, rule.least_seconds) >= rule.least_seconds
        if utterance.speaker and long_enough:
            spoken[utterance.speaker].append(utterance.id)
            genders[utterance.speaker] = utterance.gender
    people = sorted(p for p, ids in spoken.items() if len(ids) >= rule.least_utterances)
    enrolled = {p: _enrolments(p, sorted(spoken[p]), sessions, rule) for p in people}
    heard = sorted((id, p) for p in people for id in spoken[p] if id not in enrolled[p])
    pairs = _pairs(people, heard, genders, rule)
    if not any(target for _, _, target in pairs) or all(target for _, _, target in pairs):
        raise InputError(
            f"{name}: {len(people)} people have {rule.least_utterances} utterances or more; "
            "expected at least two of one gender"
        )
    claim, at, target = zip(*pairs, strict=True)
    owner = [place for place, p in enumerate(people) for _ in enrolled[p]]
    return Trials(
        name,
        tuple(people),
        tuple(id for p in people for id in enrolled[p]),
        np.array(owner, np.intp),
        tuple(id for id, _ in heard),
        tuple(p for _, p in heard),
        np.array(claim, np.intp),
        np.array(at, np.intp),
        np.array(target, np.bool_),
        genders,
        sessions,
    )


def _draw(rule: Rule, *parts: str) -> bytes:
    return hashlib.sha256("\0".join((str(rule.seed), *parts)).encode()).digest()


def _enrolments(person: str, ids: list[str], sessions: Mapping[str, str], rule: Rule) -> list[str]:
    """Whole sessions in a drawn order until there are enough; a drawn choice within the last."""
    wanted = max(LEAST_ENROLMENTS, ceil(ENROL_SHARE * len(ids)))
    by_session: dict[str, list[str]] = defaultdict(list)
    for id in ids:
        by_session[sessions.get(id, "")].append(id)
    # Sessions that hold all that is wanted come first, so that as few as possible are opened.
    order = sorted(
        by_session,
        key=lambda s: (len(by_session[s]) < wanted, _draw(rule, "session", person, s)),
    )
    chosen: list[str] = []
    for session in order:
        drawn = sorted(by_session[session], key=lambda id: _draw(rule, "enrol", person, id))
        chosen += drawn[: wanted - len(chosen)]
        if len(chosen) == wanted:
            break
    return sorted(chosen)


def _pairs(
    people: list[str],
    heard: list[tuple[str, str]],
    genders: Mapping[str, Gender],
    rule: Rule,
) -> list[tuple[int, int, bool]]:
    pairs = []
    for at, (id, speaking) in enumerate(heard):
        others = [
            place
            for place, person in enumerate(people)
            if person != speaking and genders[person] == genders[speaking]
        ]
        pairs.append((people.index(speaking), at, True))
        most = max(1, rule.most_trials // max(len(heard), 1) - 1)
        if len(others) > most:
            others.sort(key=lambda place: _draw(rule, "thin", id, people[place]))
            others = sorted(others[:most])
        pairs += [(place, at, False) for place in others]
    return pairs
