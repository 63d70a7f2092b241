"""The ladder: attackers one after the other, kept in a folder so that a killed run goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Attacker, Verdict
from voxnym.evaluation.figures import attack_from, rate_of
from voxnym.evaluation.results import Attack, Figure
from voxnym.evaluation.scene import Scene

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rung:
    """One attacker to try.

    Args:
        attacker: on the system's output.
        control: the same one on originals; None where it would be the attacker itself.
        fewer: (share, attacker) pairs: the same one with that share of the training people, for a
            learning curve.
    """

    attacker: Attacker
    control: Attacker | None = None
    fewer: tuple[tuple[float, Attacker], ...] = ()


@dataclass(frozen=True, eq=False)
class Tried:
    """What one attacker found, with all its scores for comparisons."""

    attack: Attack
    scores: Floats


@dataclass(frozen=True)
class Records:
    """Scores of attackers that have finished, by what they depend on.

    Only score matrices and notes are kept, no embeddings.

    Args:
        folder: made where it is missing.
    """

    folder: Path

    def find(self, name: str) -> tuple[Verdict, float] | None:
        """A verdict found before, and the seconds that it took."""
        from voxnym.evaluation.attackers.attack import Training

        try:
            told = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
            scores = np.load(self.folder / f"{name}.npy", allow_pickle=False)
        except (OSError, ValueError):
            return None
        training = Training(**told["training"]) if told["training"] else None
        return Verdict(scores, None, training, tuple(told["notes"])), told["seconds"]

    def keep(self, name: str, verdict: Verdict, seconds: float) -> None:
        """Remember a verdict; the text comes last, so that half a record counts as none."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        training = verdict.training and vars(verdict.training)
        told = {"training": training, "notes": list(verdict.notes), "seconds": seconds}
        np.save(self.folder / f"{name}.npy", verdict.scores, allow_pickle=False)
        place = self.folder / f"{name}.json"
        temporary = place.with_suffix(".part")
        temporary.write_text(json.dumps(told), encoding="utf-8")
        temporary.replace(place)


def climb(scene: Scene, rungs: Iterable[Rung], records: Records) -> Iterator[Tried]:
    """Try the attackers of a ladder on a scene.

    Yields:
        What each found, in order; void ones are marked by `judged`, once all are known.
    """
    controls: dict[str, Figure] = {}
    for rung in rungs:
        verdict, seconds = _verdict(scene, rung.attacker, records)
        original = None
        if rung.control is not None:
            name = described(rung.control)
            if name not in controls:
                found, _ = _verdict(scene, rung.control, records)
                controls[name] = attack_from(rung.control, scene, found, 0.0).eer
            original = controls[name]
        attack = attack_from(rung.attacker, scene, verdict, seconds)
        curve = tuple(_curve(scene, rung, records))
        if curve:
            curve = (*curve, (1.0, attack.eer.value))
        yield Tried(replace(attack, original=original, curve=curve), verdict.scores)


def _curve(scene: Scene, rung: Rung, records: Records) -> Iterator[tuple[float, float]]:
    for share, attacker in rung.fewer:
        verdict, _ = _verdict(scene, attacker, records)
        yield share, rate_of(scene.trials, verdict.scores, scene).value


def _verdict(scene: Scene, attacker: Attacker, records: Records) -> tuple[Verdict, float]:
    name = hashlib.sha256(f"{scene.digest}/{described(attacker)}".encode()).hexdigest()[:32]
    known = records.find(name)
    if known is not None:
        return known
    scene.watch(attacker.name, 0, 1)
    started = time.perf_counter()
    verdict = attacker(scene)
    expected = (len(scene.trials.speakers), len(scene.trials.utterances))
    if verdict.scores.shape != expected:
        raise InputError(
            f"{attacker.name}: scores of shape {verdict.scores.shape}, expected {expected}"
        )
    seconds = time.perf_counter() - started
    records.keep(name, verdict, seconds)
    scene.watch(attacker.name, 1, 1)
    return verdict, seconds


def described(attacker: Attacker) -> str:
    """Class and parameters of an attacker as text that is the same in every run."""
    parts = [type(attacker).__name__, attacker.name, attacker.knowledge]
    for each in fields(attacker):  # type: ignore[arg-type]
        value = getattr(attacker, each.name)
        parts.append(f"{each.name}={getattr(value, 'id', None) or repr(value)}")
    return " ".join(parts)


def judged(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """The same, with trained attackers marked void that are no better than untrained ones.

    A trained attacker that does not beat the best lazy-informed one has learned nothing about the
    system; its figure would be taken for privacy.
    """
    rates = [
        each.attack.eer.value
        for each in tried
        if each.attack.hears == "voice" and each.attack.knowledge == "lazy-informed"
    ]
    return tuple(_judged(each, min(rates, default=None)) for each in tried)


def _judged(tried: Tried, lazy: float | None) -> Tried:
    attack = tried.attack
    trained = attack.knowledge in ("semi-informed", "informed") and attack.hears == "voice"
    if not trained or lazy is None or attack.eer.value < lazy:
        return tried
    reason = (
        f"not better than the best attacker that did not learn from anonymized speech "
        f"({attack.eer.value:.1f} against {lazy:.1f} %): a failed attack, no privacy"
    )
    return Tried(replace(attack, void=reason), tried.scores)
