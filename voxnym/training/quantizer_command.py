"""`voxnym train quantizer`: a curve through voices, or codewords of another kind, from vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.formats import printable
from voxnym.errors import InputError, MissingExtraError
from voxnym.voices.curve_fit import DEFAULT
from voxnym.voices.files import write_model
from voxnym.voices.norm_law import NormLaw
from voxnym.voices.pool import Pool
from voxnym.voices.pool_read import read_pool
from voxnym.voices.porcupine_fit import Sharing, fit_curve

Kind = Literal["curve", "spacefill", "plain", "ema", "noise", "attention"]
KINDS: Final = ("curve", "spacefill", "plain", "ema", "noise", "attention")
FORMAT: Final = "voxnym-codewords-1"
_BATCH: Final = 64


@dataclass(frozen=True)
class QuantizerOrder:
    """What to train.

    Args:
        vectors: npz or safetensors file, see `voxnym.voices.pool_read`.
        out: for "curve" the card of a model of voices, ends in .json; else a safetensors file.
        kind: "curve" for pseudo-voices, without PyTorch; the others for use inside networks:
            "spacefill" the same curve, "plain", "ema", "noise" and "attention" codewords.
        bits: binary logarithm of the number of cells or codewords.
        seed: equal ones give equal results on one thread.
        updates: at each stage.
        sharing: of a "curve": one for all, or one for each gender.
        norm: of a "curve": see `fit_curve`.
        embedder: id of what made the vectors, where the file does not say.

    Raises:
        InputError: an unknown kind, or an ending that does not fit it.
    """

    vectors: Path
    out: Path
    kind: Kind = "curve"
    bits: int = 4
    seed: int = 0
    updates: int = DEFAULT.updates
    sharing: Sharing = "joint"
    norm: NormLaw = "pool"
    embedder: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"kind={self.kind!r}: expected one of {', '.join(KINDS)}")
        ending = ".json" if self.kind == "curve" else ".safetensors"
        if self.out.suffix != ending:
            raise InputError(f"{printable(self.out)}: expected a name that ends in {ending}")


def train_quantizer(order: QuantizerOrder) -> Path:
    """Train, and write what was learned.

    Returns:
        The file: of a curve its card, with the bits that cells disclose of people left out.

    Raises:
        InputError: vectors that cannot be read or are too few.
        MissingExtraError: a kind that needs PyTorch and Lightning, which are not there.
    """
    pool = read_pool(order.vectors, order.embedder)
    if order.kind == "curve":
        schedule = replace(DEFAULT, updates=order.updates)
        model = fit_curve(
            pool, order.bits, order.seed, sharing=order.sharing, norm=order.norm, schedule=schedule
        )
        return write_model(order.out, model)
    try:
        import lightning  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            f'kind {order.kind!r} needs PyTorch and Lightning; run pip install "voxnym[train]"'
        ) from error
    return _train_network(order, pool)


def _train_network(order: QuantizerOrder, pool: Pool) -> Path:
    import torch

    from voxnym.training.keeping import keep
    from voxnym.training.quantizer import QuantizerTraining

    least = 2 if order.kind == "spacefill" else 1
    if not least <= order.bits <= 16 or 2**order.bits > len(pool.vectors):
        raise InputError(
            f"{order.bits} bits for {len(pool.vectors)} vectors: expected {least} to 16, and as "
            "many vectors as codewords"
        )
    mean = pool.vectors.mean(axis=0)
    spread = float(np.sqrt(np.mean((pool.vectors - mean) ** 2))) or 1.0
    data = ((pool.vectors - mean) / spread).astype(np.float32)
    quantizer = _quantizer(order, data)
    stages = order.bits - 1 if order.kind == "spacefill" else 1
    training = QuantizerTraining(quantizer, order.updates)
    _fit(training, data, order.seed, stages * order.updates)
    codewords = quantizer.codewords.detach().double() * spread + torch.from_numpy(mean)
    about = {"format": FORMAT, "kind": order.kind, "embedder": pool.embedder}
    numbers = {"bits": order.bits, "seed": order.seed, "updates": order.updates}
    keep(order.out, {"codewords": codewords}, {**about, **_texts(numbers), "pool": pool.digest})
    return order.out


def _quantizer(order: QuantizerOrder, data: NDArray[np.float32]) -> Any:
    import torch

    from voxnym.nn.quantize import PlainQuantizer
    from voxnym.nn.quantize_attention import AttentionQuantizer
    from voxnym.nn.quantize_ema import EmaQuantizer
    from voxnym.nn.quantize_noise import NoiseQuantizer
    from voxnym.nn.spacefill import SpaceFilling
    from voxnym.voices.curve_fit import first_corners

    rng = np.random.default_rng(order.seed)
    if order.kind == "spacefill":
        corners = torch.from_numpy(first_corners(data, rng, "axis"))
        return SpaceFilling(corners, order.bits, seed=order.seed)
    start = torch.from_numpy(data[rng.choice(len(data), 2**order.bits, replace=False)])
    kinds: dict[str, Callable[[], Any]] = {
        "plain": lambda: PlainQuantizer(start, seed=order.seed),
        "ema": lambda: EmaQuantizer(start, restart=0.01, seed=order.seed),
        "noise": lambda: NoiseQuantizer(start, seed=order.seed),
        "attention": lambda: AttentionQuantizer(start),
    }
    return kinds[order.kind]()


def _fit(training: Any, data: NDArray[np.float32], seed: int, updates: int) -> None:
    import lightning
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    vectors = TensorDataset(torch.from_numpy(data))
    size = min(_BATCH, len(data))
    order = torch.Generator().manual_seed(seed)
    loader = DataLoader(vectors, size, shuffle=True, drop_last=True, generator=order)
    trainer = lightning.Trainer(
        max_steps=updates,
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        enable_progress_bar=False,
    )
    trainer.fit(training, loader)


def _texts(numbers: Mapping[str, int]) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in numbers.items()}
