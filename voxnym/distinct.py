"""Voices of one recording that lie apart: nobody follows an interview of two equal voices.

The first random number of a system's first stage decides most of how a person sounds (a rule of
`Stage.start`). Drawn freely, two of them lie close by chance now and then; so people of one
recording are given other draws of theirs until these numbers lie apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from voxnym.recording.cast import Cast
from voxnym.records import Who

if TYPE_CHECKING:
    from voxnym.system import System

TRIES = 64
SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
"""How far apart, as a share of an even distribution; the first that can be had."""


def distinct(system: System, casts: Sequence[Cast]) -> list[Cast]:
    """The same casts, with draws for their people that lie apart.

    Only where a voice lasts for one recording (scope "file"): a voice that a person has in several
    is drawn for that person alone, whoever else is there.

    Args:
        system: its key and first stage decide.
        casts: of all signals of a recording.
    """
    # What is nobody's turn takes no room: it is background more often than speech.
    people = [who for cast in casts for i, who in enumerate(cast.people) if i != cast.nobody]
    if len(people) < 2 or not system.preset.stages:
        return list(casts)
    chosen: dict[Who, Who] = {}
    taken: list[float] = []
    # In an order that says nothing of who spoke first.
    for who in sorted(people, key=lambda each: system.key.digest("order", each.name)):
        found = who if who.scope != "file" else _apart(system, who, taken, 1 / len(people))
        chosen[who] = found
        taken.append(_first_draw(system, found))
    return [
        dataclasses.replace(cast, people=tuple(chosen.get(who, who) for who in cast.people))
        for cast in casts
    ]


def _apart(system: System, who: Who, taken: list[float], even: float) -> Who:
    tries = [dataclasses.replace(who, variant=i) for i in range(TRIES)]
    draws = [_first_draw(system, each) for each in tries]
    for share in SHARES:
        for each, draw in zip(tries, draws, strict=True):
            if all(abs(draw - other) >= share * even for other in taken):
                return each
    return who


def _first_draw(system: System, who: Who) -> float:
    """The first random number, 0 to 1, that the first stage gets for a person."""
    return float(system.generator(system.preset.stages[0], who).random())
