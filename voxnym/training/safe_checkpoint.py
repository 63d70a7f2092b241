"""Checkpoints of Lightning as safetensors: tensors beside plain JSON, nothing that can run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.plugins.io import CheckpointIO
from torch import Tensor

from voxnym.errors import InputError
from voxnym.training.keeping import keep, kept

FORMAT = "voxnym-lightning-1"
_PLAIN = (str, int, float, bool, type(None))


class SafeCheckpoint(CheckpointIO):
    """Writes and reads a trainer's state without pickle.

    Whatever is neither a tensor nor plain data is refused when it is written: better no
    checkpoint than one that cannot be taken up.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any | None = None
    ) -> None:
        """Write a trainer's state.

        Args:
            checkpoint: as the trainer gives it.
            path: of the file.
            storage_options: not understood.

        Raises:
            InputError: something in it is neither a tensor nor plain data.
        """
        tensors: dict[str, Tensor] = {}
        told = _packed(checkpoint, tensors, "state")
        keep(Path(path), tensors, {"format": FORMAT, "state": json.dumps(told)})

    def load_checkpoint(
        self, path: Any, map_location: Any | None = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """What `save_checkpoint` wrote.

        Args:
            path: of the file.
            map_location: not needed; tensors come on the processor.
            weights_only: nothing else can be in it.

        Raises:
            InputError: no checkpoint of ours can be read there.
        """
        known = kept(Path(path))
        if known is None or known[1].get("format") != FORMAT:
            raise InputError(f"{path}: no checkpoint of this training can be read there")
        state: dict[str, Any] = _unpacked(json.loads(known[1]["state"]), known[0])
        return state

    def remove_checkpoint(self, path: Any) -> None:
        """Delete the file, if it is there."""
        Path(path).unlink(missing_ok=True)


def _packed(value: object, tensors: dict[str, Tensor], name: str) -> object:
    if isinstance(value, Tensor):
        tensors[name] = value
        return {"tensor": name}
    if isinstance(value, Mapping):
        pairs = [
            [_packed(key, tensors, f"{name}.key"), _packed(each, tensors, f"{name}.{key}")]
            for key, each in value.items()
        ]
        return {"pairs": pairs}
    if isinstance(value, list | tuple):
        parts = [_packed(each, tensors, f"{name}.{i}") for i, each in enumerate(value)]
        return {"tuple" if isinstance(value, tuple) else "list": parts}
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Path):
        return str(value)
    raise InputError(f"checkpoint: {name} is a {type(value).__name__}, which is not written")


def _unpacked(told: Any, tensors: Mapping[str, Tensor]) -> Any:
    if not isinstance(told, dict):
        return told
    ((kind, content),) = told.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "pairs":
        return {_unpacked(k, tensors): _unpacked(v, tensors) for k, v in content}
    parts = [_unpacked(each, tensors) for each in content]
    return tuple(parts) if kind == "tuple" else parts
