"""The state of two rival networks on disk, so that a killed training goes on."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from voxnym.errors import InputError
from voxnym.nn.gan_voices import GanSizes
from voxnym.training.gan_steps import GanFitting, Rivals
from voxnym.training.keeping import keep, kept, restore, state_of
from voxnym.voices.pool import Pool

_NAME = "gan.safetensors"


@dataclass(frozen=True)
class GanState:
    """Where a training is kept, and which one it is.

    Args:
        path: of the file; None where none is kept.
        told: pool, sizes and way to train, as JSON.
    """

    path: Path | None
    told: str

    @classmethod
    def of(cls, folder: Path | None, pool: Pool, fitting: GanFitting, sizes: GanSizes) -> GanState:
        """Of a training on a pool; `folder` is None where nothing is to be kept."""
        told = {
            "fitting": dataclasses.asdict(fitting),
            "sizes": dataclasses.asdict(sizes),
            "pool": pool.digest,
        }
        path = folder and folder / _NAME
        return cls(path, json.dumps(told, sort_keys=True))

    def load(self, rivals: Rivals) -> int:
        """Put both networks back.

        Returns:
            Epochs that are done; 0 where nothing is kept yet.

        Raises:
            InputError: another training is kept there.
        """
        found = kept(self.path) if self.path else None
        if found is None:
            return 0
        tensors, about = found
        if about.get("training") != self.told:
            raise InputError(f"{self.path}: of another pool, other sizes or another way to train")
        for name, network, optimizer in _learners(rivals):
            restore(network, optimizer, _after(tensors, f"{name}/"))
        if rivals.average is not rivals.generator:
            rivals.average.load_state_dict(_after(tensors, "average/"))
        return int(about["epochs"])

    def save(self, rivals: Rivals, epochs: int) -> None:
        """Keep both networks, whole or not at all."""
        if self.path is None:
            return
        tensors = {
            f"{name}/{key}": value
            for name, network, optimizer in _learners(rivals)
            for key, value in state_of(network, optimizer).items()
        }
        if rivals.average is not rivals.generator:
            average = rivals.average.state_dict()
            tensors |= {f"average/{key}": value for key, value in average.items()}
        keep(self.path, tensors, {"training": self.told, "epochs": str(epochs)})


def _learners(
    rivals: Rivals,
) -> tuple[tuple[str, torch.nn.Module, torch.optim.Optimizer], ...]:
    return (
        ("generator", rivals.generator, rivals.optimizers[0]),
        ("critic", rivals.critic, rivals.optimizers[1]),
    )


def _after(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
