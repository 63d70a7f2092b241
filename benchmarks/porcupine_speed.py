"""Fitting a space-filling curve: the straightforward loop against ours, in one run on one thread.

    python benchmarks/porcupine_speed.py [--updates N] [--repeats N] [--large]

CPU seconds per 1,000 updates of 64 vectors, both ways in turns, median of the repeats; both are
given the same random numbers, and after an equal number of updates their mean squared error on
fresh vectors is compared. The gates are 8 times at (64 dims, 64 codewords), 6 times at (192, 64).
Prints a Markdown table; exit code 1 where a gate is missed.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np
import spacefill_reference as reference
import torch
from numpy.typing import NDArray

from voxnym.voices.curve import Curve
from voxnym.voices.curve_fit import RELEASED, fit_stage

Singles = NDArray[np.float32]
SIZES = ((2, 16), (2, 64), (64, 16), (64, 64), (128, 32), (192, 64))
LARGE = (192, 1024)
GATES = {(64, 64): 8.0, (192, 64): 6.0}
PUBLISHED_SECONDS = {
    (2, 16): 0.87,
    (2, 64): 0.93,
    (64, 16): 0.77,
    (64, 64): 1.06,
    (128, 32): 1.04,
    (192, 64): 1.66,
    LARGE: 69.3,
}
"""CPU seconds per 1,000 updates of the released program, as measured before."""
LARGEST_DIFFERENCE = 0.001
"""Of both mean squared errors, as a share."""


def straightforward(codewords: Singles, data: Singles, updates: int) -> Singles:
    return reference.train_stage(codewords, data, np.random.default_rng(1), updates=updates)


def ours(codewords: Singles, data: Singles, updates: int) -> Singles:
    schedule = replace(RELEASED, updates=updates)
    return fit_stage(data, codewords, np.random.default_rng(1), schedule).corners


def measure(dims: int, count: int, updates: int, repeats: int) -> tuple[float, float, float, float]:
    """CPU seconds per 1,000 updates of both ways, and the errors that they reach."""
    rng = np.random.default_rng(0)
    spread = np.sqrt(dims / np.arange(1, dims + 1) / np.sum(1 / np.arange(1, dims + 1)))
    data = (rng.standard_normal((1 << 15, dims)) * spread).astype(np.float32)
    fresh = rng.standard_normal((1 << 13, dims)) * spread
    codewords = data[:count]
    spent: dict[str, list[float]] = {"slow": [], "fast": []}
    errors: dict[str, float] = {}
    for repeat in range(repeats + 1):
        for name, way in (("slow", straightforward), ("fast", ours)):
            start = time.process_time()
            found = way(codewords, data, updates)
            if repeat:  # the first round loads libraries and fills caches
                spent[name].append((time.process_time() - start) * 1000 / updates)
            curve = Curve(found.astype(np.float64))
            errors[name] = float(np.mean((fresh - curve.project(fresh).points) ** 2))
    slow, fast = statistics.median(spent["slow"]), statistics.median(spent["fast"])
    return slow, fast, errors["slow"], errors["fast"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--large", action="store_true", help="also 192 dims, 1,024 codewords")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(
        "| dims, codewords | released, as published | straightforward | ours | times | MSE, both |"
    )
    print("|---|---|---|---|---|---|")
    is_good = True
    for size in (*SIZES, LARGE) if chosen.large else SIZES:
        updates = chosen.updates if size != LARGE else max(1, chosen.updates // 20)
        slow, fast, before, after = measure(*size, updates, chosen.repeats)
        gain, same = slow / fast, abs(after / before - 1) <= LARGEST_DIFFERENCE
        is_good &= same and gain >= GATES.get(size, 0.0)
        print(
            f"| {size[0]}, {size[1]} | {PUBLISHED_SECONDS[size]:.2f} | {slow:.2f} | {fast:.3f} | "
            f"{gain:.1f} | {before:.4f} {after:.4f} |",
            flush=True,
        )
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
