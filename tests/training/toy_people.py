"""People who are told apart by one band of a spectrogram, and a small network that can learn it."""

import numpy as np
import torch
from torch import nn

from voxnym.training.crops import Labelled, generator

BANDS = 8


class SmallNetwork(nn.Module):
    """(batch, frames, bands) to (batch, 6) of unit length."""

    def __init__(self, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.first = nn.Linear(BANDS, 12)
        self.last = nn.Linear(12, 6)

    def forward(self, pieces):
        hidden = torch.tanh(self.first(torch.log(pieces + 1e-3))).mean(dim=1)
        return nn.functional.normalize(self.last(hidden), dim=1)


def toy_clips(people=4, clips=6, seed=0, *, permuted=False, first=0):
    rng = generator(seed, "toy", first)
    mels, owners = [], []
    for person in range(people):
        for _ in range(clips):
            mel = rng.exponential(0.1, (int(rng.integers(30, 60)), BANDS))
            mel[:, person % BANDS] += 1.0
            mels.append(mel.astype(np.float32))
            owners.append(person)
    owners = np.array(owners, np.intp)
    if permuted:
        owners = rng.permutation(owners)
    return Labelled(tuple(mels), owners, people)
