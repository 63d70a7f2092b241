"""What listeners are asked: sounds with opaque codes, trials, and who hears which version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from voxnym.evaluation.listening.recordings import ORIGINAL

Kind = Literal["words", "naturalness", "abx"]
KINDS: Final[tuple[Kind, ...]] = ("words", "naturalness", "abx")
"""In the order of the page: sentences are written down before they are heard elsewhere."""

_PURPOSES: Final = ("codes", "choice", "anchors", "order")
Purpose = Literal["codes", "choice", "anchors", "order"]


@dataclass(frozen=True)
class Sound:
    """One thing to be heard.

    Args:
        code: what the page calls it; says nothing.
        system: whose output it is, or "original".
        recording: name of the recording.
        speaker: who speaks in the original; empty where nobody knows.
        text: what is said; empty where nobody knows.
        path: the file.
        anchor: noise was added, so that an attentive person calls it bad.
    """

    code: str
    system: str
    recording: str
    speaker: str
    text: str
    path: Path
    anchor: bool = False


@dataclass(frozen=True)
class Trial:
    """One question.

    Args:
        code: what the page calls it.
        kind: what is asked.
        versions: codes of sounds; listener n hears version n modulo their number. One sound, for
            "abx" three: A, B and X.
        right: for "abx", "A" or "B"; else empty.
        check: whether it is there to find those who do not listen.
    """

    code: str
    kind: Kind
    versions: tuple[tuple[str, ...], ...]
    right: str = ""
    check: bool = False

    def heard_by(self, listener: int) -> tuple[str, ...]:
        """Codes of the sounds that a listener hears."""
        return self.versions[listener % len(self.versions)]


@dataclass(frozen=True)
class Plan:
    """A whole test.

    Args:
        test: its code, which page, key and answers share.
        seed: where everything follows from.
        order: seed of the orders, one for each listener; the page holds it.
        systems: names; "original" is among them where originals are heard.
        sounds: by code.
        trials: in no order.
        notes: what could not be done as asked.
    """

    test: str
    seed: int
    order: int
    systems: tuple[str, ...]
    sounds: Mapping[str, Sound]
    trials: tuple[Trial, ...]
    notes: tuple[str, ...] = ()

    @property
    def originals(self) -> bool:
        """Whether recordings of people as they are can be heard."""
        return any(sound.system == ORIGINAL for sound in self.sounds.values())

    def of_kind(self, kind: Kind) -> tuple[Trial, ...]:
        """The trials of one kind."""
        return tuple(trial for trial in self.trials if trial.kind == kind)


def anchor_noise(plan: Plan, sound: Sound) -> np.random.Generator:
    """Where the noise of an anchor is drawn."""
    digest = hashlib.sha256(f"{sound.recording}\0{sound.system}".encode()).digest()
    return np.random.default_rng(
        [plan.seed, _PURPOSES.index("anchors"), int.from_bytes(digest[:8], "big")]
    )


def generator(seed: int, purpose: Purpose) -> np.random.Generator:
    """Random numbers of a test for one purpose."""
    return np.random.default_rng([seed, _PURPOSES.index(purpose)])
