"""Space-filling vector quantisation inside networks: the codewords are corners of a curve.

For codebooks that are learned from vectors alone, `voxnym.voices.curve_fit` does the same at a
tenth of the cost.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.chance import Chance
from voxnym.nn.quantize import Quantised, checked, nearest, perplexity
from voxnym.nn.quantize_noise import Epsilon, noise_substituted

Search = Literal["exact", "local"]
SPLIT = 0.01
"""How far apart the two corners are that one becomes, as a share of a segment."""
_AT_ONCE = 1 << 20


class SpaceFilling(nn.Module):
    """A curve whose neighbouring codes are neighbours in space.

    In training, one place is drawn on each segment at each call, and the nearest place counts; its
    gradient reaches both ends of the segment. In evaluation, vectors are moved to the nearest point
    of the curve; their code is the segment that it lies on.

    Args:
        codewords: (corners, dims) to begin with, 2 or more; usually four.
        bits: binary logarithm of the corners that it may grow to; `grow` doubles them.
        has_backpropagation: whether values in training are vectors with a noise of the same size
            as their error, whose length has the gradient, and no loss is needed; else values are
            places on the curve, and `loss` is the mean squared error.
        search: where the nearest point is looked for in evaluation: "exact" on all segments,
            "local" on those two that meet at the nearest inner corner (released).
        epsilon: of noise substitution, see `voxnym.nn.quantize_noise`.
        seed: of places and noise.

    Raises:
        InputError: codewords of another shape, more of them than bits allow, or an unknown search.

    Source: Vali and Bäckström, "Interpretable Latent Space Using Space-Filling Curves for
        Phonetic Analysis in Voice Conversion", Interspeech 2023, section 2.1, and its program.
    """

    entries: Tensor

    def __init__(
        self,
        codewords: Tensor,
        bits: int,
        has_backpropagation: bool = False,
        search: Search = "exact",
        epsilon: Epsilon = "inside",
        seed: int = 0,
    ) -> None:
        super().__init__()
        count, dims = checked(codewords).shape
        if not count <= 2**bits:
            raise InputError(f"{count} codewords: expected 2^{bits} at most")
        if search not in ("exact", "local") or epsilon not in ("inside", "outside"):
            raise InputError(
                f"search={search!r}, epsilon={epsilon!r}: expected exact or local, "
                "inside or outside"
            )
        whole = torch.zeros(2**bits, dims, dtype=codewords.dtype)
        whole[:count] = codewords
        self.codewords = nn.Parameter(whole)
        self.register_buffer("entries", torch.tensor(count))
        self.chance = Chance(seed)
        self._has_backpropagation = has_backpropagation
        self._search: Search = search
        self._epsilon: Epsilon = epsilon

    @property
    def corners(self) -> Tensor:
        """(entries, dims) codewords in use, in order along the curve."""
        return self.codewords[: int(self.entries)]

    @property
    def has_room(self) -> bool:
        """Whether it can grow."""
        return 2 * int(self.entries) <= len(self.codewords)

    def forward(
        self, vectors: Tensor, shares: Tensor | None = None, noise: Tensor | None = None
    ) -> Quantised:
        """Vectors moved to the curve.

        Args:
            vectors: (…, dims).
            shares: (entries - 1,) places on the segments, 0 to 1; drawn where None.
            noise: (rows, dims) standard normal; drawn where None.
        """
        rows = vectors.reshape(-1, vectors.shape[-1])
        values, codes = self._drawn(rows, shares) if self.training else self.project(rows)
        loss = rows.new_zeros(())
        if self.training and self._has_backpropagation:
            if noise is None:
                noise = self.chance.normal(tuple(rows.shape), rows.device).to(rows)
            values = noise_substituted(rows, values, noise, self._epsilon)
        else:
            loss = nn.functional.mse_loss(values, rows)
        return Quantised(
            values.reshape(vectors.shape),
            codes.reshape(vectors.shape[:-1]),
            loss,
            perplexity(codes, int(self.entries)),
        )

    @torch.no_grad()
    def project(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(rows, dims) nearest points of the curve, and (rows,) the segments they lie on."""
        corners = self.corners
        size = max(1, _AT_ONCE // corners.numel())
        portions = [self._projected(rows[i : i + size]) for i in range(0, len(rows), size)]
        if not portions:
            return rows, torch.zeros(0, dtype=torch.int64, device=rows.device)
        return torch.cat([p[0] for p in portions]), torch.cat([p[1] for p in portions])

    @torch.no_grad()
    def grow(self) -> None:
        """Twice as many corners on the same curve; what an optimizer remembers is out of date.

        Raises:
            InputError: no room for more.
        """
        n = int(self.entries)
        if not self.has_room:
            raise InputError(f"{n} corners already: {len(self.codewords)} is all there is room for")
        old = self.corners.clone()
        index = torch.arange(n, device=old.device)
        # Both ends stay; in the first half the new corner follows the old one, then it leads.
        early = index < n // 2
        neighbour = old[torch.where(early, index + 1, index - 1)]
        beside = old + SPLIT * (neighbour - old)
        pairs = torch.where(
            early[:, None, None], torch.stack([old, beside], 1), torch.stack([beside, old], 1)
        )
        self.codewords[: 2 * n] = pairs.reshape(2 * n, -1)
        self.entries.fill_(2 * n)

    def _drawn(self, rows: Tensor, shares: Tensor | None) -> tuple[Tensor, Tensor]:
        corners = self.corners
        if shares is None:
            shares = self.chance.uniform((len(corners) - 1,), corners.device).to(corners)
        places = torch.lerp(corners[:-1], corners[1:], shares[:, None])
        codes = nearest(rows.detach(), places.detach())
        return places[codes], codes

    def _projected(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """On all segments (exact), or on two of them (local)."""
        # Distances from differences, not products: what lies on the curve has to stay there.
        corners = self.corners
        last = len(corners) - 2
        if self._search == "local" and last > 0:
            inner = nearest(rows, corners).clamp(1, last)
            candidates = torch.stack([inner - 1, inner], dim=1)
        else:
            candidates = torch.arange(last + 1, device=rows.device).expand(len(rows), -1)
        starts, spans = corners[candidates], corners[candidates + 1] - corners[candidates]
        ahead = ((rows[:, None] - starts) * spans).sum(dim=2)
        lengths = spans.square().sum(dim=2).clamp_min(torch.finfo(rows.dtype).tiny)
        points = starts + (ahead / lengths).clamp(0, 1)[..., None] * spans
        best = torch.argmin((rows[:, None] - points).square().sum(dim=2), dim=1)
        each = torch.arange(len(rows), device=rows.device)
        return points[each, best], candidates[each, best]


def first_corners(vectors: Tensor, count: int = 4) -> Tensor:
    """(count, dims) means of blocks of equal size, sorted by Euclidean norm (released).

    Args:
        vectors: (rows, dims), at least as many as corners. The released program gives it random
            vectors instead of the data.
        count: of corners.

    Raises:
        InputError: too few vectors.
    """
    if len(vectors) < count:
        raise InputError(f"{len(vectors)} vectors: expected {count} or more")
    order = torch.argsort(torch.linalg.vector_norm(vectors, dim=1), stable=True)
    return torch.stack([block.mean(dim=0) for block in vectors[order].tensor_split(count)])
