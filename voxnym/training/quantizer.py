"""Training of quantizers with Lightning: on their own, or as a pattern for networks around them."""

from __future__ import annotations

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.quantize import PlainQuantizer, Quantised
from voxnym.nn.spacefill import SpaceFilling

HALVED_AFTER = (0.6, 0.8)


class QuantizerTraining(lightning.LightningModule):
    """Fits any quantizer of `voxnym.nn` to vectors.

    A curve grows at the end of each stage, plain codewords that are not used are replaced; what the
    optimizer remembers of them goes with them. The kinds that have no loss of their own learn from
    the mean squared error of their values, as from a decoder that hands them on.

    Args:
        quantizer: any that gives a `Quantised`.
        updates: at each stage; the rate is halved after 60 % and 80 % of them. Quantizers other
            than curves have one stage.
        rate: of Adam.
        replaced_every: updates between replacements of unused codewords, none in the last 40 %;
            0 for never.

    Raises:
        InputError: something out of range.

    Source: Vali and Bäckström, "Privacy PORCUPINE", Interspeech 2024, section 3, and its program.
    """

    def __init__(
        self, quantizer: nn.Module, updates: int, rate: float = 3e-3, replaced_every: int = 500
    ) -> None:
        super().__init__()
        if updates < 1 or not rate > 0 or replaced_every < 0:
            raise InputError(
                f"updates={updates}, rate={rate}, replaced_every={replaced_every}: "
                "expected 1 or more, above 0, and 0 or more"
            )
        self.quantizer = quantizer
        self._updates, self._rate, self._every = updates, rate, replaced_every
        # Quantizers of running means have nothing for an optimizer, which Lightning would not
        # count as training; this number is that optimizer's.
        self._idle = nn.Parameter(torch.zeros(()))

    def forward(self, vectors: Tensor) -> Quantised:
        """(…, dims) vectors after quantisation."""
        found: Quantised = self.quantizer(vectors)
        return found

    def on_train_batch_start(self, batch: tuple[Tensor, ...], batch_idx: int) -> None:
        """Grow or replace, where it is time."""
        step = self.global_step
        is_next = step > 0 and step % self._updates == 0
        if is_next and isinstance(self.quantizer, SpaceFilling) and self.quantizer.has_room:
            self.quantizer.grow()
            self._memory().clear()
        early = step % self._updates < HALVED_AFTER[0] * self._updates
        is_due = self._every > 0 and step > 0 and step % self._every == 0 and early
        if is_due and isinstance(self.quantizer, PlainQuantizer):
            moved = self.quantizer.replace_unused()
            of_codewords = self._memory().get(self.quantizer.codewords, {})
            for name in of_codewords.keys() & {"exp_avg", "exp_avg_sq"}:
                of_codewords[name][moved] = 0

    def training_step(self, batch: tuple[Tensor, ...], index: int) -> Tensor:
        """Loss of a batch of vectors."""
        (vectors,) = batch
        found = self(vectors)
        error = nn.functional.mse_loss(found.values, vectors)
        self.log("error", error.detach(), prog_bar=True)
        self.log("perplexity", found.perplexity, prog_bar=True)
        loss = found.loss if found.loss.requires_grad else error
        return loss + 0 * self._idle

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Adam, its rate halved twice within each stage."""
        optimizer = torch.optim.Adam(self.parameters(), lr=self._rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._share_of_rate)
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def _share_of_rate(self, step: int) -> float:
        within = step % self._updates
        return 0.5 ** sum(within >= int(share * self._updates) for share in HALVED_AFTER)

    def _memory(self) -> dict[Tensor, dict[str, Tensor]]:
        optimizer = self.optimizers()
        assert not isinstance(optimizer, list)
        memory: dict[Tensor, dict[str, Tensor]] = optimizer.state
        return memory
