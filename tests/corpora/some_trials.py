"""Utterances of a few people, and trials among them."""

import numpy as np

from voxnym.corpora.trials import Trials
from voxnym.records import Utterance

GENDERS = {"a": "f", "b": "f", "c": "m", "d": "m"}


def utterance(person, session, number, gender=None):
    """`person-session-number`, as LibriSpeech names them but for letters."""
    id = f"{person}-{session}-{number:04d}"
    return Utterance(id, f"{id}.flac", speaker=person, gender=gender or GENDERS.get(person, "f"))


def trials(**changes):
    """Everybody enrolled with session 1, heard in sessions 1 and 2 against their own gender."""
    people = tuple("abcd")
    heard = tuple(f"{who}-{session}-0009" for who in people for session in (1, 2))
    pairs = [
        (place, at)
        for place, who in enumerate(people)
        for at, id in enumerate(heard)
        if GENDERS[who] == GENDERS[id[0]]
    ]
    parts = {
        "name": "some",
        "speakers": people,
        "enrolments": tuple(f"{who}-1-0000" for who in people),
        "enrolment_owner": np.arange(4),
        "utterances": heard,
        "utterance_speaker": tuple(id[0] for id in heard),
        "claim": np.array([place for place, _ in pairs]),
        "heard": np.array([at for _, at in pairs]),
        "target": np.array([heard[at][0] == people[place] for place, at in pairs]),
        "genders": GENDERS,
        "sessions": {id: id[:3] for id in (*heard, *(f"{who}-1-0000" for who in people))},
    }
    return Trials(**(parts | changes))
