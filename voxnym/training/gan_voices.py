"""Learning a generator of voices from a pool; a killed training goes on where it was."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxnym.errors import InputError
from voxnym.nn.gan_voices import GanSizes, plain_arrays, roomy
from voxnym.records import Gender
from voxnym.training.gan_keeping import GanState
from voxnym.training.gan_steps import GanFitting, Rivals, learn
from voxnym.training.transport import exact_transport
from voxnym.voices.gan import NEW_EACH_TIME, GanDrawing, GanVoices
from voxnym.voices.gan_network import GanNetwork
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.model import Fact
from voxnym.voices.norm_law import norm_quantiles
from voxnym.voices.people import People
from voxnym.voices.pool import Pool

Floats = NDArray[np.float64]
OURS = GanFitting(150)
"""1,350 steps for 650 people: about a minute of processor time."""
_KEPT_EVERY = 25
_LOOKED_AT = 2000


@dataclass(frozen=True, eq=False)
class Learned:
    """What a training came to.

    Args:
        model: ready to draw from.
        steps: of both networks.
        cost: mean transport cost to real batches over the last epoch.
        held_out_cost: cost of the transport between people who were not learned from, and as many
            voices that were made; None where there were none.
        held_out_floor: the same between them and as many that were learned from.
    """

    model: GanVoices
    steps: int
    cost: float
    held_out_cost: float | None
    held_out_floor: float | None


def learn_voices(
    pool: Pool,
    fitting: GanFitting = OURS,
    sizes: GanSizes | None = None,
    drawing: GanDrawing = NEW_EACH_TIME,
    folder: Path | None = None,
) -> Learned:
    """Train on the processor.

    Args:
        pool: one or several vectors of each person.
        fitting: how.
        sizes: of the networks; by default `roomy` ones.
        drawing: how voices are drawn from what is learned.
        folder: where the state is kept, and found again; None to keep none.

    Raises:
        InputError: fewer vectors than a batch, sizes for other vectors, or a folder that holds
            another training.
    """
    sizes = sizes or roomy(pool.dims)
    if sizes.dims != pool.dims:
        raise InputError(f"sizes for {sizes.dims} dimensions; the pool's vectors have {pool.dims}")
    learned, held_out = _split(pool, fitting)
    mean, deviation = _scale(pool.vectors[learned], fitting.by_dimension)
    scaled = (pool.vectors - mean) / np.where(deviation > 0, deviation, 1.0)
    real = torch.from_numpy(scaled[learned].astype(np.float32))
    turns = _Turns.of(pool, learned, fitting)
    if turns.count < fitting.batch:
        raise InputError(
            f"{turns.count} {'people' if fitting.by_person else 'vectors'} to learn from; expected "
            f"a batch of {fitting.batch} or more"
        )
    rivals = Rivals.fresh(sizes, fitting)
    cost = _run(rivals, real, turns, fitting, GanState.of(folder, pool, fitting, sizes))
    steps = fitting.epochs * (turns.count // fitting.batch)
    about: dict[str, Fact] = {
        "fitting": dataclasses.asdict(fitting), "sizes": dataclasses.asdict(sizes),
        "steps": steps, "rows": len(real), "people": pool.people, "pool": pool.digest,
    }  # fmt: skip
    weights = {k: v.double().numpy() for k, v in plain_arrays(rivals.average).items()}
    network = GanNetwork(weights)
    costs = _held_out_costs(network, scaled, learned, held_out)
    if fitting.match:
        mean, deviation = _matched(network, pool.vectors[learned[turns.heard_once()]])
    model = _model(network, pool, (mean, deviation), drawing, about)
    return Learned(model, steps, cost, *costs)


@dataclass(frozen=True, eq=False)
class _Turns:
    """Which vectors a round visits.

    Args:
        owner: (rows,) whose each is, from 0, where each person counts once; otherwise the rows.
    """

    owner: NDArray[np.int64]

    @classmethod
    def of(cls, pool: Pool, learned: NDArray[np.int64], fitting: GanFitting) -> _Turns:
        if not fitting.by_person:
            return cls(np.arange(len(learned)))
        names = np.asarray(pool.speakers)[learned]
        return cls(np.unique(names, return_inverse=True)[1].astype(np.int64))

    @property
    def count(self) -> int:
        """Vectors in a round."""
        return int(self.owner.max()) + 1 if self.owner.size else 0

    def heard_once(self) -> NDArray[np.int64]:
        """Rows of a round, always the same ones."""
        return np.unique(self.owner, return_index=True)[1]

    def batches(self, rng: np.random.Generator, size: int) -> tuple[Tensor, ...]:
        """Rows of one round, in batches of this size; what is left over has to wait."""
        shuffled = rng.permutation(self.owner.size)
        _, firsts = np.unique(self.owner[shuffled], return_index=True)
        order = rng.permutation(shuffled[firsts])
        whole = order.size // size * size
        return tuple(torch.from_numpy(rows) for rows in order[:whole].reshape(-1, size))


def _run(
    rivals: Rivals, real: Tensor, turns: _Turns, fitting: GanFitting, state: GanState
) -> float:
    """All epochs that are missing; the mean cost of the last one."""
    costs = [math.nan]
    for epoch in range(state.load(rivals), fitting.epochs):
        # From seed and epoch alone, so that a killed training goes on as if nothing had been.
        rng = np.random.default_rng([fitting.seed, epoch])
        for optimizer in rivals.optimizers:
            optimizer.param_groups[0]["lr"] = _rate(fitting, epoch)
        batches = turns.batches(rng, fitting.batch)
        costs = [learn(rivals, real[rows], fitting, rng) for rows in batches]
        if (epoch + 1) % _KEPT_EVERY == 0 or epoch + 1 == fitting.epochs:
            state.save(rivals, epoch + 1)
    return float(np.mean(costs))


def _rate(fitting: GanFitting, epoch: int) -> float:
    way = 0.5 * (1 + math.cos(math.pi * epoch / fitting.epochs))
    return fitting.rate * (fitting.last_rate + (1 - fitting.last_rate) * way)


def _split(pool: Pool, fitting: GanFitting) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows to learn from, and rows of other people."""
    names = sorted(set(pool.speakers))
    rng = np.random.default_rng([fitting.seed, 0x5EED])
    count = int(fitting.held_out * len(names))
    apart = {names[i] for i in rng.permutation(len(names))[:count]}
    held = np.array([name in apart for name in pool.speakers])
    return np.flatnonzero(~held), np.flatnonzero(held)


