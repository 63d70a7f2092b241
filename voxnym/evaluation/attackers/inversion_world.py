"""Inversion of the WORLD system: warp and tilt found in the output and undone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.codecs.lpc import Lpc
from voxnym.codecs.world import World
from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Verdict
from voxnym.evaluation.attackers.inversion import SEARCHES, Search
from voxnym.evaluation.attackers.inversion_attack import attack_by_inversion
from voxnym.evaluation.attackers.pole_traces import traces
from voxnym.evaluation.clips import RATE
from voxnym.evaluation.scene import Scene
from voxnym.evaluation.subjects import PresetSubject, Subject
from voxnym.evaluation.takes import Rule, Take, key_of, who_of
from voxnym.protocols import Embedder
from voxnym.records import Audio, Survey, Utterance
from voxnym.stages.content_tilt import ContentTilt, Tilting
from voxnym.stages.content_warp import ContentWarp, Warping

Floats = NDArray[np.float64]

WARP: Final = "content_warp"
TILT: Final = "content_tilt"
PITCH: Final = frozenset({"pitch_register", "pitch_revert", "pitch_scale"})
NEUTRAL_HZ: Final = 140.0
"""Median pitch of what was undone: the person's own cannot be found out where a register was
drawn, and a register that tells nothing only disturbs."""


@dataclass(frozen=True)
class Warped:
    """A system that warps and tilts envelopes, with the parameters that it declares.

    Parameters are (ln factor, tilt in dB per octave).

    Args:
        subject: the system.
        codec: its codec.
        warp: its warp.
        tilt: its tilt; None where it has none.
    """

    subject: PresetSubject
    codec: World
    warp: ContentWarp
    tilt: ContentTilt | None

    @property
    def id(self) -> str:
        """The system's digest."""
        return f"unwarped {self.subject.id}"

    @property
    def known(self) -> Floats | None:
        """Nothing: factor and slope are drawn."""
        return None

    def traces(self, audio: Audio) -> Floats:
        """Long-term statistics of poles and spectrum: (traces,)."""
        return traces(audio, Lpc(rate=RATE))

    def drawn(self, utterance: Utterance, take: Take, rule: Rule, seed: int) -> Floats:
        """Factor and slope that a key of the attacker's own draws."""
        from voxnym.system import System

        preset = self.subject.preset
        stages = tuple(preset.build("stages", stage) for stage in preset.stages)
        system = System(preset, self.codec, stages, key_of(seed, take, rule))
        who = who_of(utterance, rule)
        factor = self.warp.start(system.generator(WARP, who), Survey()).factor
        slope = 0.0
        if self.tilt is not None:
            slope = self.tilt.start(system.generator(TILT, who), Survey()).slope_db
        return np.array([math.log(factor), slope])

    def candidates(self, count: int) -> Floats:
        """Factors over the declared range, without tilt: (count, 2)."""
        logs = np.linspace(math.log(self.warp.low), math.log(self.warp.high), count)
        return np.stack([logs, np.zeros(count)], axis=1)

    def undone(self, audio: Audio, parameters: Floats) -> Audio:
        """The audio with its envelope unwarped and untilted, at a neutral pitch.

        Args:
            audio: (1, n) at the codec's rate.
            parameters: ln factor and slope that were used; kept within the declared ranges.
        """
        low, high = math.log(self.warp.low), math.log(self.warp.high)
        factor = math.exp(-float(np.clip(parameters[0], low, high)))
        run = self.codec.start(Survey())
        speech = run.analyze(audio.samples[0], True)
        if self.tilt is not None:
            slope = float(np.clip(parameters[1], self.tilt.low_db, self.tilt.high_db))
            speech = Tilting(-slope, self.tilt.pivot_hz)(speech, True)
        speech = Warping(factor, self.warp.knee_share)(speech, True)
        if speech.pitch is not None:
            speech = speech.replace(pitch=neutral(speech.pitch, self.codec))
        return Audio(run.synthesize(speech, True), audio.rate)


def neutral(pitch_hz: Floats, codec: World) -> Floats:
    """The melody about a median of 140 Hz; unvoiced frames stay 0."""
    voiced = pitch_hz > 0
    if not voiced.any():
        return pitch_hz
    moved = pitch_hz * (NEUTRAL_HZ / np.median(pitch_hz[voiced]))
    return np.where(voiced, np.clip(moved, codec.floor_hz, codec.ceiling_hz), 0.0)


def warped_by(subject: Subject) -> Warped | None:
    """The system's parameters, if it warps envelopes and else only tilts or moves pitch."""
    if not isinstance(subject, PresetSubject) or subject.is_copy:
        return None
    preset = subject.preset
    if WARP not in preset.stages or set(preset.stages) - {WARP, TILT} - PITCH:
        return None
    codec, warp = preset.build("codecs", preset.codec), preset.build("stages", WARP)
    tilt = preset.build("stages", TILT) if TILT in preset.stages else None
    if not isinstance(codec, World) or codec.rate != RATE:
        return None
    return Warped(subject, codec, warp, tilt)


@dataclass(frozen=True)
class WorldInversion:
    """Finds out by how much each utterance's envelope was warped and tilted, and undoes it.

    How the factor is found, and whether enrolment is original or anonymized and undone, too, is
    decided on the training people. The person's pitch register is not recovered: the system
    replaces it by one that the key draws.

    Args:
        embedder: tells voices apart; hears what was undone.
        searches: see `McadamsInversion`.
        is_adapted: see `McadamsInversion`.
        draws: pseudo-voices of each training utterance to learn from.
        grid: factors tried by a search.
    """

    embedder: Embedder
    searches: tuple[Search, ...] = SEARCHES
    is_adapted: bool = False
    draws: int = 1
    grid: int = 7
    hears: ClassVar[Hears] = "voice"
    knowledge: ClassVar[Knowledge] = "informed"

    @property
    def name(self) -> str:
        """Network and method."""
        adapted = ", LDA adapted" if self.is_adapted else ""
        return f"{self.embedder.id}, WORLD inversion{adapted}"

    def applies(self, subject: Subject) -> bool:
        """Whether the system warps envelopes by a declared range of factors."""
        return warped_by(subject) is not None

    def __call__(self, scene: Scene) -> Verdict:
        """Learn, choose, undo and compare.

        Raises:
            InputError: another system, or too little training speech.
        """
        warped = warped_by(scene.subject)
        if warped is None:
            raise InputError(
                f"{scene.subject.name}: expected a system of codec world with stage {WARP} and at "
                "most tilt and pitch stages beside it; this inversion knows no other"
            )
        return attack_by_inversion(scene, warped, self)
