"""The VoicePrivacy attacker: an ECAPA network trained from scratch on anonymized speech."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.attackers.attack import (
    Hears,
    Knowledge,
    Training,
    Vectors,
    Verdict,
    cosine_scores,
)
from voxnym.evaluation.attackers.training_clips import Wanted, facts_of, lessons_of
from voxnym.evaluation.clips import RATE
from voxnym.evaluation.takes import ORIGINAL, Take

if TYPE_CHECKING:
    from voxnym.evaluation.embedders.ecapa import EcapaVoice
    from voxnym.evaluation.scene import Scene
    from voxnym.nn.ecapa import EcapaConfig
    from voxnym.records import Audio
    from voxnym.training.crops import Labelled
    from voxnym.training.waves import HeldWaves

Floats = NDArray[np.float32]
Size = Literal["small", "2024"]

FORMAT: Final = "voxnym-scratch-1"
PIECE_S: Final = 3.0
_CLIP_S: Final = 5.0


@dataclass(frozen=True)
class FromScratch:
    """Trains the challenge's kind of network on the system's output on other people's speech.

    With few people it mostly measures its own weakness; the report says where it is void.
    Needs the extra `train`.

    Args:
        epochs: times that every 3 s chunk is visited, cut elsewhere each time.
        draws: pseudo-voices of each training utterance.
        seed: of all choices.
        size: "small" (0.57 million parameters), or "2024" (6.19 million, the challenge's).
        batch: pieces in a step.
        peak_rate: highest learning rate; one rise and one fall over the whole training.
        share: of the training people.
        most_clips: clips kept in memory, about 0.3 MB each.
        is_original: learns from originals and attacks originals, as a control.

    Source: VoicePrivacy 2024 evaluation plan, verification model; the learning rate there never
        comes down, here it does.
    """

    epochs: int = 20
    draws: int = 4
    seed: int = 0
    size: Size = "small"
    batch: int = 64
    peak_rate: float = 2e-3
    share: float = 1.0
    most_clips: int = 4000
    is_original: bool = False

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 2 or not self.peak_rate > 0:
            raise InputError(
                f"epochs={self.epochs}, batch={self.batch}, peak_rate={self.peak_rate}: expected "
                "1, 2 or more, and above 0"
            )
        if self.size not in ("small", "2024"):
            raise InputError(f"size={self.size!r}: expected small or 2024")
        self._wanted()

    @property
    def name(self) -> str:
        """Network and length of the training."""
        seed = f", seed {self.seed}" if self.seed else ""
        share = f", {100 * self.share:.0f} % of the people" if self.share < 1 else ""
        return f"ECAPA ({self.size}) from scratch, {self.epochs} epochs{share}{seed}"

    @property
    def hears(self) -> Hears:
        """The voice."""
        return "voice"

    @property
    def knowledge(self) -> Knowledge:
        """Trained on the system's output, or on originals as a control."""
        return "unprotected" if self.is_original else "semi-informed"

    def __call__(self, scene: Scene) -> Verdict:
        """Train, or take up what was trained before, and compare voices.

        Raises:
            MissingExtraError: Lightning is not installed.
            InputError: the training utterances name too few people, or are too short.
        """
        from voxnym.evaluation.embedders.ecapa import EcapaVoice

        card, training = self.trained(scene)
        voice = EcapaVoice(card)
        sides = [self._vectors(scene, voice, ids, take) for ids, take in scene.sides]
        vectors = Vectors(sides[0], sides[1])
        return Verdict(cosine_scores(vectors, scene.trials), vectors, training)

    def trained(self, scene: Scene) -> tuple[Path, Training]:
        """Card of the trained network, and how the training went."""
        from voxnym.nn.cards import read_card

        card = self._place(scene)
        if card.exists():
            about = read_card(card)[1].about
            return card, Training(**json.loads(about["training"]))
        training = self._train(scene, card)
        return card, training

    def _train(self, scene: Scene, card: Path) -> Training:
        _need_lightning()
        from voxnym.training.fitting import Fitting, fit

        started = time.perf_counter()
        lessons = lessons_of(scene, _column, self._wanted())
        fitting = Fitting(
            sizes=sizes_of(self.size),
            epochs=self.epochs,
            batch=self.batch,
            peak_rate=self.peak_rate,
            seed=self.seed,
            seconds=PIECE_S,
        )
        folder = card.with_suffix(".run")
        module, reached = fit(_waves(lessons.training), _waves(lessons.held_out), fitting, folder)
        training = Training(
            speakers=lessons.training.count,
            clips=len(lessons.training.mels),
            hours=lessons.hours,
            draws=lessons.draws,
            seed=self.seed,
            steps=reached.steps,
            train_accuracy=reached.train_accuracy,
            validation_accuracy=reached.validation_accuracy,
            chance=1 / lessons.training.count,
            seconds=time.perf_counter() - started,
        )
        module.export(card, {"attacker": FORMAT, "training": json.dumps(asdict(training))})
        shutil.rmtree(folder, ignore_errors=True)
        return training

    def _vectors(
        self, scene: Scene, voice: EcapaVoice, ids: Sequence[str], take: Take
    ) -> NDArray[np.float64]:
        name = f"{voice.id} raw"
        return scene.table(name, voice.raw, ids, ORIGINAL if self.is_original else take)

    def _wanted(self) -> Wanted:
        return Wanted(
            draws=self.draws,
            seconds=_CLIP_S,
            share=self.share,
            most_clips=self.most_clips,
            seed=self.seed,
            is_original=self.is_original,
            least_seconds=PIECE_S,
            per_second=RATE,
        )

    def _place(self, scene: Scene) -> Path:
        facts = (FORMAT, repr(self), facts_of(scene, self._wanted()))
        name = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
        return scene.cache.folder / "attackers" / f"{name}.json"


def sizes_of(size: Size) -> EcapaConfig:
    """Sizes of the network by their name."""
    from voxnym.nn.ecapa import SMALL, EcapaConfig

    return SMALL if size == "small" else EcapaConfig()


def _column(audio: Audio) -> Floats:
    return np.ascontiguousarray(audio.samples[0][:, None])


def _waves(clips: Labelled) -> HeldWaves:
    from voxnym.training.waves import HeldWaves

    return HeldWaves(tuple(clip[:, 0] for clip in clips.mels), clips.people, clips.count)


def _need_lightning() -> None:
    try:
        import lightning  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            'attackers from scratch need Lightning; run pip install "voxnym[train]"'
        ) from error
