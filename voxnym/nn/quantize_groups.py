"""Product quantisation: parts of a vector, each with codewords of its own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.quantize import Quantised


class GroupQuantizer(nn.Module):
    """As many quantizers as groups of values, of any kinds.

    Two groups of 64 codewords reach as many points as one of 4,096, and learn as fast as 64.

    Args:
        quantizers: one for each group; the same one several times shares its codewords.

    Raises:
        InputError: no quantizer; on a call, values that cannot be cut into groups of equal size.

    Source: Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor Search", IEEE TPAMI
        2011, section II.B.
    """

    def __init__(self, quantizers: Sequence[nn.Module]) -> None:
        super().__init__()
        if not quantizers:
            raise InputError("no quantizers: expected one for each group")
        self.quantizers = nn.ModuleList(quantizers)

    def forward(self, vectors: Tensor) -> Quantised:
        """Each group by its quantizer; the loss is their mean, the perplexity their product."""
        groups = len(self.quantizers)
        if vectors.shape[-1] % groups:
            raise InputError(f"{vectors.shape[-1]} values: expected a multiple of {groups} groups")
        parts = vectors.chunk(groups, dim=-1)
        found: list[Quantised] = [
            quantizer(part) for quantizer, part in zip(self.quantizers, parts, strict=True)
        ]
        return Quantised(
            torch.cat([each.values for each in found], dim=-1),
            torch.stack([each.codes for each in found], dim=-1),
            torch.stack([each.loss for each in found]).mean(),
            torch.stack([each.perplexity for each in found]).prod(),
        )
