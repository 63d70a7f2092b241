"""Chooses recordings for a listening test and makes trials of them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.listening.plan import KINDS, Kind, Plan, Sound, Trial, generator
from voxnym.evaluation.listening.recordings import ORIGINAL, Collection, Recording, speakers

PER_SYSTEM: Final = 6
CHECKS: Final = 2
"""Trials of a kind that have only one sensible answer."""

_CODE_BYTES: Final = 5
_LEAST_SPEAKERS: Final = 2


@dataclass
class _Maker:
    """Gives codes, and collects sounds and trials."""

    codes: np.random.Generator
    sounds: dict[tuple[str, str, str], Sound] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def code(self) -> str:
        return base64.b32encode(self.codes.bytes(_CODE_BYTES)).decode().lower()

    def sound(self, system: str, recording: Recording, use: str = "") -> str:
        key = (system, recording.name, use)
        if key not in self.sounds:
            self.sounds[key] = Sound(
                self.code(), system, recording.name, recording.speaker, recording.text,
                recording.paths[system], use == "anchor",
            )  # fmt: skip
        return self.sounds[key].code

    def add(
        self, kind: Kind, versions: Sequence[tuple[str, ...]], right: str = "", check: bool = False
    ) -> None:
        self.trials.append(Trial(self.code(), kind, tuple(versions), right, check))


def make_plan(
    collection: Collection,
    *,
    seed: int,
    kinds: Sequence[Kind] = KINDS,
    per_system: int = PER_SYSTEM,
    originals: bool = False,
    fits: Callable[[Recording], bool] = lambda recording: True,
) -> Plan:
    """Choose recordings and make trials of them.

    Nobody hears a sentence to be written down twice, nor an ABX triple: each listener gets it from
    one system, the next listener from the next one (a Latin square over listeners). All rate the
    same recordings of all systems. A listener gets `per_system` trials of each kind and system.

    Args:
        collection: the recordings.
        seed: every choice follows from it.
        kinds: what is asked.
        per_system: trials of a listener for each kind and system, 1 or more.
        originals: put originals in: as one more system in all kinds, and as A and B of ABX.
            Otherwise A, B and X are outputs of the same system.
        fits: whether a recording is short enough, and so on.

    Raises:
        InputError: too few recordings, texts or speakers for a kind, or no folder of originals.
    """
    if per_system < 1 or not kinds or not collection.systems:
        raise InputError(
            f"per_system={per_system}, kinds={list(kinds)}, systems={list(collection.systems)}: "
            "expected at least one of each"
        )
    if originals and ORIGINAL not in collection.recordings[0].paths:
        raise InputError("originals are asked for, but no folder of originals is given")
    systems = (*collection.systems, *([ORIGINAL] if originals else []))
    maker = _Maker(generator(seed, "codes"))
    rng = generator(seed, "choice")
    shuffled = [collection.recordings[i] for i in rng.permutation(len(collection.recordings))]
    usable = [recording for recording in shuffled if fits(recording)]
    if not usable:
        raise InputError("no recording fits: expected speech of 1 to 20 s")
    used: set[str] = set()
    if "words" in kinds:
        _words(maker, usable, systems, per_system, used)
    if "naturalness" in kinds:
        _naturalness(maker, usable, systems, per_system, used)
    if "abx" in kinds:
        _abx(maker, usable, systems, per_system, rng)
    sounds = {sound.code: sound for sound in maker.sounds.values()}
    trials = tuple(maker.trials[i] for i in rng.permutation(len(maker.trials)))
    order = int(generator(seed, "order").integers(1 << 32))
    test = _test_code(seed, systems, sounds)
    return Plan(test, seed, order, systems, sounds, trials, tuple(maker.notes))


def _test_code(seed: int, systems: Sequence[str], sounds: Mapping[str, Sound]) -> str:
    parts = [str(seed), *systems, *sorted(f"{s.code} {s.recording}" for s in sounds.values())]
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return base64.b32encode(digest[:_CODE_BYTES]).decode().lower()


def _rotated(systems: Sequence[str], item: int) -> list[str]:
    """Systems in the order of listeners; the next item begins with the next system."""
    return [systems[(item + place) % len(systems)] for place in range(len(systems))]


def _words(
    maker: _Maker, usable: list[Recording], systems: Sequence[str], each: int, used: set[str]
) -> None:
    spoken: dict[str, Recording] = {}
    for recording in usable:
        if recording.text:
            spoken.setdefault(" ".join(recording.text.casefold().split()), recording)
    wanted = each * len(systems)
    chosen = list(spoken.values())[:wanted]
    whole = len(chosen) // len(systems) * len(systems)
    if not whole:
        raise InputError(
            f"words: {len(chosen)} recordings have different known texts, and {len(systems)} "
            "systems need one each: give --texts, or .txt files beside the recordings"
        )
    if whole < wanted:
        maker.notes.append(
            f"words: {whole // len(systems)} sentences for each system, not {each}: only "
            f"{len(spoken)} recordings have different known texts"
        )
    for item, recording in enumerate(chosen[:whole]):
        used.add(recording.name)
        order = _rotated(systems, item)
        maker.add("words", [(maker.sound(system, recording),) for system in order])


def _naturalness(
    maker: _Maker, usable: list[Recording], systems: Sequence[str], each: int, used: set[str]
) -> None:
    # Sentences that were written down come last: they are known by then.
    fresh = [recording for recording in usable if recording.name not in used]
    chosen = [*fresh, *(recording for recording in usable if recording.name in used)][:each]
    if len(fresh) < len(chosen):
        maker.notes.append("naturalness: some sentences were heard in the words part before")
    if len(chosen) < each:
        maker.notes.append(f"naturalness: {len(chosen)} recordings for each system, not {each}")
    for recording in chosen:
        for system in systems:
            maker.add("naturalness", [(maker.sound(system, recording),)])
    for item in range(CHECKS):
        recording, system = chosen[item % len(chosen)], systems[item % len(systems)]
        maker.add("naturalness", [(maker.sound(system, recording, "anchor"),)], check=True)


def _abx(
    maker: _Maker,
    usable: list[Recording],
    systems: Sequence[str],
    each: int,
    rng: np.random.Generator,
) -> None:
    people = speakers(tuple(usable))
    several = [recording for recording in usable if people[recording.speaker] > 1]
    if len(people) < _LEAST_SPEAKERS or not several:
        able = sum(count > 1 for count in people.values())
        raise InputError(
            f"abx: {len(people)} speakers known, of whom {able} have "
            "several recordings: expected two, one of them with two recordings; say who speaks "
            "with folders or file names (--speaker-from)"
        )
    wanted = each * len(systems)
    whole = min(wanted, len(several)) // len(systems) * len(systems)
    if not whole:
        raise InputError(
            f"abx: {len(several)} recordings for {len(systems)} systems: expected one for each"
        )
    if whole < wanted:
        maker.notes.append(f"abx: {whole // len(systems)} trials for each system, not {each}")
    reference = {system: ORIGINAL if ORIGINAL in systems else system for system in systems}
    for item, heard in enumerate(several[:whole]):
        right = "AB"[item // len(systems) % 2]
        same, other = _companions(heard, usable, rng)
        a, b = (same, other) if right == "A" else (other, same)
        versions = [
            (maker.sound(reference[s], a), maker.sound(reference[s], b), maker.sound(s, heard))
            for s in _rotated(systems, item)
        ]
        maker.add("abx", versions, right)
        if item < CHECKS:
            first = systems[item % len(systems)]
            right = "AB"[item % 2]
            pair = (maker.sound(reference[first], a), maker.sound(reference[first], b))
            copied = maker.sound(reference[first], a if right == "A" else b, f"copy {item}")
            maker.add("abx", [(*pair, copied)], right, check=True)


def _companions(
    heard: Recording, usable: list[Recording], rng: np.random.Generator
) -> tuple[Recording, Recording]:
    """Another recording of the same person, and one of somebody else."""
    same = [r for r in usable if r.speaker == heard.speaker and r.name != heard.name]
    others = sorted({r.speaker for r in usable if r.speaker and r.speaker != heard.speaker})
    person = others[int(rng.integers(len(others)))]
    theirs = [r for r in usable if r.speaker == person]
    return same[int(rng.integers(len(same)))], theirs[int(rng.integers(len(theirs)))]
