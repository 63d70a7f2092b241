"""ECAPA-TDNN: the network of the VoicePrivacy attackers, of any size.

Source: Desplanques et al., "ECAPA-TDNN: Emphasized Channel Attention, Propagation and Aggregation
in TDNN Based Speaker Verification", Interspeech 2020, sections 3.1 to 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from voxnym.errors import InputError

BLOCKS = 3
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True)
class EcapaConfig:
    """Sizes; the defaults are those of the VoicePrivacy 2024 attacker (6.19 million parameters).

    Args:
        bands: of the features.
        channels: of every layer before the blocks are joined; a multiple of `scale`.
        kernels: odd widths in frames: first layer, three blocks, joining layer.
        dilations: of the same layers.
        scale: groups of channels in a block.
        squeeze: channels between the two layers that weigh a block's channels.
        attention: channels of the layer that weighs frames.
        dims: of the vector.

    Raises:
        InputError: a size below 1, an even kernel, or channels that cannot be grouped.
    """

    bands: int = 80
    channels: int = 512
    kernels: tuple[int, int, int, int, int] = (5, 3, 3, 3, 1)
    dilations: tuple[int, int, int, int, int] = (1, 2, 3, 4, 1)
    scale: int = 8
    squeeze: int = 128
    attention: int = 128
    dims: int = 192

    def __post_init__(self) -> None:
        # Configuration files have lists.
        object.__setattr__(self, "kernels", tuple(self.kernels))
        object.__setattr__(self, "dilations", tuple(self.dilations))
        if len(self.kernels) != BLOCKS + 2 or len(self.dilations) != BLOCKS + 2:
            raise InputError(
                f"kernels={self.kernels}, dilations={self.dilations}: expected {BLOCKS + 2} each"
            )
        for name in ("bands", "channels", "squeeze", "attention", "dims"):
            if getattr(self, name) < 1:
                raise InputError(f"{name}={getattr(self, name)}: expected 1 or more")
        if any(kernel < 1 or kernel % 2 == 0 for kernel in self.kernels):
            raise InputError(f"kernels={self.kernels}: expected odd numbers")
        if any(dilation < 1 for dilation in self.dilations):
            raise InputError(f"dilations={self.dilations}: expected 1 or more")
        if self.scale < 2 or self.channels % self.scale:
            raise InputError(
                f"channels={self.channels}, scale={self.scale}: expected 2 groups or more of "
                "equal size"
            )

    @property
    def least_frames(self) -> int:
        """Fewest frames that can be mirrored at the edges of every layer."""
        reach = zip(self.kernels, self.dilations, strict=True)
        return 1 + max((kernel - 1) // 2 * dilation for kernel, dilation in reach)


SMALL = EcapaConfig(channels=128, squeeze=64, attention=64, dims=128)
"""0.57 million parameters: learns in minutes on a processor."""


class Ecapa(nn.Module):
    """Features of an utterance to one vector, not normalised.

    Args:
        config: sizes.
    """

    def __init__(self, config: EcapaConfig = EcapaConfig()) -> None:
        super().__init__()
        self.config = config
        self.dims = config.dims
        shapes = list(zip(config.kernels, config.dilations, strict=True))
        joined = BLOCKS * config.channels
        self.first = _layer(config.bands, config.channels, *shapes[0])
        self.blocks = nn.ModuleList(_Block(config, *shape) for shape in shapes[1:-1])
        self.joining = _layer(joined, joined, *shapes[-1])
        self.pooling = _Pooling(joined, config.attention)
        self.last_norm = nn.BatchNorm1d(2 * joined)
        self.last = nn.Linear(2 * joined, config.dims)

    def forward(self, features: Tensor) -> Tensor:
        """Vectors of utterances of one length.

        Args:
            features: (batch, frames, bands), as `voxnym.nn.fbank.Fbank` makes them.

        Returns:
            (batch, dims).

        Raises:
            InputError: another shape, or too few frames.
        """
        shape = tuple(features.shape)
        if len(shape) != 3 or shape[2] != self.config.bands or shape[1] < self.config.least_frames:
            raise InputError(
                f"features {shape}: expected (batch, {self.config.least_frames} frames or more, "
                f"{self.config.bands})"
            )
        layers = [self.first(features.transpose(1, 2))]
        for block in self.blocks:
            layers.append(block(layers[-1]))
        pooled = self.pooling(self.joining(torch.cat(layers[1:], dim=1)))
        vectors: Tensor = self.last(self.last_norm(pooled))
        return vectors


def _layer(inputs: int, outputs: int, kernel: int, dilation: int) -> nn.Sequential:
    """Convolution over time that keeps the length, ReLU, batch norm."""
    convolution = nn.Conv1d(
        inputs,
        outputs,
        kernel,
        dilation=dilation,
        padding=dilation * (kernel - 1) // 2,
        # Nothing is padded where the kernel is 1, and mirroring nothing is an error.
        padding_mode="reflect" if kernel > 1 else "zeros",
    )
    return nn.Sequential(convolution, nn.ReLU(), nn.BatchNorm1d(outputs))


class _Block(nn.Module):
    """Groups of channels in a cascade, channels weighed by their mean, added to the input."""

    def __init__(self, config: EcapaConfig, kernel: int, dilation: int) -> None:
        super().__init__()
        channels, width = config.channels, config.channels // config.scale
        self._width = width
        self.before = _layer(channels, channels, 1, 1)
        self.groups = nn.ModuleList(
            _layer(width, width, kernel, dilation) for _ in range(config.scale - 1)
        )
        self.after = _layer(channels, channels, 1, 1)
        self.weigh = nn.Sequential(
            nn.Linear(channels, config.squeeze),
            nn.ReLU(),
            nn.Linear(config.squeeze, channels),
            nn.Sigmoid(),
        )

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, channels, frames) to the same."""
        untouched, *groups = self.before(signal).split(self._width, dim=1)
        done = [untouched]
        for number, (layer, group) in enumerate(zip(self.groups, groups, strict=True)):
            done.append(layer(group + done[-1] if number else group))
        mixed = self.after(torch.cat(done, dim=1))
        weights = self.weigh(mixed.mean(dim=2)).unsqueeze(2)
        result: Tensor = signal + mixed * weights
        return result


class _Pooling(nn.Module):
    """Mean and deviation over time; each channel weighs the frames in its own way."""

    def __init__(self, channels: int, attention: int) -> None:
        super().__init__()
        self.hidden = _layer(3 * channels, attention, 1, 1)
        self.weigh = nn.Conv1d(attention, channels, 1)

    def forward(self, signal: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, 2 · channels)."""
        even = torch.full_like(signal[:, :1], 1.0 / signal.shape[2])
        whole = [each.unsqueeze(2).expand_as(signal) for each in _moments(signal, even)]
        scores = self.weigh(torch.tanh(self.hidden(torch.cat([signal, *whole], dim=1))))
        return torch.cat(_moments(signal, scores.softmax(dim=2)), dim=1)


def _moments(signal: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    mean = (weights * signal).sum(dim=2)
    variance = (weights * (signal - mean.unsqueeze(2)) ** 2).sum(dim=2)
    return mean, variance.clamp_min(_LEAST_VARIANCE).sqrt()
