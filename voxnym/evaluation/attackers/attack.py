"""What an attacker is, and what it comes back with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.corpora.trials import Trials
    from voxnym.evaluation.scene import Scene

Hears = Literal["voice", "surroundings", "prosody", "durations", "content", "words"]
"""What an attacker listens to. The headline is the strongest of those that hear the voice."""

Knowledge = Literal["unprotected", "ignorant", "lazy-informed", "semi-informed", "informed"]
"""What the attacker has (VoicePrivacy terms).

unprotected: originals on both sides. ignorant: original enrolment, anonymized trial.
lazy-informed: both sides anonymized, trained on originals. semi-informed: also trained on
anonymized speech. informed: also knows how, or which parameters, and undoes it.
"""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Training:
    """How an attacker was trained: without it no one can tell privacy from a weak attacker.

    Args:
        speakers: people it was trained on; none of them is in the trials.
        clips: anonymized clips, all draws together.
        hours: their length.
        draws: how many times each utterance was anonymized afresh.
        seed: of everything random in the training.
        steps: updates made; 0 for closed-form back-ends.
        train_accuracy: share of training clips whose speaker it names, 0 to 1.
        validation_accuracy: the same for clips held out (known speakers, other utterances).
        chance: accuracy by guessing, 1 / speakers.
        seconds: time it took.
    """

    speakers: int
    clips: int
    hours: float
    draws: int
    seed: int
    steps: int
    train_accuracy: float
    validation_accuracy: float
    chance: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Vectors:
    """One vector for each utterance, where an attacker works that way.

    Args:
        enrol: (enrolments, dims), in the order of `Trials.enrolments`.
        trial: (utterances, dims), in the order of `Trials.utterances`.

    Raises:
        InputError: a value that is not finite, or dimensions that differ.
    """

    enrol: Floats
    trial: Floats

    def __post_init__(self) -> None:
        if self.enrol.ndim != 2 or self.trial.ndim != 2:
            raise InputError("expected arrays of shape (utterances, dims)")
        if self.enrol.shape[1] != self.trial.shape[1]:
            raise InputError(
                f"enrolment vectors have {self.enrol.shape[1]} dimensions, "
                f"trial vectors {self.trial.shape[1]}"
            )
        for side, vectors in (("enrolment", self.enrol), ("trial", self.trial)):
            bad = int((~np.isfinite(vectors).all(axis=1)).sum())
            if bad:
                raise InputError(f"{bad} {side} vectors hold NaN or infinity")


@dataclass(frozen=True, eq=False)
class Verdict:
    """What an attacker found.

    Args:
        scores: (speakers, utterances): how alike the enrolled person and the trial utterance are;
            higher is more alike. All pairs are there, whether the trials ask for them or not:
            ranks and linking need them.
        vectors: what the scores come from, where there are vectors.
        training: how it was trained, where it was.
        notes: sentences for the report.

    Raises:
        InputError: a score is NaN.
    """

    scores: Floats
    vectors: Vectors | None = None
    training: Training | None = None
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        bad = int(np.isnan(self.scores).sum())
        if bad:
            raise InputError(f"{bad} of {self.scores.size} scores are NaN")


class Attacker(Protocol):
    """One way to find out who speaks. A frozen dataclass of its parameters."""

    @property
    def name(self) -> str:
        """What tables call it, with its network or method."""
        ...

    @property
    def hears(self) -> Hears:
        """What it listens to."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """What it is given."""
        ...

    def __call__(self, scene: Scene) -> Verdict:
        """Attack the trials of a scene."""
        ...


def cosine_scores(vectors: Vectors, trials: Trials) -> Floats:
    """Cosine of a trial's vector and the mean of the enrolled person's unit vectors.

    Returns:
        (speakers, utterances), -1 to 1.
    """
    people = enrolment_means(_unit(vectors.enrol), trials)
    return np.asarray(_unit(people) @ _unit(vectors.trial).T)


def distance_scores(vectors: Vectors, trials: Trials) -> Floats:
    """Negative Euclidean distance of a trial's vector and the enrolled person's mean.

    Every dimension is first divided by its standard deviation over all trial utterances.

    Returns:
        (speakers, utterances), 0 or less.
    """
    spread = vectors.trial.std(axis=0)
    scale = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1), 0)
    people = enrolment_means(vectors.enrol * scale, trials)
    trial = vectors.trial * scale
    squared = (people**2).sum(axis=1)[:, None] + (trial**2).sum(axis=1) - 2 * people @ trial.T
    return np.asarray(-np.sqrt(np.maximum(squared, 0)))


def enrolment_means(enrol: Floats, trials: Trials) -> Floats:
    """Mean over each enrolled person's utterances: (speakers, dims)."""
    sums = np.zeros((len(trials.speakers), enrol.shape[1]))
    np.add.at(sums, trials.enrolment_owner, enrol)
    counts = np.bincount(trials.enrolment_owner, minlength=len(trials.speakers))
    return np.asarray(sums / counts[:, None])


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12))
