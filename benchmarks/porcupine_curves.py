"""Disclosure by bits: plain and space-filling quantisation, as trained, as released, and made even.

    python benchmarks/porcupine_curves.py [--bits 4 10] [--runs 5] [--vectors FILE] [--plots FOLDER]

N2 and G64 as in porcupine_gates.py, tested on 10,240 vectors as in the paper; with --vectors, an
npz file of real ones (vectors, speakers), people parted anew in each run: "people" is a mean of
each (7 bits at most), "utterances" at most six of each. Means over runs with 2.5 and 97.5 %
quantiles, beside what chance alone makes of exactly even cells. Utterances of one person fall
together more than chance has it, so for them that floor is too low. Prints Markdown.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import porcupine_data as data
import torch

from voxnym.evaluation.metrics.cell_disclosure import CellDisclosure, disclosure_floor
from voxnym.voices.curve import Curve
from voxnym.voices.curve_fit import fit_curve_stages

TEST_ROWS = 10_240
PLAIN_UPDATES = 2_560
PEOPLE_BITS = 7
MOST_OF_A_PERSON = 6
FIGURES = ("value", "worst_plus_one", "divergence", "sparseness", "spread")
TITLES = ("average, bits", "worst (+1), bits", "KL, bits", "sparseness", "spread")
METHODS = ("plain", "curve", "released", "even")
Curves = dict[tuple[str, int], list[tuple[CellDisclosure, float]]]


def sets_of(name: str, run: int, vectors: Path | None) -> data.Sets:
    if name in ("people", "utterances"):
        assert vectors is not None
        return data.d_vectors(vectors, run, None if name == "people" else MOST_OF_A_PERSON)
    made = data.normals(name, run)
    return replace(made, test=made.test[:TEST_ROWS])


def one_run(sets: data.Sets, run: int, bits: tuple[int, int]) -> Curves:
    found: Curves = {}
    for stage in fit_curve_stages(sets.train, bits[1], np.random.default_rng(run)):
        if stage.bits < bits[0]:
            continue
        cells, curve = 2**stage.bits, Curve(stage.corners.astype(np.float64))
        plain = data.plain_codewords(sets.train, stage.bits, run, PLAIN_UPDATES)
        found["plain", stage.bits] = [data.by_nearest(plain, sets.test)]
        found["curve", stage.bits] = [data.by_nearest(stage.corners, sets.test)]
        found["released", stage.bits] = [data.released(curve, sets, cells)]
        found["even", stage.bits] = [data.even(curve, sets, cells)]
    return found


def band(values: list[float], digits: int) -> str:
    low, high = np.percentile(values, [2.5, 97.5], method="nearest")
    return f"{np.mean(values):.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def table(name: str, found: Curves, bits: tuple[int, int]) -> None:
    items = next(iter(found.values()))[0][0].items
    print(f"\n{name}, {items} test vectors in the first run\n")
    print(f"| bits | method | {' | '.join(TITLES)} | empty cells | MSE |")
    print("|---" * (4 + len(TITLES)) + "|")
    for each in range(bits[0], bits[1] + 1):
        floor = disclosure_floor(2**each, items, np.random.default_rng(0))
        by_chance = [getattr(floor, figure) for figure in FIGURES]
        cells = " | ".join(f"{b.mean:.3f} [{b.low:.3f}, {b.high:.3f}]" for b in by_chance)
        print(f"| {each} | even, by chance | {cells} | | |")
        for method in METHODS:
            runs = found[method, each]
            cells = " | ".join(band([getattr(r, f) for r, _ in runs], 3) for f in FIGURES)
            empty = np.mean([r.empty for r, _ in runs])
            error = band([e for _, e in runs], 4)
            print(f"| {each} | {method} | {cells} | {empty:.1f} | {error} |", flush=True)


def plot(name: str, found: Curves, bits: tuple[int, int], folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    at = list(range(bits[0], bits[1] + 1))
    figure, axes = plt.subplots(2, 2, figsize=(10, 8), layout="constrained")
    shown = [(f, t) for f, t in zip(FIGURES, TITLES, strict=True) if f != "value"]
    for axis, (field, title) in zip(axes.ravel(), shown, strict=True):
        for method in METHODS:
            lines = np.array([[getattr(r, field) for r, _ in found[method, b]] for b in at])
            finite = np.where(np.isfinite(lines), lines, np.nan)
            drawn = axis.plot(at, np.nanmean(finite, axis=1), marker="o", label=method)
            low, high = np.nanpercentile(finite, [2.5, 97.5], axis=1)
            axis.fill_between(at, low, high, alpha=0.2, color=drawn[0].get_color())
        items = found["plain", bits[0]][0][0].items
        floors = [disclosure_floor(2**b, items, np.random.default_rng(0)) for b in at]
        axis.plot(at, [getattr(f, field).mean for f in floors], "k:", label="even, by chance")
        if field == "worst_plus_one":
            axis.plot(at, at, "k--", label="bits")
        axis.set(xlabel="bits", ylabel=title, xticks=at)
        if field in ("divergence", "spread"):
            axis.set_yscale("log")
    axes[0, 0].legend()
    figure.suptitle(name)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"porcupine-{name}.png", dpi=100)


def claims(name: str, found: Mapping[tuple[str, int], list[tuple[CellDisclosure, float]]]) -> None:
    """Whether what the paper says of its method holds here."""
    for bits in sorted({bits for _, bits in found}):
        mean = {
            method: np.mean([r.divergence for r, _ in found[method, bits]]) for method in METHODS
        }
        released, even = mean["plain"] / mean["released"], mean["plain"] / mean["even"]
        print(f"{name}, {bits} bits: KL of plain by KL of released {released:.1f}, even {even:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bits", type=int, nargs=2, default=(4, 10), metavar=("LEAST", "MOST"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--vectors", type=Path, help="npz file of real vectors and speakers")
    parser.add_argument("--only", help="one set: N2, G64, people or utterances")
    parser.add_argument("--plots", type=Path, help="folder for PNG files")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    names = ["N2", "G64", *(["people", "utterances"] if chosen.vectors else [])]
    for name in [chosen.only] if chosen.only else names:
        most = min(chosen.bits[1], PEOPLE_BITS if name == "people" else chosen.bits[1])
        bits = (chosen.bits[0], most)
        found: Curves = {}
        for run in range(chosen.runs):
            for key, value in one_run(sets_of(name, run, chosen.vectors), run, bits).items():
                found.setdefault(key, []).extend(value)
        table(name, found, bits)
        claims(name, found)
        if chosen.plots:
            plot(name, found, bits, chosen.plots)


if __name__ == "__main__":
    main()
