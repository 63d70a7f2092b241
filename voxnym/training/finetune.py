"""Fine-tune a voice network end to end, so that it knows people behind their pseudo-voices."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.margin import aam_softmax
from voxnym.training.crops import Crops, Labelled, generator
from voxnym.training.keeping import keep, kept, restore, state_of, weights_digest
from voxnym.training.parts import embed_mels
from voxnym.training.schedule import RAMP_STEPS, WARM_STEPS, ramp, warm_cosine

Watch = Callable[[str, int, int], None]
FORMAT = "voxnym-fine-tuning-1"
_MEAN_CLIPS = 8
_BETAS = (0.9, 0.999)


@dataclass(frozen=True)
class Recipe:
    """How to fine-tune.

    Args:
        steps: updates.
        rate: Adam's learning rate at its height.
        head_factor: class weights learn this many times faster.
        warm_steps: length of the rise of the learning rate.
        margin: additive angle, radians.
        ramp_steps: steps in which the margin grows to its full size.
        scale: of the cosines.
        clip: largest norm of the gradient.
        crops: how batches are cut.
        seed: every choice follows from it.
        is_half: compute in bfloat16 where that is safe; halves the time on processors that have it.
        keep_every: steps between checkpoints.

    Raises:
        InputError: a size that is not above 0.

    Source: Deng et al., "ArcFace", CVPR 2019, equation 3 (the margin).
    """

    steps: int = 800
    rate: float = 6e-4
    head_factor: float = 10.0
    warm_steps: int = WARM_STEPS
    margin: float = 0.2
    ramp_steps: int = RAMP_STEPS
    scale: float = 30.0
    clip: float = 3.0
    crops: Crops = field(default_factory=Crops)
    seed: int = 0
    is_half: bool = True
    keep_every: int = 100

    def __post_init__(self) -> None:
        for name in ("steps", "rate", "head_factor", "scale", "clip", "keep_every"):
            if not getattr(self, name) > 0:
                raise InputError(f"{name}={getattr(self, name)}: expected above 0")


@dataclass(frozen=True)
class Trace:
    """What happened while training.

    Args:
        losses: of every step of this run.
        accuracies: share of each step's pieces whose speaker was named, without the margin.
    """

    losses: tuple[float, ...]
    accuracies: tuple[float, ...]


class Classifier(nn.Module):
    """A voice network and one weight vector for each person.

    Args:
        network: (batch, frames, bands) to (batch, dims) of unit length.
        start: (people, dims) first class weights.
    """

    def __init__(self, network: nn.Module, start: Tensor) -> None:
        super().__init__()
        self.network = network
        self.weight = nn.Parameter(start.clone())

    def cosines(self, vectors: Tensor) -> Tensor:
        """(batch, dims) to (batch, people), -1 to 1."""
        unit = nn.functional.normalize(vectors.float(), dim=1)
        return unit @ nn.functional.normalize(self.weight, dim=1).T


def fine_tune(
    network: nn.Module,
    clips: Labelled,
    recipe: Recipe,
    *,
    checkpoint: Path | None = None,
    watch: Watch | None = None,
) -> tuple[Classifier, Trace]:
    """Train all layers of a network and one weight vector for each person.

    Args:
        network: trained in place; (batch, frames, bands) to (batch, dims).
        clips: what it learns from.
        recipe: how.
        checkpoint: where the state is kept every few steps and found again; the file is bound to
            start, clips and recipe; another training's state is not taken up. It stays when all
            is done.
        watch: told about progress.

    Returns:
        The network with its class weights, and the course of this run.
    """
    name = _identity(network, clips, recipe)
    classifier = Classifier(network, class_means(network, clips, recipe))
    body = list(network.parameters())
    groups = [{"params": body}, {"params": [classifier.weight]}]
    optimizer = torch.optim.Adam(groups, lr=recipe.rate, betas=_BETAS)
    first = _taken_up(classifier, optimizer, checkpoint, name)
    of_person = clips.of_person()
    losses, accuracies = [], []
    for step in range(first, recipe.steps):
        _set_rates(optimizer, step, recipe)
        pieces, people = recipe.crops.at(step, recipe.seed, clips, of_person)
        loss, accuracy = _update(classifier, optimizer, pieces, people, step, recipe)
        losses.append(loss)
        accuracies.append(accuracy)
        done = step + 1
        if checkpoint is not None and (done % recipe.keep_every == 0 or done == recipe.steps):
            about = {"format": FORMAT, "of": name, "step": str(done)}
            keep(checkpoint, state_of(classifier, optimizer), about)
        if watch is not None:
            watch("fine-tuning", done, recipe.steps)
    network.eval()
    return classifier, Trace(tuple(losses), tuple(accuracies))


def class_means(network: nn.Module, clips: Labelled, recipe: Recipe) -> Tensor:
    """Class weights to start from: the mean vector of a few clips of each person.

    Returns:
        (people, dims); somebody without clips gets random numbers.
    """
    rng = generator(recipe.seed, "class means")
    chosen = [
        rng.choice(numbers, min(_MEAN_CLIPS, numbers.size), replace=False)
        for numbers in clips.of_person()
    ]
    numbers = np.concatenate(chosen)
    vectors = embed_mels(network, [clips.mels[n] for n in numbers], is_half=recipe.is_half)
    means = rng.standard_normal((clips.count, vectors.shape[1])).astype(np.float32)
    people = clips.people[numbers]
    for person in np.unique(people):
        means[person] = vectors[people == person].mean(axis=0)
    return torch.from_numpy(means)


def accuracy_of(
    classifier: Classifier, clips: Labelled, *, is_half: bool = True, most: int | None = None
) -> float:
    """Share of clips whose speaker has the nearest class weights, 0 to 1.

    Args:
        classifier: trained.
        clips: heard whole.
        is_half: compute in bfloat16.
        most: of more clips than this a fixed choice is heard.
    """
    numbers: NDArray[np.intp] = np.arange(clips.people.size)
    if most is not None and numbers.size > most:
        numbers = generator(0, "accuracy", numbers.size).choice(numbers, most, replace=False)
    heard = [clips.mels[number] for number in numbers]
    vectors = torch.from_numpy(embed_mels(classifier.network, heard, is_half=is_half))
    with torch.no_grad():
        named = classifier.cosines(vectors).argmax(dim=1).numpy()
    return float((named == clips.people[numbers]).mean())


def _set_rates(optimizer: torch.optim.Optimizer, step: int, recipe: Recipe) -> None:
    rate = recipe.rate * warm_cosine(step, recipe.steps, warm_steps=recipe.warm_steps)
    for group, factor in zip(optimizer.param_groups, (1.0, recipe.head_factor), strict=True):
        group["lr"] = rate * factor


def _update(
    classifier: Classifier,
    optimizer: torch.optim.Optimizer,
    pieces: NDArray[np.float32],
    people: NDArray[np.int64],
    step: int,
    recipe: Recipe,
) -> tuple[float, float]:
    classifier.train()
    targets = torch.from_numpy(people)
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.is_half):
        vectors = classifier.network(torch.from_numpy(pieces))
    cosines = classifier.cosines(vectors)
    margin = recipe.margin * ramp(step, recipe.ramp_steps)
    loss = aam_softmax(cosines, targets, margin=margin, scale=recipe.scale)
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(classifier.parameters(), recipe.clip)
    optimizer.step()
    named = cosines.detach().argmax(dim=1)
    return loss.item(), float((named == targets).float().mean())


def _identity(network: nn.Module, clips: Labelled, recipe: Recipe) -> str:
    digest = hashlib.sha256(repr(recipe).encode() + clips.people.tobytes())
    digest.update(weights_digest(network).encode())
    for mel in clips.mels:
        digest.update(mel.tobytes())
    return digest.hexdigest()


def _taken_up(
    classifier: Classifier, optimizer: torch.optim.Optimizer, checkpoint: Path | None, name: str
) -> int:
    known = kept(checkpoint) if checkpoint is not None else None
    if known is None or known[1].get("format") != FORMAT or known[1].get("of") != name:
        return 0
    restore(classifier, optimizer, known[0])
    return int(known[1]["step"])
