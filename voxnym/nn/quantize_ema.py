"""Vector quantisation whose codewords are running means of the vectors that chose them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.chance import Chance
from voxnym.nn.quantize import Quantised, checked, nearest, perplexity, straight_through


class EmaQuantizer(nn.Module):
    """Codewords that follow the data without an optimizer.

    Args:
        codewords: (count, dims) to begin with.
        decay: of the running sums at each batch, above 0, below 1.
        smoothing: added to each codeword's running count (Laplace), so that none is divided by 0.
        restart: a codeword with a running count below this, in vectors per batch, moves to a
            random vector of the batch; 0 for never.
        commitment: weight of what pulls vectors to their codewords.
        seed: of the restarts.

    Raises:
        InputError: something out of range.

    Source: van den Oord et al., "Neural Discrete Representation Learning", NeurIPS 2017, appendix
        A.1; smoothing: Razavi et al., "Generating Diverse High-Fidelity Images with VQ-VAE-2",
        NeurIPS 2019; restart: Dhariwal et al., "Jukebox", arXiv 2005.00341, section 3.1.
    """

    codewords: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(
        self,
        codewords: Tensor,
        decay: float = 0.99,
        smoothing: float = 1e-5,
        restart: float = 0.0,
        commitment: float = 0.25,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if not (0 < decay < 1 and smoothing > 0 and restart >= 0):
            raise InputError(
                f"decay={decay}, smoothing={smoothing}, restart={restart}: "
                "expected within 0 and 1, above 0, and 0 or more"
            )
        self.register_buffer("codewords", checked(codewords).clone())
        # As if each codeword had stood for one vector: where it is now.
        self.register_buffer("counts", torch.ones(len(codewords)))
        self.register_buffer("sums", codewords.clone())
        self.chance = Chance(seed)
        self._decay, self._smoothing, self._restart = decay, smoothing, restart
        self._commitment = commitment

    def forward(self, vectors: Tensor) -> Quantised:
        """Nearest codewords, which then move on where the layer is being trained."""
        rows = vectors.reshape(-1, vectors.shape[-1])
        codes = nearest(rows.detach(), self.codewords)
        chosen = self.codewords[codes]
        loss = self._commitment * nn.functional.mse_loss(rows, chosen)
        if self.training:
            self._follow(rows.detach(), codes)
        return Quantised(
            straight_through(rows, chosen).reshape(vectors.shape),
            codes.reshape(vectors.shape[:-1]),
            loss,
            perplexity(codes, len(self.codewords)),
        )

    @torch.no_grad()
    def _follow(self, rows: Tensor, codes: Tensor) -> None:
        count = len(self.codewords)
        now = torch.bincount(codes, minlength=count).to(self.counts)
        sums = torch.zeros_like(self.sums).index_add_(0, codes, rows.to(self.sums))
        self.counts.mul_(self._decay).add_(now, alpha=1 - self._decay)
        self.sums.mul_(self._decay).add_(sums, alpha=1 - self._decay)
        total = self.counts.sum()
        smoothed = (self.counts + self._smoothing) / (total + count * self._smoothing) * total
        self.codewords.copy_(self.sums / smoothed[:, None])
        dead = torch.nonzero(self.counts < self._restart)[:, 0]
        if dead.numel():
            generator = self.chance.generator(rows.device)
            among = torch.randint(len(rows), (len(dead),), generator=generator, device=rows.device)
            self.codewords[dead] = rows[among].to(self.codewords)
            # A fair share of time to prove themselves, else they would die again at once.
            self.counts[dead] = max(1.0, self._restart)
            self.sums[dead] = self.codewords[dead] * self.counts[dead, None]
