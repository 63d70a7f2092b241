"""Training of an ECAPA attacker on speech that is at hand; a killed one goes on."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from torch.utils.data import DataLoader

from voxnym.nn.ecapa import EcapaConfig
from voxnym.training.attacker import SpeakerAttacker
from voxnym.training.rows import Waves
from voxnym.training.safe_checkpoint import SafeCheckpoint
from voxnym.training.speech import AnonymizedSpeech, Batch

MOST_HEARD = 500
_LAST = "last"


@dataclass(frozen=True)
class Fitting:
    """How to train.

    Args:
        sizes: of the network.
        epochs: times that every chunk is visited.
        batch: pieces in a step.
        peak_rate: highest learning rate, in the middle of the training.
        seed: of weights, order and cuts.
        seconds: length of a piece.
    """

    sizes: EcapaConfig
    epochs: int
    batch: int
    peak_rate: float
    seed: int
    seconds: float = 3.0


@dataclass(frozen=True)
class Reached:
    """What a training came to.

    Args:
        steps: updates.
        train_accuracy: share of pieces whose speaker is named, 0 to 1.
        validation_accuracy: the same for utterances that were held out.
    """

    steps: int
    train_accuracy: float
    validation_accuracy: float


def fit(
    learned: Waves, held_out: Waves, fitting: Fitting, folder: Path
) -> tuple[SpeakerAttacker, Reached]:
    """Train on the processor.

    Args:
        learned: utterances to learn from.
        held_out: others of the same people.
        fitting: how.
        folder: where the last epoch is kept, and found again.

    Returns:
        The trained network, and what it reached.
    """
    speech = AnonymizedSpeech.of(
        learned,
        held_out,
        batch=fitting.batch,
        seconds=fitting.seconds,
        seed=fitting.seed,
    )
    steps = fitting.epochs * -(-speech.rows // fitting.batch)
    with torch.random.fork_rng(devices=[]), _quiet():
        torch.manual_seed(fitting.seed)
        module = SpeakerAttacker(
            learned.count,
            fitting.sizes,
            peak_rate=fitting.peak_rate,
            half_cycle=max(1, steps // 2),
        )
        trainer = _trainer(fitting.epochs, folder)
        last = folder / f"{_LAST}.ckpt"
        trainer.fit(module, speech, ckpt_path=last if last.exists() else None)
        module.eval()
        train, validation = (
            accuracy(module, loader)
            for loader in (speech.train_dataloader(), speech.val_dataloader())
        )
    return module, Reached(steps, train, validation)


def accuracy(module: SpeakerAttacker, loader: DataLoader[Batch], most: int = MOST_HEARD) -> float:
    """Share of pieces whose speaker is named, 0 to 1.

    Args:
        module: trained.
        loader: pieces.
        most: about as many pieces are heard, the first ones.
    """
    right = heard = 0
    with torch.no_grad():
        for samples, people in loader:
            right += int((module.cosines(samples).argmax(dim=1) == people).sum())
            heard += people.numel()
            if heard >= most:
                break
    return right / heard


def _trainer(epochs: int, folder: Path) -> lightning.Trainer:
    return lightning.Trainer(
        accelerator="cpu",
        max_epochs=epochs,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        default_root_dir=folder,
        plugins=[SafeCheckpoint()],
        callbacks=[ModelCheckpoint(dirpath=folder, filename=_LAST, enable_version_counter=False)],
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Lightning's advice on devices and loaders, which no reader of a report needs."""
    logger = logging.getLogger("lightning.pytorch")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
