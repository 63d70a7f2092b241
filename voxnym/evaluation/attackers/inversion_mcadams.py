"""Inversion of the McAdams system: coefficients found in the output, poles put back in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.inverse_poles import AngleMap, poles_back
from voxnym.codecs.lpc import Lpc
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
from voxnym.stages.content_mcadams import ContentMcadams

Floats = NDArray[np.float64]

STAGE: Final = "content_mcadams"
_TABLE: Final = 1024


@dataclass(frozen=True)
class Moved:
    """A system that moves poles, with the parameters that it declares.

    Args:
        subject: the system.
        codec: its codec.
        stage: its only stage.
    """

    subject: PresetSubject
    codec: Lpc
    stage: ContentMcadams

    @property
    def id(self) -> str:
        """The system's digest."""
        return f"poles back {self.subject.id}"

    @property
    def known(self) -> Floats | None:
        """(knots,) coefficients that stand in the preset, so that nothing has to be found out."""
        fixed = self.stage.coefficient
        return None if fixed is None else self._constant(fixed)

    def traces(self, audio: Audio) -> Floats:
        """Long-term statistics in which moved poles show: (traces,)."""
        return traces(audio, self.codec)

    def drawn(self, utterance: Utterance, take: Take, rule: Rule, seed: int) -> Floats:
        """Coefficients that a key of the attacker's own draws: (knots,) from 0 to half the rate.

        The attacker runs the system on speech of other people and so knows what it drew there.
        How the coefficient wanders over time is left out: it averages to nearly nothing.
        """
        from voxnym.system import System

        preset = self.subject.preset
        system = System(preset, self.codec, (self.stage,), key_of(seed, take, rule))
        rng = system.generator(STAGE, who_of(utterance, rule))
        stage = self.stage
        drawn = rng.uniform(stage.low, stage.high)
        bands = rng.uniform(-1.0, 1.0, stage.band_knots) * stage.band_spread
        return np.clip(drawn + bands, stage.low, stage.high)

    def _constant(self, coefficient: float) -> Floats:
        """The same coefficient at each knot."""
        return np.full(self.stage.band_knots, coefficient)

    def candidates(self, count: int) -> Floats:
        """Constant coefficients over the range that the stage draws from: (count, knots)."""
        values = np.linspace(self.stage.low, self.stage.high, count)
        return np.stack([self._constant(value) for value in values])

    def table(self, coefficients: Floats) -> AngleMap:
        """Where angles go with these coefficients at the knots."""
        old = np.linspace(0.0, np.pi, _TABLE)
        knots = np.linspace(0.0, np.pi, coefficients.size)
        exponent = np.interp(old, knots, coefficients)
        reference = 2 * np.pi * self.stage.reference_hz / self.codec.rate
        share = 1.0 if self.stage.knee_share is None else self.stage.knee_share
        knee = np.pi * share
        new = reference * (np.minimum(old, knee) / reference) ** exponent
        if share < 1.0:
            at_knee = reference * (knee / reference) ** exponent
            new += np.maximum(old - knee, 0.0) / (np.pi - knee) * (np.pi - at_knee)
        return AngleMap(old, np.maximum.accumulate(new))

    def undone(self, audio: Audio, coefficients: Floats) -> Audio:
        """The audio with its poles back in place.

        Args:
            audio: (1, n) at the codec's rate.
            coefficients: (knots,) with which they were moved.
        """
        run = self.codec.start(Survey())
        speech = run.analyze(audio.samples[0], True)
        content = poles_back(speech.content, self.table(coefficients))
        return Audio(run.synthesize(speech.replace(content=content), True), audio.rate)


def moved_by(subject: Subject) -> Moved | None:
    """The system's parameters, if it moves poles and does nothing else; None for any other."""
    if not isinstance(subject, PresetSubject) or subject.is_copy:
        return None
    preset = subject.preset
    if tuple(preset.stages) != (STAGE,):
        return None
    codec, stage = preset.build("codecs", preset.codec), preset.build("stages", STAGE)
    if not isinstance(codec, Lpc) or not isinstance(stage, ContentMcadams) or codec.rate != RATE:
        return None
    return Moved(subject, codec, stage)


@dataclass(frozen=True)
class McadamsInversion:
    """Finds out by how much each utterance's poles were moved, and moves them back.

    How the coefficient is found, and whether enrolment is original or anonymized and moved back,
    too, is decided on the training people.

    Args:
        embedder: tells voices apart; hears what was moved back.
        searches: ways to find the coefficient that are tried: "regression" from long-term
            statistics, learned on speech that the attacker anonymized; "typical", of a grid the
            voice most like others' originals; "score", of a grid the one that suits the claim.
        is_adapted: linear discriminants learned on training speech moved back, joined by its
            originals; with "regression" only.
        draws: pseudo-voices of each training utterance to learn from.
        grid: coefficients tried.

    Source: the idea: J. Patino et al., "Speaker anonymisation using the McAdams coefficient",
        Interspeech 2021, section 5 (attacks with knowledge of the coefficient).
    """

    embedder: Embedder
    searches: tuple[Search, ...] = SEARCHES
    is_adapted: bool = False
    draws: int = 2
    grid: int = 9
    hears: ClassVar[Hears] = "voice"
    knowledge: ClassVar[Knowledge] = "informed"

    @property
    def name(self) -> str:
        """Network and method."""
        adapted = ", LDA adapted" if self.is_adapted else ""
        return f"{self.embedder.id}, McAdams inversion{adapted}"

    def applies(self, subject: Subject) -> bool:
        """Whether the system moves poles by a declared range of coefficients, and no more."""
        return moved_by(subject) is not None

    def __call__(self, scene: Scene) -> Verdict:
        """Learn, choose, move back and compare.

        Raises:
            InputError: another system, or too little training speech.
        """
        moved = moved_by(scene.subject)
        if moved is None:
            raise InputError(
                f"{scene.subject.name}: expected a system whose only stage is {STAGE}; "
                "this inversion knows no other"
            )
        return attack_by_inversion(scene, moved, self)
