"""Vector quantisation by noise substitution: a random error as large as the true one."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.chance import Chance
from voxnym.nn.quantize import Quantised, checked, nearest, perplexity

EPSILON = 1e-12
Epsilon = Literal["inside", "outside"]
"""Where the small number stands: in the divisor (intended), or beside the quotient (released with
the space-filling quantizer)."""


def noise_substituted(
    vectors: Tensor, quantised: Tensor, noise: Tensor, epsilon: Epsilon = "inside"
) -> Tensor:
    """Vectors with an error of random direction that is as long as that of quantisation.

    Its length keeps the gradient for vectors and codewords; no other loss is needed.

    Args:
        vectors: (rows, dims).
        quantised: (rows, dims) what stands for them.
        noise: (rows, dims) standard normal.
        epsilon: where 1e-12 stands.

    Source: Vali and Bäckström, "NSVQ: Noise Substitution in Vector Quantization for Machine
        Learning", IEEE Access 2022, equation 6.
    """
    error = torch.linalg.vector_norm(vectors - quantised, dim=1, keepdim=True)
    length = torch.linalg.vector_norm(noise, dim=1, keepdim=True)
    scale: Tensor = error / (length + EPSILON) if epsilon == "inside" else error / length + EPSILON
    return vectors + scale * noise


class NoiseQuantizer(nn.Module):
    """Codewords that learn from the loss of the network behind them.

    Args:
        codewords: (count, dims) to begin with.
        epsilon: where 1e-12 stands.
        seed: of the noise.

    Raises:
        InputError: codewords of another shape, or an unknown place of epsilon.
    """

    def __init__(self, codewords: Tensor, epsilon: Epsilon = "inside", seed: int = 0) -> None:
        super().__init__()
        if epsilon not in ("inside", "outside"):
            raise InputError(f"epsilon={epsilon!r}: expected inside or outside")
        self.codewords = nn.Parameter(checked(codewords).clone())
        self.chance = Chance(seed)
        self._epsilon: Epsilon = epsilon

    def forward(self, vectors: Tensor) -> Quantised:
        """Noisy vectors in training; else nearest codewords."""
        rows = vectors.reshape(-1, vectors.shape[-1])
        codes = nearest(rows.detach(), self.codewords.detach())
        values = self.codewords[codes]
        if self.training:
            noise = self.chance.normal(tuple(rows.shape), rows.device).to(rows)
            values = noise_substituted(rows, values, noise, self._epsilon)
        return Quantised(
            values.reshape(vectors.shape),
            codes.reshape(vectors.shape[:-1]),
            rows.new_zeros(()),
            perplexity(codes, len(self.codewords)),
        )
