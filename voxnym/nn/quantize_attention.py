"""Vector quantisation by attention: a mixture of codewords, the nearer the heavier."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.quantize import Quantised, checked, nearest, perplexity


class AttentionQuantizer(nn.Module):
    """Soft choice while training, so that all codewords learn; hard choice afterwards.

    Args:
        codewords: (count, dims) to begin with.
        temperature: of the softmax over squared distances per component, above 0; the lower, the
            nearer to a hard choice.
        is_hard: whether values are single codewords in training too, with the mixture's gradient;
            else training sees more than codes can carry.

    Raises:
        InputError: codewords of another shape, or a temperature of 0 or below.

    Source: Agustsson et al., "Soft-to-Hard Vector Quantization for End-to-End Learning Compressible
        Representations", NeurIPS 2017, section 3.1.
    """

    def __init__(self, codewords: Tensor, temperature: float = 0.1, is_hard: bool = False) -> None:
        super().__init__()
        if not 0 < temperature < math.inf:
            raise InputError(f"temperature={temperature}: expected a number above 0")
        self.codewords = nn.Parameter(checked(codewords).clone())
        self._temperature = temperature
        self._is_hard = is_hard

    def forward(self, vectors: Tensor) -> Quantised:
        """A mixture of codewords in training; else the nearest one."""
        rows = vectors.reshape(-1, vectors.shape[-1])
        codes = nearest(rows.detach(), self.codewords.detach())
        values = self.codewords[codes]
        if self.training:
            # |x|² is the same for all codewords and cancels in the softmax.
            likeness = 2 * rows @ self.codewords.T - self.codewords.square().sum(dim=1)
            weights = torch.softmax(likeness / (self._temperature * rows.shape[1]), dim=1)
            mixed = weights @ self.codewords
            values = mixed + (values - mixed).detach() if self._is_hard else mixed
        return Quantised(
            values.reshape(vectors.shape),
            codes.reshape(vectors.shape[:-1]),
            rows.new_zeros(()),
            perplexity(codes, len(self.codewords)),
        )
