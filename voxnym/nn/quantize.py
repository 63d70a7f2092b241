"""Vector quantisation inside networks: what all kinds give back, and the plain kind.

Every quantizer is called with (…, dims) vectors and gives a `Quantised`; in evaluation mode its
values are what a decoder gets who knows nothing but the codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.chance import Chance


@dataclass(frozen=True, eq=False)
class Quantised:
    """Vectors after quantisation.

    Args:
        values: (…, dims), with gradients for what comes before.
        codes: (…,) number of each one's codeword; (…, groups) where there are several.
        loss: to be added to the network's, one number; 0 where the kind needs none.
        perplexity: how many codewords are in use, as if all equally often; 1 to their number.
    """

    values: Tensor
    codes: Tensor
    loss: Tensor
    perplexity: Tensor


def nearest(rows: Tensor, codewords: Tensor) -> Tensor:
    """(rows,) index of the codeword nearest to each of (rows, dims); of equals the first."""
    halves = codewords.square().sum(dim=1) / 2
    return torch.argmax(rows @ codewords.T - halves, dim=1)


def perplexity(codes: Tensor, count: int) -> Tensor:
    """Effective number of codewords in use, out of `count`.

    >>> round(float(perplexity(torch.tensor([0, 6, 5, 0, 6]), 8)), 4)
    2.8717
    """
    shares = torch.bincount(codes.reshape(-1), minlength=count) / codes.numel()
    return torch.exp(-torch.sum(shares * torch.log(shares + 1e-10)))


def straight_through(vectors: Tensor, codewords: Tensor) -> Tensor:
    """The codewords, with the gradient passed on to the vectors as if they were the same.

    Source: Bengio et al., arXiv 1308.3432, section 4; van den Oord et al., "Neural Discrete
        Representation Learning", NeurIPS 2017, section 3.2.
    """
    return vectors + (codewords - vectors).detach()


@dataclass(frozen=True)
class Replacement:
    """When a codeword counts as unused, and what becomes of it.

    As released, a copy differs from its original by less than a float32 can hold: the two never
    separate, and the lower index takes everything. Here the noise is a share of the spread of the
    codewords, and busy codewords are copied, busier ones rather.

    Args:
        least: share of batches in which a codeword has to occur.
        noise: standard deviation of what is added to a copy, as a share of the codewords' spread.
        reading: "separate" as described; "released" with noise 1e-12 and the first used codewords
            in order of index, all of them in turns where more are unused than used.

    Raises:
        InputError: something out of range.

    Source: Vali and Bäckström, "NSVQ: Noise Substitution in Vector Quantization for Machine
        Learning", IEEE Access 2022, section III, and its program.
    """

    least: float = 0.01
    noise: float = 0.01
    reading: Literal["separate", "released"] = "separate"

    def __post_init__(self) -> None:
        if not (0 <= self.least <= 1 and 0 < self.noise < 1):
            raise InputError(
                f"least={self.least}, noise={self.noise}: expected 0 to 1, and within 0 and 1"
            )
        if self.reading not in ("separate", "released"):
            raise InputError(f"reading={self.reading!r}: expected separate or released")


class PlainQuantizer(nn.Module):
    """Codewords learned by gradients: each is pulled to the vectors that chose it.

    Args:
        codewords: (count, dims) to begin with, for example random vectors of the data.
        commitment: weight of what pulls vectors to their codewords.
        replacement: of unused codewords, done when `replace_unused` is called.
        seed: of the replacements.

    Raises:
        InputError: codewords of another shape.

    Source: van den Oord et al., "Neural Discrete Representation Learning", NeurIPS 2017,
        equation 3.
    """

    hits: Tensor
    batches: Tensor

    def __init__(
        self,
        codewords: Tensor,
        commitment: float = 0.25,
        replacement: Replacement = Replacement(),
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.codewords = nn.Parameter(checked(codewords).clone())
        self.chance = Chance(seed)
        self._commitment = commitment
        self._replacement = replacement
        self.register_buffer("hits", torch.zeros(len(codewords), dtype=torch.int64))
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))

    def forward(self, vectors: Tensor) -> Quantised:
        """Nearest codewords."""
        rows = vectors.reshape(-1, vectors.shape[-1])
        codes = nearest(rows.detach(), self.codewords.detach())
        chosen = self.codewords[codes]
        if self.training:
            # By batches, not by vectors: twice in one batch is no sign of a wider use.
            self.hits += torch.bincount(codes, minlength=len(self.hits)) > 0
            self.batches += 1
        learned = nn.functional.mse_loss(chosen, rows.detach())
        committed = nn.functional.mse_loss(rows, chosen.detach())
        return Quantised(
            straight_through(rows, chosen).reshape(vectors.shape),
            codes.reshape(vectors.shape[:-1]),
            learned + self._commitment * committed,
            perplexity(codes, len(self.codewords)),
        )

    @torch.no_grad()
    def replace_unused(self) -> Tensor:
        """Put codewords that hardly occurred since the last time beside others that did.

        Returns:
            Indices of those that moved: what an optimizer remembers of them is out of date.
        """
        unused = self.hits < self._replacement.least * self.batches
        used_rows, unused_rows = torch.nonzero(~unused)[:, 0], torch.nonzero(unused)[:, 0]
        if used_rows.numel() and unused_rows.numel():
            weights = self.hits[used_rows].double()
            self.codewords[unused_rows] = _copies(
                self.codewords, used_rows, weights, len(unused_rows), self._replacement, self.chance
            )
        self.hits.zero_()
        self.batches.zero_()
        return unused_rows if used_rows.numel() else unused_rows[:0]


def _copies(
    codewords: Tensor, used: Tensor, weights: Tensor, count: int, how: Replacement, chance: Chance
) -> Tensor:
    """(count, dims) copies of used codewords with noise."""
    generator = chance.generator(codewords.device)
    if how.reading == "released":
        sources = used[:count]
        if count > len(used):
            order = torch.randperm(count, generator=generator, device=used.device)
            sources = used.repeat(-(-count // len(used)))[:count][order]
        scale = torch.tensor(1e-12, device=codewords.device)
    else:
        sources = used[torch.multinomial(weights, count, replacement=True, generator=generator)]
        centred = codewords[used] - codewords[used].mean(dim=0)
        # A single codeword in use has no spread; then its own size has to do.
        spread = centred if len(used) > 1 else codewords[used]
        scale = how.noise * spread.square().mean().sqrt().clamp_min(1e-6)
    copies = codewords[sources]
    noise = torch.randn(copies.shape, generator=generator, device=codewords.device)
    return copies + scale * noise


def checked(codewords: Tensor) -> Tensor:
    """The same codewords.

    Raises:
        InputError: not (2 or more, 1 or more) finite numbers.
    """
    if codewords.ndim != 2 or len(codewords) < 2 or not codewords.shape[1]:
        raise InputError(f"codewords {tuple(codewords.shape)}: expected (2 or more, dims)")
    if not torch.isfinite(codewords).all():
        raise InputError("codewords hold NaN or infinity")
    return codewords
