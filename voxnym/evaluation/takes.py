"""Which version of an utterance is heard, and for whom its pseudo-voice is drawn."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from voxnym.errors import InputError
from voxnym.keys import Key
from voxnym.records import Utterance, Who

Side = Literal["original", "enrol", "trial", "train"]
Rule = Literal["utterance", "speaker", "one"]
"""Who gets a pseudo-voice of their own while a system is attacked.

"utterance": every utterance, on every side (the VoicePrivacy 2024 rule); "speaker": every person,
another one on each side (2020); "one": a single pseudo-voice for everybody on all sides, which
the attacker's training data match exactly.
"""
RULES: Final[tuple[Rule, ...]] = ("utterance", "speaker", "one")


@dataclass(frozen=True, order=True)
class Take:
    """One version of an utterance: as it is, or anonymized for one side of the attack.

    Args:
        side: "original", or which side's key the pseudo-voice is drawn from.
        draw: which of several independent draws, from 0.

    Raises:
        InputError: a negative draw.
    """

    side: Side
    draw: int = 0

    def __post_init__(self) -> None:
        if self.draw < 0:
            raise InputError(f"draw={self.draw}: expected 0 or more")


ORIGINAL: Final = Take("original")
ENROL: Final = Take("enrol")
TRIAL: Final = Take("trial")


def key_of(seed: int, take: Take, rule: Rule) -> Key:
    """The key that a take's pseudo-voices come from.

    Evaluation must be repeatable, so its keys follow from a seed that the report prints; they
    protect nobody and are used for nothing else. Sides never share one, except under the rule
    "one".

    >>> key_of(1, ENROL, "utterance") == key_of(1, TRIAL, "utterance")
    False
    >>> key_of(1, ENROL, "one") == key_of(1, TRIAL, "one")
    True
    """
    side = "all" if rule == "one" else f"{take.side}/{take.draw}"
    return Key(hashlib.sha256(f"voxnym evaluation/{seed}/{rule}/{side}".encode()).digest())


def who_of(utterance: Utterance, rule: Rule) -> Who:
    """For whom the pseudo-voice of an utterance is drawn under a rule.

    Raises:
        InputError: the rule goes by person, and the corpus names none.
    """
    if rule == "utterance":
        return Who(utterance=utterance.id, scope="utterance")
    if rule == "one":
        return Who(speaker="everybody", scope="speaker")
    if not utterance.speaker:
        raise InputError(f"{utterance.id}: no speaker is named, but voices go by speaker")
    return Who(speaker=utterance.speaker, scope="speaker")
