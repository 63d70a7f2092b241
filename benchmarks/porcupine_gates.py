"""The five gates of space-filling quantisation with even cells, on two sets of normal vectors.

    python benchmarks/porcupine_gates.py [--runs N] [--short]

N2 is a standard normal in two dimensions; G64 has 64 independent ones whose variance falls as 1/d.
Each run fits a curve of 64 corners on one thread (5,120 updates at each stage), makes cells even on
a second set and tests on a third. Prints Markdown; exit code 1 where a gate is missed. The released
normalisation is run beside, and has to miss the third gate.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import time
from dataclasses import dataclass

import numpy as np
import porcupine_data as data
import torch

from voxnym.evaluation.metrics.cell_disclosure import CellDisclosure, chi2_limit
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import even_cells
from voxnym.voices.curve_fit import Grown, fit_curve_stages

BITS = (4, 5, 6)
SLACK = {"N2": 1.03, "G64": 1.01}
NEAREST = {"N2": (0.1261, 0.0641, 0.0340), "G64": (0.7079, 0.6694, 0.6374)}
EXACT = {"N2": (0.0687, 0.0334, 0.0176), "G64": (0.6919, 0.6547, 0.6256)}
RATIO = {"N2": (0.60, 0.50, 0.40), "G64": (0.68, 0.64, 0.56)}
LEAST_PLAIN_RATIO = 0.8
"""Of plain codewords, which are in no order: they have to miss the second gate."""
BEYOND = (0.16, 0.20, 0.28)
"""Bits by which the worst case may exceed the average."""


@dataclass(frozen=True)
class Found:
    """One curve on one set."""

    stage: Grown
    nearest: float
    exact: float
    raw: CellDisclosure
    ratio: float
    released: CellDisclosure
    released_error: float
    even: CellDisclosure
    even_error: float
    uneven: int


def measured(stage: Grown, sets: data.Sets) -> Found:
    curve = Curve(stage.corners.astype(np.float64))
    cells = 2**stage.bits
    raw, nearest = data.by_nearest(stage.corners, sets.test)
    released, released_error = data.released(curve, sets, cells)
    even, even_error = data.even(curve, sets, cells)
    own = np.bincount(even_cells(curve, sets.threshold, cells).code(sets.threshold))
    return Found(
        stage,
        nearest,
        data.mean_square(sets.test, curve.project(sets.test).points),
        raw,
        data.neighbour_ratio(stage.corners),
        released,
        released_error,
        even,
        even_error,
        int(own.max() - own.min()),
    )


def missed(name: str, found: Found) -> list[str]:
    """Gates 1 to 4 that this curve misses."""
    i = BITS.index(found.stage.bits)
    beyond = found.released.worst - found.released.value
    chi2 = chi2_limit(2 ** BITS[i], found.even.items, data.ROWS)
    kept = {
        "1 nearest": found.nearest <= NEAREST[name][i] * SLACK[name],
        "1 exact": found.exact <= EXACT[name][i] * SLACK[name],
        "2 order": found.ratio <= RATIO[name][i],
        "3 worst": found.even.worst <= found.even.value + BEYOND[i],
        "3 released must miss": beyond > BEYOND[i],
        "4 chi2": found.even.chi2 <= chi2,
        "4 even": found.uneven <= 1,
    }
    return [gate for gate, is_kept in kept.items() if not is_kept]


def row(name: str, run: int, found: Found, wrong: list[str]) -> str:
    return (
        f"| {name} | {run} | {found.stage.bits} | {found.stage.loss:.4f} | {found.nearest:.4f} | "
        f"{found.exact:.4f} | {found.ratio:.2f} | {found.raw.worst_plus_one:.2f} | "
        f"{found.released.worst_plus_one:.2f} | {found.even.worst:.3f} / {found.even.value:.4f} | "
        f"{found.even.chi2:.0f} | {found.released_error:.4f} / {found.even_error:.4f} | "
        f"{', '.join(wrong) or 'met'} |"
    )


def monotone(curves: list[Found]) -> bool:
    """Gate 5: more bits, less error and more disclosure."""
    errors = [each.even_error for each in curves]
    averages = [each.even.value for each in curves]
    exact = [each.exact for each in curves]
    falls = all(np.diff(values).max() < 0 for values in (errors, exact))
    return bool(falls and np.diff(averages).min() > 0)


def repeats(train: data.Singles) -> bool:
    """Gate 5: equal seeds, bit-equal corners."""
    twice = [fit_curve_stages(train, 4, np.random.default_rng(0))[-1].corners for _ in range(2)]
    return twice[0].tobytes() == twice[1].tobytes()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="one run, two dimensions only")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(
        "| set | run | bits | training loss | MSE nearest | MSE exact | ratio | raw worst (+1) | "
        "released worst (+1) | even worst / average | chi2 | MSE released / even | gates 1-4 |"
    )
    print("|---" * 13 + "|")
    is_good, seconds = True, []
    for name in ("N2",) if chosen.short else ("N2", "G64"):
        for run in range(1 if chosen.short else chosen.runs):
            sets = data.normals(name, run)
            start = time.process_time()
            stages = fit_curve_stages(sets.train, BITS[-1], np.random.default_rng(run))
            seconds.append(time.process_time() - start)
            curves = [measured(stage, sets) for stage in stages if stage.bits in BITS]
            for found in curves:
                wrong = missed(name, found)
                is_good &= not wrong
                print(row(name, run, found, wrong), flush=True)
            is_good &= monotone(curves)
            print(f"| {name} | {run} | all | gate 5, monotone: {monotone(curves)} |" + " |" * 9)
        is_good &= repeats(sets.train)
        plain = data.neighbour_ratio(data.plain_codewords(sets.train, 4, 0, 2000))
        is_good &= plain >= LEAST_PLAIN_RATIO
        print(
            f"\n{name}: equal seeds, equal bits: {repeats(sets.train)}; plain ratio {plain:.2f}\n"
        )
    print(f"CPU seconds of a fit: {min(seconds):.1f} to {max(seconds):.1f}")
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
