"""Generator and critic of voices: small residual networks that treat a vector as an 8 x 8 image.

That a vector of a voice is no image does not matter; that the networks are residual ones does:
its authors found that plain layers do not learn the law of voices.

Source: Meyer et al., "Anonymizing speech with generative adversarial networks to preserve speaker
    privacy", SLT 2022 (sizes); Liu et al., "Wasserstein GAN with quadratic transport cost", ICCV
    2019 (networks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from voxnym.errors import InputError

SIDE = 8
START = 4
SLOPE = 0.2
BRANCH = 0.1
"""Share of a residual branch that is added to its shortcut."""


@dataclass(frozen=True)
class GanSizes:
    """Sizes; the defaults are the published ones.

    Args:
        dims: length of a voice's vector.
        latent: random numbers that a voice is made of.
        wide: channels of the 4 x 4 stage.
        narrow: channels of the 8 x 8 stage.
        planes: of the image that becomes the vector.

    Raises:
        InputError: a size below 1.
    """

    dims: int
    latent: int = 16
    wide: int = 16
    narrow: int = 8
    planes: int = 3

    def __post_init__(self) -> None:
        for name in ("dims", "latent", "wide", "narrow", "planes"):
            if getattr(self, name) < 1:
                raise InputError(f"{name}={getattr(self, name)}: expected 1 or more")


def roomy(dims: int) -> GanSizes:
    """Our sizes: voices of 192 or 256 numbers vary in more than 16 ways.

    Args:
        dims: length of a voice's vector.
    """
    return GanSizes(dims, latent=64, planes=6)


class Generator(nn.Module):
    """Random numbers to voices.

    Args:
        sizes: of the networks.
    """

    def __init__(self, sizes: GanSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.first = nn.Linear(sizes.latent, sizes.wide * START**2)
        self.norm = nn.BatchNorm1d(sizes.wide * START**2)
        self.blocks = nn.ModuleList(
            [
                ResidualBlock(sizes.wide, sizes.wide, normed=True),
                ResidualBlock(sizes.wide, sizes.narrow, normed=True),
                ResidualBlock(sizes.narrow, sizes.narrow, normed=True),
            ]
        )
        self.image = nn.Conv2d(sizes.narrow, sizes.planes, 3, padding=1)
        self.last = nn.Linear(sizes.planes * SIDE**2, sizes.dims)
        _start_well(self, "fan_in")

    def forward(self, latent: Tensor) -> Tensor:
        """Voices.

        Args:
            latent: (batch, latent) standard normal numbers.

        Returns:
            (batch, dims), in whatever units the training used.
        """
        image = nn.functional.leaky_relu(self.norm(self.first(latent)), SLOPE)
        image = self.blocks[0](image.view(len(latent), -1, START, START))
        image = nn.functional.interpolate(image, scale_factor=SIDE // START, mode="nearest")
        image = self.image(self.blocks[2](self.blocks[1](image)))
        voices: Tensor = self.last(nn.functional.leaky_relu(image, SLOPE).flatten(1))
        return voices


class Critic(nn.Module):
    """Voices to how real they are: the potential of an optimal transport.

    Args:
        sizes: of the networks.
    """

    def __init__(self, sizes: GanSizes) -> None:
        super().__init__()
        self.planes = sizes.planes
        self.first = nn.Linear(sizes.dims, sizes.planes * SIDE**2)
        self.image = nn.Conv2d(sizes.planes, sizes.narrow, 3, padding=1)
        self.blocks = nn.ModuleList(
            [
                ResidualBlock(sizes.narrow, sizes.narrow, normed=False),
                ResidualBlock(sizes.narrow, sizes.wide, normed=False),
                ResidualBlock(sizes.wide, sizes.wide, normed=False),
            ]
        )
        self.pool = nn.AvgPool2d(3, stride=2, padding=1)
        self.last = nn.Linear(sizes.wide * START**2, 1)
        _start_well(self, "fan_out")

    def forward(self, voices: Tensor) -> Tensor:
        """Potentials.

        Args:
            voices: (batch, dims).

        Returns:
            (batch,).
        """
        image = self.image(self.first(voices).view(len(voices), self.planes, SIDE, SIDE))
        image = self.pool(self.blocks[1](self.blocks[0](image)))
        potentials: Tensor = self.last(self.blocks[2](image).flatten(1))[:, 0]
        return potentials


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut.

    Args:
        inputs: channels.
        outputs: channels.
        normed: whether batches are normalised after each convolution.
    """

    def __init__(self, inputs: int, outputs: int, *, normed: bool) -> None:
        super().__init__()
        hidden = min(inputs, outputs)
        self.enter = nn.Conv2d(inputs, hidden, 3, padding=1)
        self.leave = nn.Conv2d(hidden, outputs, 3, padding=1)
        self.enter_norm = nn.BatchNorm2d(hidden) if normed else nn.Identity()
        self.leave_norm = nn.BatchNorm2d(outputs) if normed else nn.Identity()
        self.shortcut = (
            nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)
        )

    def forward(self, image: Tensor) -> Tensor:
        """(batch, inputs, side, side) to (batch, outputs, side, side)."""
        inner = nn.functional.leaky_relu(self.enter_norm(self.enter(image)), SLOPE)
        branch = self.leave_norm(self.leave(inner))
        return nn.functional.leaky_relu(self.shortcut(image) + BRANCH * branch, SLOPE)


def _start_well(network: nn.Module, mode: Literal["fan_in", "fan_out"]) -> None:
    """Weights drawn so that signals (fan_in) or gradients (fan_out) keep their size.

    Source: He et al., "Delving deep into rectifiers", ICCV 2015, equations 10 and 14.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, a=SLOPE, mode=mode, nonlinearity="leaky_relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def plain_arrays(generator: Generator) -> dict[str, Tensor]:
    """A trained generator without its batch normalisation, which folds into the weights.

    Returns:
        Tensors by name: "first", "image", "last" and, for each block i, "i.enter", "i.leave", each
        with ".weight" and ".bias"; and "i.shortcut.weight" where the block has one.
    """
    found = _folded("first", generator.first, generator.norm)
    for number, block in enumerate(generator.blocks):
        assert isinstance(block, ResidualBlock)
        found |= _folded(f"{number}.enter", block.enter, block.enter_norm)
        found |= _folded(f"{number}.leave", block.leave, block.leave_norm)
        if isinstance(block.shortcut, nn.Conv2d):
            found[f"{number}.shortcut.weight"] = block.shortcut.weight
    for name in ("image", "last"):
        layer = getattr(generator, name)
        found |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
    return {name: tensor.detach().clone() for name, tensor in found.items()}


def _folded(name: str, layer: nn.Linear | nn.Conv2d, norm: nn.Module) -> dict[str, Tensor]:
    assert isinstance(norm, nn.BatchNorm1d | nn.BatchNorm2d)
    assert norm.running_var is not None
    assert norm.running_mean is not None
    assert layer.bias is not None
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = layer.weight * scale.view(-1, *[1] * (layer.weight.ndim - 1))
    bias = (layer.bias - norm.running_mean) * scale + norm.bias
    return {f"{name}.weight": weight, f"{name}.bias": bias}
