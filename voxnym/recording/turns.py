"""From turns, which may overlap and leave gaps, to a cast in which everybody has their moments.

Where several speak at once, the one who began first keeps the floor until their turn ends: one
voice at a time can be exchanged, and a voice that is not exchanged would be an original. A turn
reaches a little into the pause around it, since labels are cut by hand. What is nobody's turn is
a person of its own: it is anonymized like the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from voxnym.recording.cast import CROSSFADE_S, Cast
from voxnym.records import Span, Who

REACH_S = 0.25
"""How far a turn reaches into the gap around it, at most half of the gap."""
SHORTEST_S = 2 * CROSSFADE_S
_NOBODY = "\x1fnobody"


def cast_of(who: Who, turns: Sequence[Span]) -> Cast:
    """The cast of a recording.

    Args:
        who: of the recording as a whole; its scope says how long one pseudo-voice lasts.
            "speaker": as long as the label is the same, over all recordings; "file": for each
            label of this recording; "utterance": for each turn.
        turns: labels are the people's names; in any order. None: one person.

    >>> cast = cast_of(Who(utterance="u"), [Span(1, 3, "anna"), Span(2, 5, "bob")])
    >>> cast.starts_s.tolist(), len(cast.people)
    ([0.0, 0.75, 3.0, 5.25], 3)
    """
    if not turns:
        return Cast.of(who)
    people: dict[Who, int] = {}
    starts: list[float] = []
    owners: list[int] = []
    nobody = dataclasses.replace(who, scope="file", utterance=who.utterance + _NOBODY)
    for start, turn in _covered(_reaching(_held(turns))):
        # Too short to fade in and out again: the one before keeps the floor.
        if starts and start - starts[-1] < SHORTEST_S:
            starts.pop()
            owners.pop()
        owner = people.setdefault(nobody if turn is None else _person(who, turn), len(people))
        if not owners or owners[-1] != owner:
            starts.append(start if starts else 0.0)
            owners.append(owner)
    kept = {owner: place for place, owner in enumerate(sorted(set(owners)))}
    return Cast(
        tuple(name for name, index in people.items() if index in kept),
        np.array(starts),
        np.array([kept[owner] for owner in owners], np.int64),
        kept.get(people.get(nobody, -1)),
    )


def _person(who: Who, turn: Span) -> Who:
    if who.scope == "speaker":
        return dataclasses.replace(who, speaker=turn.label)
    name = f"{who.utterance}\x1f{turn.label}"
    if who.scope == "utterance":
        name += f"\x1f{turn.start:.3f}-{turn.end:.3f}"
    return dataclasses.replace(who, utterance=name)


def _held(turns: Iterable[Span]) -> list[tuple[float, float, Span]]:
    """Stretches that do not overlap: who began first keeps the floor."""
    held: list[tuple[float, float, Span]] = []
    free = 0.0
    for turn in sorted(turns):
        if turn.end > free:
            held.append((max(turn.start, free), turn.end, turn))
            free = turn.end
    return held


def _reaching(held: list[tuple[float, float, Span]]) -> list[tuple[float, float, Span]]:
    """Stretches that reach into the gaps between them; a small gap is divided in the middle."""
    reaching = []
    before = 0.0
    for i, (start, end, turn) in enumerate(held):
        after = held[i + 1][0] if i + 1 < len(held) else end + 2 * REACH_S
        # The first one has all of a small gap before it: there is nobody to share it with.
        gap = start - before if i == 0 else (start - before) / 2
        reaching.append((start - min(REACH_S, gap), end + min(REACH_S, (after - end) / 2), turn))
        before = end
    return reaching


def _covered(held: list[tuple[float, float, Span]]) -> Iterable[tuple[float, Span | None]]:
    """Where each stretch begins, those of nobody (None) included, from 0 to the end."""
    free = 0.0
    for start, end, turn in held:
        if start > free:
            yield free, None
        yield start, turn
        free = end
    yield free, None
