"""Equal error rate by sorting against the quadratic reading, and ten million scores, in one run.

    python benchmarks/metric_speed.py [--trials N] [--many N] [--repeats N]

The quadratic reading is the definition taken literally: every distinct score and every midpoint is
a threshold, and the trials are counted anew at each. CPU seconds of one thread, median of the
repeats, so that other programs on the machine count for little. The tables are Markdown for
docs/results.md.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation import metrics

Floats = NDArray[np.float64]
TARGET_SHARE = 0.05
LEAST_GAIN = 100
MOST_SECONDS = 20.0
PEOPLE = 40


def quadratic_eer(target: Floats, other: Floats) -> tuple[float, float]:
    """Rate and threshold; each comparison runs over all trials in NumPy."""
    scores = np.unique(np.concatenate([target, other]))
    thresholds = np.sort(np.concatenate([scores, (scores[1:] + scores[:-1]) / 2]))
    best, found = np.inf, (np.nan, np.nan)
    for threshold in thresholds:
        miss = (target <= threshold).sum() / target.size
        alarm = (other > threshold).sum() / other.size
        if abs(alarm - miss) < best:
            best, found = abs(alarm - miss), ((alarm + miss) / 2, float(threshold))
    return found


def drawn(trials: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    targets = max(1, round(TARGET_SHARE * trials))
    return rng.standard_normal(targets) + 1.5, rng.standard_normal(trials - targets)


def seconds(action: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        action()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def against_definition(trials: int, repeats: int, rng: np.random.Generator) -> bool:
    target, other = drawn(trials, rng)
    ours = metrics.eer(target, other)
    rate, threshold = quadratic_eer(target, other)
    same = abs(ours.value - rate) < 1e-12 and ours.threshold == threshold
    slow = seconds(lambda: quadratic_eer(target, other), 1)
    fast = seconds(lambda: [metrics.eer(target, other) for _ in range(20)], repeats) / 20
    print(f"| {trials:,} scores | CPU s |\n|---|---|")
    print(f"| every threshold anew | {slow:.3f} |\n| by sorting | {fast:.5f} |")
    print(f"\n{slow / fast:,.0f} times faster; {'the same' if same else 'NOT the same'} value\n")
    return same and slow / fast >= LEAST_GAIN


def many_scores(trials: int, repeats: int, rng: np.random.Generator) -> bool:
    target, other = drawn(trials, rng)
    longest = 0.0
    print(f"| {trials:,} scores | CPU s |\n|---|---|")
    for name in ("eer", "rocch_eer", "cllr", "min_cllr", "det_points", "tpr_at_fpr"):
        metric = getattr(metrics, name)
        taken = seconds(partial(metric, target, other), repeats)
        longest = max(longest, taken)
        print(f"| `{name}` | {taken:.2f} |", flush=True)
    return longest <= MOST_SECONDS


def replicates(trials: int, rng: np.random.Generator) -> None:
    heard = rng.integers(0, PEOPLE, trials)
    claimed = np.where(rng.random(trials) < TARGET_SHARE, heard, rng.integers(0, PEOPLE, trials))
    target = claimed == heard
    scores = rng.standard_normal(trials) + 1.5 * target
    counts = metrics.resamples(PEOPLE, rng)
    taken = seconds(lambda: metrics.eer_replicates(scores, target, claimed, heard, counts), 1)
    print(f"\n{len(counts)} joint resamples of {trials:,} trials: {taken:.2f} CPU s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=11_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    is_fast = against_definition(chosen.trials, chosen.repeats, rng)
    is_quick = many_scores(chosen.many, chosen.repeats, rng)
    replicates(chosen.trials, rng)
    return 0 if is_fast and is_quick else 1


if __name__ == "__main__":
    raise SystemExit(main())
