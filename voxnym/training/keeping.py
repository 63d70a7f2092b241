"""State of a training on disk as safetensors: nothing in it can run, and a killed run goes on."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from voxnym.errors import InputError

_PART = "{kind}.{name}"


def keep(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, str]) -> None:
    """Write tensors with a few words about them, whole or not at all.

    Args:
        path: of the file; its folder is made where it is missing, for this user alone.
        tensors: by name.
        about: kept in the file's header.
    """
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    whole = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    save_file(whole, temporary, metadata=dict(about))
    temporary.replace(path)


def kept(path: Path) -> tuple[dict[str, Tensor], dict[str, str]] | None:
    """What `keep` wrote; None where nothing lies, or something broken.

    Returns:
        The tensors and the words about them.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, dict(file.metadata() or {})
    except (OSError, SafetensorError):
        return None


def state_of(modules: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Weights of all modules and all that an optimizer remembers, as tensors with names.

    Learning rates are left out: they follow from the step.
    """
    state = {_PART.format(kind="model", name=k): v for k, v in modules.state_dict().items()}
    for number, memory in optimizer.state_dict()["state"].items():
        for name, value in memory.items():
            state[f"optimizer.{number}.{name}"] = torch.as_tensor(value)
    return state


def restore(
    modules: nn.Module, optimizer: torch.optim.Optimizer, state: Mapping[str, Tensor]
) -> None:
    """Put a state from `state_of` back.

    Args:
        modules: of the same sizes.
        optimizer: over the same parameters in the same order.
        state: by name.

    Raises:
        InputError: names or sizes do not fit.
    """
    weights = {k.removeprefix("model."): v for k, v in state.items() if k.startswith("model.")}
    try:
        modules.load_state_dict(weights)
    except RuntimeError as error:
        raise InputError(f"the checkpoint does not fit the network: {error}") from error
    memory: dict[int, dict[str, Tensor]] = {}
    for key, value in state.items():
        if key.startswith("optimizer."):
            _, number, name = key.split(".", 2)
            memory.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": memory})


def weights_digest(network: nn.Module) -> str:
    """SHA-256 of all weights with their names, hexadecimal."""
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        array = value.detach().cpu().contiguous()
        digest.update(f"{name}:{array.dtype}:{tuple(array.shape)}".encode())
        digest.update(array.numpy().tobytes())
    return digest.hexdigest()
