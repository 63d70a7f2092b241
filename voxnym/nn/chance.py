"""Random numbers of a layer that a checkpoint takes along: training that goes on draws the same."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Chance(nn.Module):
    """A generator for each draw, from a seed and how many draws there were.

    Args:
        seed: 0 to 2^32 - 1; two layers of a network need two.

    >>> torch.equal(Chance(1).normal((2, 3)), Chance(1).normal((2, 3)))
    True
    """

    draws: Tensor

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self.register_buffer("draws", torch.zeros((), dtype=torch.int64))

    def generator(self, device: torch.device | str = "cpu") -> torch.Generator:
        """The next one."""
        count = int(self.draws)
        self.draws += 1
        # Any two seeds give unrelated streams; the odd factor keeps layers and draws apart.
        mixed = (self._seed * 0x9E3779B97F4A7C15 + count) % (1 << 63)
        return torch.Generator(device).manual_seed(mixed)

    def normal(self, shape: tuple[int, ...], device: torch.device | str = "cpu") -> Tensor:
        """Standard normal numbers."""
        return torch.randn(shape, generator=self.generator(device), device=device)

    def uniform(self, shape: tuple[int, ...], device: torch.device | str = "cpu") -> Tensor:
        """Numbers from 0 to 1."""
        return torch.rand(shape, generator=self.generator(device), device=device)
