"""Trials put together from enrolments and labelled pairs, whatever file they came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from voxnym.audio.formats import printable
from voxnym.corpora.trials import Trials
from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.records import Utterance

Pair = tuple[str, str, bool]
"""Who is claimed, which utterance is heard, and whether it is that person."""


def assembled(
    name: str,
    enrolled: Mapping[str, Sequence[str]],
    pairs: Iterable[Pair],
    utterances: Mapping[str, Utterance],
    sessions: Mapping[str, str],
) -> Trials:
    """The trials of a list; their order does not matter.

    People who are enrolled and never claimed are left out. A pair that stands twice counts once,
    if its labels agree; the challenge's own code keeps the last of them without a word.

    Args:
        name: of the list.
        enrolled: person to ids of enrolment utterances.
        pairs: the trials.
        utterances: of the corpus, by id.
        sessions: utterance id to session, where known.

    Raises:
        InputError: utterances that the corpus does not have, a person without enrolment, an
            enrolment that somebody else speaks, or labels that contradict each other.
    """
    labels = _labels(name, pairs)
    people = sorted({person for person, _ in labels})
    heard = sorted({id for _, id in labels})
    unknown = [person for person in people if not enrolled.get(person)]
    if unknown:
        raise InputError(f"{name}: {printable(unknown[0])} is claimed but has no enrolment")
    enrol = [(id, place) for place, person in enumerate(people) for id in enrolled[person]]
    _check_known(name, [*heard, *(id for id, _ in enrol)], utterances)
    for id, place in enrol:
        if utterances[id].speaker != people[place]:
            raise InputError(
                f"{name}: {printable(id)} is enrolled for {printable(people[place])}, but "
                f"{printable(str(utterances[id].speaker))} speaks there"
            )
    place_of = {person: place for place, person in enumerate(people)}
    at = {id: place for place, id in enumerate(heard)}
    return Trials(
        name,
        tuple(people),
        tuple(id for id, _ in enrol),
        np.array([place for _, place in enrol], np.intp),
        tuple(heard),
        tuple(utterances[id].speaker or "" for id in heard),
        np.array([place_of[person] for person, _ in labels], np.intp),
        np.array([at[id] for _, id in labels], np.intp),
        np.array(list(labels.values()), np.bool_),
        {u.speaker: u.gender for u in utterances.values() if u.speaker},
        sessions,
    )


def _labels(name: str, pairs: Iterable[Pair]) -> dict[tuple[str, str], bool]:
    found: dict[tuple[str, str], bool] = {}
    for person, id, target in pairs:
        if found.setdefault((person, id), target) != target:
            raise InputError(
                f"{name}: {printable(person)} {printable(id)} is both target and nontarget; "
                "expected one label"
            )
    return dict(sorted(found.items()))


def _check_known(name: str, needed: Sequence[str], utterances: Mapping[str, Utterance]) -> None:
    missing = [id for id in needed if id not in utterances]
    if missing:
        raise InputError(
            f"{name}: {len(missing)} utterances of the list are not in the corpus, first "
            f"{printable(missing[0])}"
        )
