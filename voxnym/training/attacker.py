"""The VoicePrivacy attacker: an ECAPA network trained on anonymized speech, from scratch or on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn

from voxnym.errors import InputError
from voxnym.nn.cards import read_card, write_card
from voxnym.nn.ecapa import Ecapa, EcapaConfig
from voxnym.nn.fbank import Fbank
from voxnym.nn.margin import aam_softmax
from voxnym.training.schedule import triangular
from voxnym.training.speech import Batch


class SpeakerAttacker(lightning.LightningModule):
    """Names the person behind an anonymized piece of speech.

    The defaults are those of the VoicePrivacy 2024 recipe.

    Args:
        people: number of people in the training; set from the speech by the command.
        network: sizes of the network.
        margin: additive angle, radians.
        scale: of the cosines.
        base_rate: lowest learning rate.
        peak_rate: highest learning rate.
        half_cycle: steps from one to the other.
        weight_decay: of Adam.
        start: card (`….json`) of a network to go on from; the class weights start anew.

    Raises:
        InputError: `start` cannot be read, or does not fit the sizes.

    Source: VoicePrivacy 2024 evaluation plan, verification model (ECAPA-TDNN: Desplanques et al.,
        Interspeech 2020; margin: Deng et al., "ArcFace", CVPR 2019, equation 3).
    """

    def __init__(
        self,
        people: int,
        network: EcapaConfig = EcapaConfig(),  # noqa: B008  frozen; named in --help as it is
        margin: float = 0.2,
        scale: float = 30.0,
        base_rate: float = 1e-8,
        peak_rate: float = 0.01,
        half_cycle: int = 65_000,
        weight_decay: float = 2e-6,
        start: str | None = None,
    ) -> None:
        super().__init__()
        if people < 2:
            raise InputError(f"people={people}: expected 2 or more")
        self.features = Fbank()
        self.network = Ecapa(network)
        self.weight = nn.Parameter(torch.empty(people, network.dims))
        nn.init.xavier_uniform_(self.weight)
        self._margin, self._scale = margin, scale
        self._rates = (base_rate, peak_rate, half_cycle)
        self._decay = weight_decay
        if start is not None:
            self._take_up(Path(start))

    def forward(self, samples: Tensor) -> Tensor:
        """(batch, n) samples at 16 kHz to (batch, dims) vectors, not normalised."""
        vectors: Tensor = self.network(self.features(samples))
        return vectors

    def cosines(self, samples: Tensor) -> Tensor:
        """(batch, n) samples to (batch, people), -1 to 1."""
        unit = nn.functional.normalize(self(samples).float(), dim=1)
        return unit @ nn.functional.normalize(self.weight, dim=1).T

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Loss of a batch."""
        loss, accuracy = self._judge(batch)
        self.log("train_loss", loss, prog_bar=True)
        self.log("train_accuracy", accuracy, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Batch, index: int) -> None:
        """Loss and share of pieces whose speaker is named."""
        loss, accuracy = self._judge(batch)
        count = batch[1].numel()
        self.log("validation_loss", loss, batch_size=count)
        self.log("validation_accuracy", accuracy, prog_bar=True, batch_size=count)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Adam with a cyclic learning rate that changes at every step."""
        base, peak, half_cycle = self._rates
        optimizer = torch.optim.Adam(self.parameters(), lr=1.0, weight_decay=self._decay)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: triangular(step, base=base, peak=peak, half_cycle=half_cycle),
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def _judge(self, batch: Batch) -> tuple[Tensor, Tensor]:
        samples, people = batch
        cosines = self.cosines(samples)
        loss = aam_softmax(cosines, people, margin=self._margin, scale=self._scale)
        return loss, (cosines.detach().argmax(dim=1) == people).float().mean()

    def export(self, path: Path, about: Mapping[str, str] | None = None) -> Path:
        """Write the network without its class weights, as `voxnym.nn.cards` has it.

        Args:
            path: of the card, `….json`; the weights lie beside it.
            about: kept in the card.

        Returns:
            The path of the card.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "trained": "ECAPA with additive angular margin",
            "people": str(self.weight.shape[0]),
            "steps": str(self.global_step),
            "epochs": str(self.current_epoch),
        }
        write_card(path, self.network, {**told, **(about or {})})
        return path

    def _take_up(self, path: Path) -> None:
        network, _ = read_card(path)
        if network.config != self.network.config:
            raise InputError(f"{path}: a network of other sizes: {network.config}")
        self.network.load_state_dict(network.state_dict())
