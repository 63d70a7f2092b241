"""The key of a blind test: which code is whose output, what is right, what was said."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from voxnym.audio.formats import printable
from voxnym.errors import InputError, OutputError
from voxnym.evaluation.listening.plan import KINDS, Kind, Plan

FORMAT: Final = "voxnym-listening-key-1"


@dataclass(frozen=True)
class KeySound:
    """What a code of a sound means.

    Args:
        system: whose output it is, or "original".
        recording: name of the recording.
        text: what is said; empty where nobody knows.
    """

    system: str
    recording: str
    text: str


@dataclass(frozen=True)
class KeyTrial:
    """What a code of a trial means.

    Args:
        kind: what was asked.
        versions: codes of the sounds; listener n heard version n modulo their number.
        right: for "abx", "A" or "B"; else empty.
        check: whether it is there to find those who do not listen.
    """

    kind: Kind
    versions: tuple[tuple[str, ...], ...]
    right: str
    check: bool


@dataclass(frozen=True)
class TestKey:
    """All that analysis needs to know of a test.

    Args:
        test: its code.
        seed: where it follows from.
        systems: names.
        sounds: by code.
        trials: by code.
    """

    __test__ = False  # pytest would take it for a class of tests

    test: str
    seed: int
    systems: tuple[str, ...]
    sounds: Mapping[str, KeySound]
    trials: Mapping[str, KeyTrial]


def key_of(plan: Plan) -> TestKey:
    """The key of a planned test."""
    return TestKey(
        plan.test,
        plan.seed,
        plan.systems,
        {
            code: KeySound(sound.system, sound.recording, sound.text)
            for code, sound in sorted(plan.sounds.items())
        },
        {
            trial.code: KeyTrial(trial.kind, trial.versions, trial.right, trial.check)
            for trial in sorted(plan.trials, key=lambda trial: trial.code)
        },
    )


def write_key(key: TestKey, path: Path) -> None:
    """Write a key that only its owner may read; never replaces a file.

    Raises:
        OutputError: it exists or cannot be written.
    """
    whole = {
        "format": FORMAT,
        "test": key.test,
        "seed": key.seed,
        "systems": key.systems,
        "sounds": {code: vars(sound) for code, sound in key.sounds.items()},
        "trials": {code: vars(trial) for code, trial in key.trials.items()},
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise OutputError(f"{printable(path)}: cannot be written ({error.strerror})") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(whole, file, indent=1, ensure_ascii=False)
        file.write("\n")


def read_key(path: Path) -> TestKey:
    """The key in a file that `write_key` made.

    Raises:
        InputError: no readable file, or not such a key.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{printable(path)}: no key could be read ({error})") from error
    try:
        if whole["format"] != FORMAT:
            raise ValueError(f"format is {whole['format']!r}, expected {FORMAT!r}")
        key = TestKey(
            str(whole["test"]),
            int(whole["seed"]),
            tuple(str(name) for name in whole["systems"]),
            {str(code): _sound(sound) for code, sound in whole["sounds"].items()},
            {str(code): _trial(trial) for code, trial in whole["trials"].items()},
        )
        _check(key)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{printable(path)}: not the key of a listening test ({error})") from error
    return key


def _sound(found: Mapping[str, object]) -> KeySound:
    return KeySound(str(found["system"]), str(found["recording"]), str(found["text"]))


def _trial(found: Mapping[str, object]) -> KeyTrial:
    kind = str(found["kind"])
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}, expected one of {', '.join(KINDS)}")
    versions = cast("list[list[str]]", found["versions"])
    return KeyTrial(
        kind,
        tuple(tuple(str(code) for code in version) for version in versions),
        str(found["right"]),
        bool(found["check"]),
    )


def _check(key: TestKey) -> None:
    for code, trial in key.trials.items():
        sizes = {len(version) for version in trial.versions}
        if sizes != {3 if trial.kind == "abx" else 1}:
            raise ValueError(f"trial {code} has another number of sounds than its kind")
        if trial.kind == "abx" and trial.right not in ("A", "B"):
            raise ValueError(f"trial {code} has no right answer")
        for sound in (sound for version in trial.versions for sound in version):
            if sound not in key.sounds or key.sounds[sound].system not in key.systems:
                raise ValueError(f"trial {code} has a sound that is not described")
