"""A pretrained voice network, fine-tuned end to end on anonymized speech of other people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import (
    Hears,
    Knowledge,
    Training,
    Vectors,
    Verdict,
    cosine_scores,
)
from voxnym.evaluation.attackers.training_clips import Wanted
from voxnym.evaluation.takes import ORIGINAL

if TYPE_CHECKING:
    from torch import nn

    from voxnym.evaluation.scene import Scene
    from voxnym.evaluation.subjects import Subject

SHARES: Final = (0.25, 0.5, 1.0)
"""Shares of the training speakers in a learning curve."""


@dataclass(frozen=True)
class FineTuned:
    """Learns to see through a system from its output on other people's speech.

    Every training utterance is anonymized afresh `draws` times; all layers of a public d-vector
    network and one weight vector for each person are trained with an additive angular margin.
    Trained weights are kept beside the scene's cache, and a killed training goes on from there.

    Args:
        steps: updates; 200 rank systems, 800 are stronger.
        draws: pseudo-voices of each training utterance.
        seed: of all choices; several seeds tell how much is luck.
        rate: learning rate.
        pretraining: other systems, whose output is learned from together before the target's.
        pretraining_steps: updates with them.
        share: of the training people, for a learning curve.
        most_clips: clips kept in memory, about 80 kB each.
        is_original: learns from originals and attacks originals: the control that tells whether
            recipe and data can find anybody at all.
        is_permuted: labels are mixed up: the control that must come out at 50 %.

    Source: additive angular margin: Deng et al., "ArcFace", CVPR 2019, equation 3; network: Wan et
        al., "Generalized end-to-end loss for speaker verification", ICASSP 2018, section 2.
    """

    steps: int = 800
    draws: int = 3
    seed: int = 0
    rate: float = 6e-4
    pretraining: tuple[Subject, ...] = ()
    pretraining_steps: int = 400
    share: float = 1.0
    most_clips: int = 12_000
    is_original: bool = False
    is_permuted: bool = False

    def __post_init__(self) -> None:
        if self.steps < 1 or self.pretraining_steps < 1:
            raise InputError(
                f"steps={self.steps}, pretraining_steps={self.pretraining_steps}: "
                "expected 1 or more"
            )
        self._wanted(self.draws)

    @property
    def name(self) -> str:
        """Network, updates, and what else makes it differ."""
        parts = [f"d-vector fine-tuned, {self.steps} steps"]
        if self.pretraining:
            parts.append(f"after {len(self.pretraining)} other systems")
        if self.share < 1:
            parts.append(f"{100 * self.share:.0f} % of the people")
        if self.is_permuted:
            parts.append("labels permuted")
        if self.seed:
            parts.append(f"seed {self.seed}")
        return ", ".join(parts)

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
            MissingExtraError: PyTorch or the network's weights are not installed.
            InputError: the training utterances name too few people.
        """
        from voxnym.evaluation.attackers.tuning import voices

        network, training = self.trained(scene)
        enrol, trial = (
            voices(scene, network, ids, ORIGINAL if self.is_original else take)
            for ids, take in scene.sides
        )
        vectors = Vectors(enrol.astype(np.float64), trial.astype(np.float64))
        return Verdict(
            cosine_scores(vectors, scene.trials), vectors, training, tuple(self._notes(scene))
        )

    def trained(self, scene: Scene) -> tuple[nn.Module, Training]:
        """The network after training, and how the training went.

        Args:
            scene: whose training utterances are learned from.
        """
        from voxnym.evaluation.attackers.tuning import Course, tuned, voice_network

        network = voice_network()
        if self.pretraining:
            # Half the pseudo-voices of each system: together they are still more than one alone.
            draws = max(1, self.draws // 2)
            tuned(
                scene,
                network,
                Course(self._wanted(draws), self.pretraining_steps, self.rate, self.pretraining),
            )
        training = tuned(scene, network, Course(self._wanted(self.draws), self.steps, self.rate))
        return network, training

    def _wanted(self, draws: int) -> Wanted:
        return Wanted(
            draws=draws,
            share=self.share,
            most_clips=self.most_clips,
            seed=self.seed,
            is_original=self.is_original,
            is_permuted=self.is_permuted,
        )

    def _notes(self, scene: Scene) -> Iterator[str]:
        if not scene.subject.is_fresh and self.draws > 1 and not self.is_original:
            yield (
                f"{scene.subject.name} draws only once, so each training utterance was heard in "
                "one pseudo-voice: a weaker attacker than one who has the system"
            )


def learning_curve(
    attacker: FineTuned, scene: Scene, shares: Sequence[float] = SHARES
) -> Iterator[tuple[float, Verdict]]:
    """The same attacker with fewer training people.

    A curve that still falls at its end says that more people would find more: the figure is an
    upper bound of privacy.

    Args:
        attacker: with all its people.
        scene: the attack.
        shares: of the people, above 0 to 1.

    Yields:
        The share, and what the attacker found with it.
    """
    for share in shares:
        yield share, replace(attacker, share=share)(scene)
