"""Fine-tuning of the d-vector network on a scene's training speech, kept between runs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import MissingExtraError
from voxnym.evaluation.attackers.attack import Training
from voxnym.evaluation.attackers.training_clips import Lessons, Wanted, facts_of, lessons_of

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from voxnym.evaluation.scene import Scene
    from voxnym.evaluation.subjects import Subject
    from voxnym.evaluation.takes import Take
    from voxnym.records import Audio
    from voxnym.training.finetune import Recipe

Floats = NDArray[np.float32]

FORMAT = "voxnym-attacker-1"
_HEARD_FOR_ACCURACY = 500


@dataclass(frozen=True)
class Course:
    """One round of fine-tuning.

    Args:
        wanted: which clips to learn from.
        steps: updates.
        rate: learning rate.
        subjects: systems to learn from together; none for the scene's own.
    """

    wanted: Wanted
    steps: int
    rate: float
    subjects: tuple[Subject, ...] = ()


def voice_network() -> nn.Module:
    """The public d-vector network as it comes.

    Raises:
        MissingExtraError: PyTorch or the network's weights are not installed.
    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            'fine-tuned attackers need PyTorch; run pip install "voxnym[attack]"'
        ) from error
    from voxnym.nn.dvector import load_dvector

    return load_dvector()


def tuned(scene: Scene, network: nn.Module, course: Course) -> Training:
    """Fine-tune a network in place, or give it the weights of the same training done before.

    Args:
        scene: whose training utterances are learned from.
        network: what it starts from.
        course: what to do.

    Returns:
        How the training went; its seconds count the last run only, if it was killed in between.
    """
    from voxnym.training.finetune import accuracy_of, fine_tune
    from voxnym.training.keeping import keep, kept

    recipe = recipe_of(course)
    place = _place(scene, network, course)
    known = kept(place)
    if known is not None and known[1].get("format") == FORMAT:
        network.load_state_dict(known[0])
        network.eval()
        return Training(**json.loads(known[1]["training"]))
    started = time.perf_counter()
    lessons = lessons_of(scene, spectrogram, course.wanted, course.subjects)
    part = place.with_suffix(".part")
    classifier, _ = fine_tune(network, lessons.training, recipe, checkpoint=part, watch=scene.watch)
    accuracies = [
        accuracy_of(classifier, clips, most=_HEARD_FOR_ACCURACY)
        for clips in (lessons.training, lessons.held_out)
    ]
    training = _record(lessons, course, accuracies, time.perf_counter() - started)
    about = {"format": FORMAT, "training": json.dumps(asdict(training))}
    keep(place, network.state_dict(), about)
    part.unlink(missing_ok=True)
    return training


def recipe_of(course: Course) -> Recipe:
    """All settings of a round of fine-tuning."""
    from voxnym.training.finetune import Recipe

    return Recipe(steps=course.steps, rate=course.rate, seed=course.wanted.seed)


def spectrogram(audio: Audio) -> Floats:
    """What the network hears of an utterance: (frames, 40), silence taken out.

    Args:
        audio: one channel at 16 kHz.
    """
    from voxnym.nn.dvector import mel

    return mel(audio)


def voices(scene: Scene, network: nn.Module, ids: Sequence[str], take: Take) -> Floats:
    """One unit vector for each utterance, as a tuned network hears it: (utterances, dims).

    In full precision: a few hundred utterances take little time, and bfloat16 blurs near voices.
    """
    from voxnym.training.parts import embed_mels

    mels = [spectrogram(audio) for audio in scene.heard(ids, take)]
    return embed_mels(network, mels, is_half=False)


def _record(
    lessons: Lessons, course: Course, accuracies: Sequence[float], seconds: float
) -> Training:
    train, validation = accuracies
    return Training(
        speakers=lessons.training.count,
        clips=len(lessons.training.mels),
        hours=lessons.hours,
        draws=lessons.draws,
        seed=course.wanted.seed,
        steps=course.steps,
        train_accuracy=train,
        validation_accuracy=validation,
        chance=1 / lessons.training.count,
        seconds=seconds,
    )


def _place(scene: Scene, network: nn.Module, course: Course) -> Path:
    from voxnym.training.keeping import weights_digest

    told = facts_of(scene, course.wanted, course.subjects)
    facts = (FORMAT, recipe_of(course), told, weights_digest(network))
    name = hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
    return scene.cache.folder / "attackers" / f"{name}.safetensors"
