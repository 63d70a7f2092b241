"""One step of learning voices: a critic that learns potentials of transport, and its generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from voxnym.errors import InputError
from voxnym.nn.gan_voices import Critic, GanSizes, Generator
from voxnym.training.transport import exact_transport

RealTerm = Literal["mean", "each"]


@dataclass(frozen=True)
class GanFitting:
    """How to learn; the defaults are ours.

    Args:
        epochs: rounds, see `by_person`.
        batch: real vectors in a step, and as many generated ones.
        rate: learning rate of both networks.
        last_rate: share of it that is left at the end; it falls along a cosine.
        penalty: weight of the term that makes the critic as steep as the transport (gamma).
        real_term: whether the critic's potentials of real vectors must be right one by one, or
            only in the mean, as published.
        by_person: whether a round hears each person once, in one of their vectors, so that nobody
            with many counts more; otherwise it visits every vector, as published.
        by_dimension: whether each dimension is brought to mean 0 and deviation 1; otherwise all
            with one mean and one deviation, as published.
        held_out: share of the people that is not learned from.
        match: whether what is generated is brought to the pool's mean and deviation afterwards,
            dimension by dimension. Transport between small batches of long vectors is cheapest
            when they shrink towards the mean: a batch of means costs less than another batch of
            people.
        memory: share that an average of the generator's weights keeps in a step; 0 for no average.
        seed: of weights, order and random numbers.

    Raises:
        InputError: a value out of range.
    """

    epochs: int
    batch: int = 64
    rate: float = 1e-3
    last_rate: float = 0.05
    penalty: float = 0.1
    real_term: RealTerm = "each"
    by_person: bool = True
    by_dimension: bool = True
    held_out: float = 0.1
    match: bool = True
    memory: float = 0.99
    seed: int = 0

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch < 2:
            raise InputError(f"epochs={self.epochs}, batch={self.batch}; expected 1 and 2, or more")
        if not (0 < self.rate < 1 and 0 < self.last_rate <= 1 and 0 <= self.penalty < 1e3):
            raise InputError(
                f"rate={self.rate}, last_rate={self.last_rate}, penalty={self.penalty}; expected "
                "rates above 0, at most 1, and a penalty of 0 or more"
            )
        if not (0 <= self.held_out < 1 and 0 <= self.memory < 1):
            raise InputError(
                f"held_out={self.held_out}, memory={self.memory}; expected 0 or more, below 1"
            )


PUBLISHED = GanFitting(
    2000, batch=128, rate=1e-5, last_rate=1.0, penalty=1.0, real_term="mean", by_person=False,
    by_dimension=False, held_out=0.2, match=False, memory=0.0,
)  # fmt: skip
"""As the authors' configuration has it, except that vectors are brought to one scale on both ways:
theirs learned them as they were and then scaled what was generated.

Source: Meyer et al., "Anonymizing speech with generative adversarial networks to preserve speaker
    privacy", SLT 2022, and the published configuration.
"""


@dataclass(frozen=True, eq=False)
class Rivals:
    """Both networks, their optimisers, and the average of the generator.

    Args:
        generator: learns.
        critic: learns.
        average: the generator that is used afterwards; the same object where none is averaged.
        optimizers: of generator and critic.
    """

    generator: Generator
    critic: Critic
    average: Generator
    optimizers: tuple[torch.optim.Adam, torch.optim.Adam]

    @classmethod
    def fresh(cls, sizes: GanSizes, fitting: GanFitting) -> Rivals:
        """Untrained, from the seed alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(fitting.seed)
            generator, critic = Generator(sizes), Critic(sizes)
        average = generator
        if fitting.memory:
            average = Generator(sizes)
            average.load_state_dict(generator.state_dict())
        optimizers = [
            torch.optim.Adam(network.parameters(), lr=fitting.rate, betas=(0.5, 0.999))
            for network in (generator, critic)
        ]
        return cls(generator, critic, average, (optimizers[0], optimizers[1]))


def learn(rivals: Rivals, real: Tensor, fitting: GanFitting, rng: np.random.Generator) -> float:
    """One step of each network.

    Args:
        rivals: change.
        real: (batch, dims).
        fitting: how.
        rng: gives the generator's random numbers.

    Returns:
        Cost of the transport between the real and the generated batch, 0 or more.

    Source: Liu et al., "Wasserstein GAN with quadratic transport cost", ICCV 2019, algorithm 1.
    """
    shape = (len(real), rivals.generator.sizes.latent)
    latent = torch.from_numpy(rng.standard_normal(shape).astype(np.float32))
    made = rivals.generator(latent)
    cost = _teach_critic(rivals, real, made.detach(), fitting)
    rivals.optimizers[0].zero_grad()
    (-rivals.critic(made).mean()).backward()
    rivals.optimizers[0].step()
    if fitting.memory:
        _remember(rivals, fitting.memory)
    return cost


def _teach_critic(rivals: Rivals, real: Tensor, made: Tensor, fitting: GanFitting) -> float:
    stiffness = 1.0 / real.shape[1]
    costs = stiffness / 2 * torch.cdist(real.double(), made.double()).square()
    transport = exact_transport(costs.numpy())
    rows, columns = (
        torch.from_numpy(each.astype(np.float32)) for each in (transport.rows, transport.columns)
    )
    said_real = rivals.critic(real)
    made = made.requires_grad_()
    said_made = rivals.critic(made)
    (steep,) = torch.autograd.grad(said_made.sum(), made, create_graph=True)
    # Both norms are near 0 where a generated vector is real already; roots of 0 have no gradient.
    slope = steep.square().sum(dim=1).add(1e-12).sqrt() / (2 * stiffness**0.5)
    way = (real[torch.from_numpy(transport.partners)] - made.detach()).norm(dim=1)
    penalty = (slope - stiffness**0.5 / 2 * way).square().mean() / 2
    off_real = (said_real.mean() - rows.mean()).square()
    if fitting.real_term == "each":
        off_real = (said_real - rows).square().mean()
    off_made = (said_made - columns).square().mean()
    weight = 4 * stiffness**0.5 * fitting.penalty
    rivals.optimizers[1].zero_grad()
    (off_real / 2 + off_made / 2 + weight * penalty).backward()
    rivals.optimizers[1].step()
    return float(transport.rows.mean() - transport.columns.mean())


@torch.no_grad()
def _remember(rivals: Rivals, memory: float) -> None:
    learned = rivals.generator.state_dict()
    for name, kept in rivals.average.state_dict().items():
        if kept.dtype.is_floating_point:
            kept.lerp_(learned[name], 1 - memory)
        else:
            kept.copy_(learned[name])
