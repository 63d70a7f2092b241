"""Vectors and measurements that the benchmarks of space-filling quantisation share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from voxnym.evaluation.metrics.cell_disclosure import CellDisclosure, cell_counts, cell_disclosure
from voxnym.nn.quantize import PlainQuantizer
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import even_cells
from voxnym.voices.curve_published import published_codewords

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
TRAIN_SEED, THRESHOLD_SEED, TEST_SEED = 1000, 5001, 5002
TRAIN_ROWS, ROWS = 1 << 16, 1 << 15


def spread_of(name: str) -> Floats:
    """Standard deviation of each dimension: "N2" two normals, "G64" 64 that fall off."""
    if name == "N2":
        return np.ones(2)
    falling = 1 / np.arange(1, 65)
    return np.sqrt(64 * falling / falling.sum())


def drawn(name: str, seed: int, rows: int) -> Singles:
    spread = spread_of(name)
    normal = np.random.default_rng(seed).standard_normal((rows, spread.size))
    return (normal * spread).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Sets:
    """One corpus: what curves are fitted to, cells are made even on, and both are tested on."""

    train: Singles
    threshold: Singles
    test: Singles


def normals(name: str, run: int, train_rows: int = TRAIN_ROWS, rows: int = ROWS) -> Sets:
    return Sets(
        drawn(name, TRAIN_SEED + run, train_rows),
        drawn(name, THRESHOLD_SEED, rows),
        drawn(name, TEST_SEED, rows),
    )


def d_vectors(path: Path, run: int, most: int | None = None) -> Sets:
    """Real people: two thirds to fit to, the others to test on; parted anew in each run.

    Cells are made even on the people that curves were fitted to, as with a pool of one's own.

    Args:
        path: npz file with vectors and speakers.
        run: seed of the parting.
        most: utterances of each person; None for one mean of all.
    """
    with np.load(path) as file:
        vectors, speakers = file["vectors"].astype(np.float64), file["speakers"]
    rng = np.random.default_rng(run)
    order = rng.permutation(len(speakers))
    vectors, owner = vectors[order], np.unique(speakers[order], return_inverse=True)[1]
    if most is None:
        sums = np.zeros((owner.max() + 1, vectors.shape[1]))
        np.add.at(sums, owner, vectors)
        vectors, owner = sums / np.bincount(owner)[:, None], np.arange(len(sums))
    else:
        earlier = np.array([np.sum(owner[:i] == owner[i]) for i in range(len(owner))])
        vectors, owner = vectors[earlier < most], owner[earlier < most]
    people = rng.permutation(owner.max() + 1)
    train = np.isin(owner, people[: 2 * len(people) // 3])
    mean = vectors[train].mean(axis=0)
    scale = np.sqrt(np.mean((vectors[train] - mean) ** 2))
    standard = ((vectors - mean) / scale).astype(np.float32)
    return Sets(standard[train], standard[train], standard[~train])


def neighbour_ratio(codewords: NDArray[np.floating]) -> float:
    """Mean distance of consecutive codewords, as a share of that of all pairs."""
    exact = np.asarray(codewords, np.float64)
    squares = np.einsum("id,id->i", exact, exact)
    pairs = np.sqrt(np.maximum(squares[:, None] + squares - 2 * exact @ exact.T, 0))
    steps = np.sqrt(np.sum(np.diff(exact, axis=0) ** 2, axis=1))
    return float(steps.mean() / pairs[np.triu_indices(len(exact), 1)].mean())


def mean_square(vectors: Singles, values: Floats) -> float:
    return float(np.mean((vectors - values) ** 2))


def by_nearest(codewords: NDArray[np.floating], test: Singles) -> tuple[CellDisclosure, float]:
    """Disclosure of nearest codewords, and their mean squared error."""
    corners = np.asarray(codewords, np.float64)
    codes = Curve(corners).nearest_corner(test)
    return cell_disclosure(cell_counts(codes, len(corners))), mean_square(test, corners[codes])


def released(curve: Curve, sets: Sets, cells: int) -> tuple[CellDisclosure, float]:
    """The same after occurrence normalisation as released."""
    return by_nearest(published_codewords(curve, sets.threshold, cells), sets.test)


def even(curve: Curve, sets: Sets, cells: int) -> tuple[CellDisclosure, float]:
    """The same after occurrence normalisation by quantiles of the position along the curve."""
    made = even_cells(curve, sets.threshold, cells)
    codes = made.code(sets.test)
    return cell_disclosure(cell_counts(codes, cells)), mean_square(sets.test, made.values[codes])


def plain_codewords(
    train: Singles, bits: int, seed: int, updates: int, batch: int = 64, rate: float = 1e-2
) -> Singles:
    """Plain vector quantisation: Adam with the halvings of the curve, unused ones replaced."""
    rng = np.random.default_rng(seed)
    data = torch.from_numpy(train)
    start = rng.choice(len(train), 2**bits, replace=2**bits > len(train))
    network = PlainQuantizer(data[start], commitment=0.0, seed=seed)
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.MultiStepLR(
        optimizer, [int(0.6 * updates), int(0.8 * updates)], gamma=0.5
    )
    for update in range(updates):
        rows = torch.from_numpy(rng.integers(len(train), size=batch))
        optimizer.zero_grad()
        network(data[rows]).loss.backward()
        optimizer.step()
        schedule.step()
        if update % 500 == 499 and update < 0.6 * updates:
            network.replace_unused()
    return network.codewords.detach().numpy()