def _scale(vectors: Floats, by_dimension: bool) -> tuple[Floats, Floats]:
    if by_dimension:
        return vectors.mean(axis=0), vectors.std(axis=0)
    dims = vectors.shape[1]
    return np.full(dims, vectors.mean()), np.full(dims, vectors.std())


def _matched(network: GanNetwork, vectors: Floats) -> tuple[Floats, Floats]:
    """Scale that gives what is generated the mean and deviation of vectors (rows, dims)."""
    rng = np.random.default_rng(0)
    made = network(rng.standard_normal((_LOOKED_AT, network.latent)))
    deviation = vectors.std(axis=0) / np.maximum(made.std(axis=0), 1e-9)
    return vectors.mean(axis=0) - deviation * made.mean(axis=0), deviation


def _model(
    network: GanNetwork,
    pool: Pool,
    scale: tuple[Floats, Floats],
    drawing: GanDrawing,
    about: dict[str, Fact],
) -> GanVoices:
    means = pool.means()
    people = People.of(means)
    line = GenderLine.fit(means)
    genders: tuple[Gender, ...] = ("unknown", *sorted(people.genders)) if line.known else (
        "unknown",
    )  # fmt: skip
    axes = {gender: people.axis(gender) for gender in genders}
    norms = norm_quantiles(pool.vectors)
    return GanVoices(pool.embedder, network, *scale, axes, line, norms, drawing, about)


def _held_out_costs(
    network: GanNetwork,
    scaled: Floats,
    learned: NDArray[np.int64],
    held_out: NDArray[np.int64],
) -> tuple[float | None, float | None]:
    count = min(len(learned), len(held_out))
    if not count:
        return None, None
    rng = np.random.default_rng(0)
    aside = scaled[rng.permutation(held_out)[:count]]
    made = network(rng.standard_normal((count, network.latent)))
    real = scaled[rng.permutation(learned)[:count]]
    return _cost(aside, made), _cost(aside, real)


def _cost(a: Floats, b: Floats) -> float:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None] - 2 * a @ b.T
    transport = exact_transport(np.maximum(squares, 0) / 2 / a.shape[1])
    return float(transport.rows.mean() - transport.columns.mean())
