"""Fitting a curve to vectors by stochastic gradients, twice as many corners at each stage.

The gradient is written out, so that a step costs two matrix products and a few passes over the
corners: about ten times less than automatic differentiation of the same loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.voices.curve_step import CurveStep, extended

Singles = NDArray[np.float32]
Start = Literal["axis", "norm", "origin"]

FIRST_CORNERS = 4
SPLIT = 0.01
"""How far apart the two corners are that one becomes, as a share of a segment."""
_HALVED_AFTER = (0.6, 0.8)
_START_ROWS = 10_000


@dataclass(frozen=True)
class Schedule:
    """How a curve is fitted. See `RELEASED` for the settings of the released program.

    Args:
        updates: at each stage.
        batch: vectors in each.
        rate: of Adam, halved after 60 % and 80 % of the updates of a stage. At the released 0.001
            a stage ends before the curve has settled: 0.003 gets as far as four times the updates.
        is_shuffled: whether vectors come in a new order in each round; the released program keeps
            their order.
        start: where the first four corners lie: "axis" means of four quarters along the axis of
            largest spread; "norm" of four quarters by Euclidean norm; "origin" the same of fresh
            random vectors instead of the data (released).

    Raises:
        InputError: something out of range.
    """

    updates: int = 5120
    batch: int = 64
    rate: float = 3e-3
    is_shuffled: bool = True
    start: Start = "axis"

    def __post_init__(self) -> None:
        if self.updates < 1 or self.batch < 1 or not 0 < self.rate < np.inf:
            raise InputError(
                f"updates={self.updates}, batch={self.batch}, rate={self.rate}: expected 1 or "
                "more, 1 or more, and above 0"
            )
        if self.start not in ("axis", "norm", "origin"):
            raise InputError(f"start={self.start!r}: expected axis, norm or origin")

    def rate_at(self, update: int) -> float:
        """Learning rate of an update, counted from 0 at each stage."""
        passed = sum(update >= int(share * self.updates) for share in _HALVED_AFTER)
        return float(self.rate * 0.5**passed)


DEFAULT = Schedule()
RELEASED = Schedule(rate=1e-3, is_shuffled=False, start="origin")


@dataclass(frozen=True, eq=False)
class Grown:
    """A curve as it was after a stage.

    Args:
        bits: binary logarithm of the number of corners.
        corners: (2^bits, dims).
        loss: mean squared error per component against the places drawn on the curve, over the
            last fifth of the stage.
    """

    bits: int
    corners: Singles
    loss: float


def fit_curve_stages(
    vectors: NDArray[np.floating],
    bits: int,
    rng: np.random.Generator,
    schedule: Schedule = DEFAULT,
) -> list[Grown]:
    """Curves of 4, 8, …, 2^bits corners, each grown from the one before.

    Equal generators give bit-equal corners where linear algebra runs on one thread. The curve of
    few bits is the same, however many bits follow it.

    Args:
        vectors: (rows, dims) of about unit spread, finite.
        bits: 2 or more.
        rng: draws the order of vectors and the places on the segments.
        schedule: of the learning.

    Raises:
        InputError: fewer than four vectors, or bits out of range.

    Source: Vali and Bäckström, "Interpretable Latent Space Using Space-Filling Curves for
        Phonetic Analysis in Voice Conversion", Interspeech 2023, section 2.1, and its program.
    """
    data = np.ascontiguousarray(vectors, np.float32)
    if data.ndim != 2 or len(data) < FIRST_CORNERS or not np.isfinite(data).all():
        raise InputError(f"vectors of shape {data.shape}: expected (4 or more, dims), all finite")
    if not 2 <= bits <= 16:
        raise InputError(f"bits={bits}: expected 2 to 16")
    corners = first_corners(data, rng, schedule.start)
    stages: list[Grown] = []
    for _ in range(2, bits + 1):
        if stages:
            corners = grow(stages[-1].corners)
        stages.append(fit_stage(data, corners, rng, schedule))
    return stages


def first_corners(data: Singles, rng: np.random.Generator, start: Start) -> Singles:
    """(4, dims) means of four quarters of some 10,000 vectors; see `Schedule.start`."""
    some = data[:: -(-len(data) // _START_ROWS)]
    if start == "origin":
        some = rng.standard_normal((_START_ROWS, data.shape[1]), np.float32)
    if start == "axis":
        centred = some.astype(np.float64) - some.mean(axis=0, dtype=np.float64)
        axis = np.linalg.eigh(centred.T @ centred)[1][:, -1]
        # The sign of an eigenvector is the library's choice; ours is the same everywhere.
        rank = centred @ (axis * np.sign(axis[np.abs(axis).argmax()]))
    else:
        rank = np.sqrt(np.einsum("id,id->i", some, some))
    quarters = np.array_split(some[np.argsort(rank, kind="stable")], FIRST_CORNERS)
    return np.stack([quarter.mean(axis=0, dtype=np.float64) for quarter in quarters]).astype(
        np.float32
    )


def grow(corners: Singles) -> Singles:
    """Twice as many corners on the same curve: each becomes two that are close together."""
    n = len(corners)
    early = np.arange(n) < n // 2
    # Both ends stay; in the first half the new corner follows the old one, in the second it leads.
    positions = np.arange(n)[:, None] + np.where(early[:, None], [0, SPLIT], [-SPLIT, 0])
    flat = positions.ravel()
    segment = np.clip(np.floor(flat).astype(np.intp), 0, n - 2)
    share = (flat - segment)[:, None]
    grown = (1 - share) * corners[segment] + share * corners[segment + 1]
    return np.asarray(grown, np.float32)


def fit_stage(
    data: Singles, corners: Singles, rng: np.random.Generator, schedule: Schedule
) -> Grown:
    """One stage: the same number of corners, better placed.

    Args:
        data: (rows, dims) of about unit spread.
        corners: (2^bits, dims) to begin with.
        rng: draws the order of vectors and the places on the segments.
        schedule: of the learning.
    """
    size = min(schedule.batch, len(data))
    step = CurveStep(corners, size)
    errors: list[float] = []
    batches = _batches(extended(data), size, len(corners) - 1, rng, schedule.is_shuffled)
    for update in range(schedule.updates):
        batch, shares = next(batches)
        step.take(batch, shares, schedule.rate_at(update))
        if update >= int(_HALVED_AFTER[-1] * schedule.updates):
            errors.append(step.error(batch))
    return Grown(len(corners).bit_length() - 1, step.corners, float(np.mean(errors)))


def _batches(
    data: Singles, size: int, segments: int, rng: np.random.Generator, is_shuffled: bool
) -> Iterator[tuple[Singles, Singles]]:
    """Batches without end, each with a place on every segment; a round ends where none is full."""
    rounds = len(data) // size
    while True:
        ordered = data[rng.permutation(len(data))] if is_shuffled else data
        shares = rng.random((rounds, segments), np.float32)
        for turn in range(rounds):
            yield ordered[turn * size : (turn + 1) * size], shares[turn]
