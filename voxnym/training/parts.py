"""Whole utterances as the mean of overlapping parts, for a network that hears a fixed length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from voxnym.training.crops import filled

Floats = NDArray[np.float32]

FRAMES = 160
STEP = 77
"""Frames between parts: 1.3 parts a second, as the network's authors use it."""

LEAST_SHARE = 0.75
"""Share of a last part that must be new for it to count."""

BATCH = 64


def starts(frames: int, length: int = FRAMES, step: int = STEP) -> list[int]:
    """Where parts of an utterance begin; the last one ends with it, if enough of it is new.

    >>> starts(160), starts(240), starts(300)
    ([0], [0, 77], [0, 77, 140])
    """
    places = list(range(0, frames - length + 1, step))
    if frames - (places[-1] + step) >= LEAST_SHARE * length and places[-1] + length < frames:
        places.append(frames - length)
    return places


def embed_mels(
    network: nn.Module, mels: Sequence[Floats], *, frames: int = FRAMES, is_half: bool = True
) -> Floats:
    """One vector of unit length for each utterance, whatever else is in the list.

    Args:
        network: (batch, frames, bands) to (batch, dims).
        mels: each (frames, bands), any length above 0; short ones are repeated.
        frames: length of a part.
        is_half: compute in bfloat16.

    Returns:
        (utterances, dims).
    """
    parts: list[Floats] = []
    owner: list[int] = []
    for number, mel in enumerate(mels):
        whole = filled(mel, frames)
        for start in starts(whole.shape[0], frames):
            parts.append(whole[start : start + frames])
            owner.append(number)
    vectors = _vectors(network, parts, is_half)
    sums = torch.zeros(len(mels), vectors.shape[1])
    sums.index_add_(0, torch.tensor(owner), vectors)
    return np.asarray(nn.functional.normalize(sums, dim=1).numpy(), np.float32)


def _vectors(network: nn.Module, parts: Sequence[Floats], is_half: bool) -> Tensor:
    was_training = network.training
    network.eval()
    found: list[Tensor] = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=is_half):
        for first in range(0, len(parts), BATCH):
            batch = torch.from_numpy(np.stack(parts[first : first + BATCH]))
            found.append(nn.functional.normalize(network(batch).float(), dim=1))
    network.train(was_training)
    return torch.cat(found)
