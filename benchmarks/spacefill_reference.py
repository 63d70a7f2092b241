"""Training of a space-filling quantizer in the straightforward way, to compare with.

Written from the description of the released program: all differences between vectors and places as
one tensor, automatic differentiation, PyTorch's Adam and learning rate schedule, perplexity and
counts of used codewords at every update. Nothing of it is shared with `voxnym`, but the order in
which random numbers are drawn, so that both ways can be given the same.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Singles = NDArray[np.float32]
HALVED_AFTER = (0.6, 0.8)


class StraightforwardSpaceFilling(nn.Module):
    """Codewords in order; only the first `entries` are in use yet."""

    def __init__(self, codewords: Tensor) -> None:
        super().__init__()
        self.codewords = nn.Parameter(codewords.clone())
        self.entries = len(codewords)
        self.used = np.zeros(self.entries)

    def forward(self, vectors: Tensor, dither: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and perplexity of (rows, dims) vectors with one dither for each segment."""
        index = torch.arange(self.entries - 1) + dither
        floor = torch.clamp(torch.floor(index).long(), 0, self.entries - 2)
        share = (index - floor)[:, None]
        places = (1 - share) * self.codewords[floor] + share * self.codewords[floor + 1]
        difference = vectors[:, :, None] - places.T[None]
        nearest = torch.argmin(difference.square().sum(dim=1), dim=1)
        encodings = torch.zeros(len(vectors), self.entries)
        encodings.scatter_(1, nearest[:, None], 1.0)
        quantised = torch.matmul(encodings[:, :-1], places)
        average = encodings.mean(dim=0)
        perplexity = torch.exp(-torch.sum(average * torch.log(average + 1e-10)))
        self.used[nearest.numpy()] += 1
        return nn.functional.mse_loss(quantised, vectors), perplexity


def train_stage(
    codewords: Singles,
    data: Singles,
    rng: np.random.Generator,
    *,
    updates: int,
    batch: int = 64,
    rate: float = 1e-3,
    is_shuffled: bool = False,
) -> Singles:
    """One stage; returns the codewords after it."""
    network = StraightforwardSpaceFilling(torch.from_numpy(np.array(codewords)))
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.MultiStepLR(
        optimizer, [int(share * updates) for share in HALVED_AFTER], gamma=0.5
    )
    done = 0
    while done < updates:
        ordered = torch.from_numpy(data[rng.permutation(len(data))] if is_shuffled else data)
        rounds = len(data) // batch
        dithers = torch.from_numpy(rng.random((rounds, network.entries - 1), np.float32))
        for turn in range(min(rounds, updates - done)):
            optimizer.zero_grad()
            loss, _ = network(ordered[turn * batch : (turn + 1) * batch], dithers[turn])
            loss.backward()
            optimizer.step()
            schedule.step()
            done += 1
    return network.codewords.detach().numpy()
