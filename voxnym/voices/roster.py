"""Voices for many people, none like another's, whoever asks first.

Whether a voice is like one already issued depends on the order in which they are issued. Along a
roster that is sorted by a keyed hash of each person's name it is the same order always: not that of
files, of workers, or of a run that was resumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from voxnym.errors import InputError
from voxnym.voices.guard import Guard, GuardedVoices, PlacedModel
from voxnym.voices.model import Floats, PseudoVoice, Wish


@dataclass(frozen=True, eq=False)
class Claim:
    """One person's turn.

    Args:
        name: of the person, unique.
        order: keyed hash of the name, which nobody without the key can tell.
        rng: of this person alone.
        wish: what the voice is to be like.
    """

    name: str
    order: bytes
    rng: np.random.Generator
    wish: Wish


def issue(
    model: PlacedModel, guard: Guard, claims: Iterable[Claim], pool: Floats | None = None
) -> Mapping[str, PseudoVoice]:
    """A pseudo-voice for each person, along the roster.

    Args:
        model: draws.
        guard: what no voice may be like; a voice that breaks it, for want of a better one, counts
            as issued all the same.
        claims: in any order.
        pool: (m, dims) real people, where the guard wants them.

    Returns:
        Voices by name, in the order of the roster.

    Raises:
        InputError: a name or a hash that occurs twice, or as of `GuardedVoices.draw`.
    """
    roster = sorted(claims, key=lambda claim: claim.order)
    for kind, found in (("name", [c.name for c in roster]), ("order", [c.order for c in roster])):
        if len(set(found)) < len(found):
            raise InputError(f"{len(found)} people, {len(set(found))} different values of {kind}")
    issued = np.zeros((0, model.dims))
    people = np.zeros((0, model.dims)) if pool is None else pool
    voices: dict[str, PseudoVoice] = {}
    for claim in roster:
        guarded = GuardedVoices(model, guard, issued, people)
        voices[claim.name] = guarded.draw(claim.rng, claim.wish)
        issued = np.concatenate([issued, voices[claim.name].vector[None]])
    return voices
