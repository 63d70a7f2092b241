"""How often 95 % intervals of the equal error rate hold the true value, by way of resampling.

    python benchmarks/bootstrap_coverage.py [--rates R ...] [--people S ...] [--corpora N]

Corpora with known truth: voices are Gaussian in 16 dimensions, so are the changes from utterance
to utterance; a score is the cosine of one utterance and the mean of three enrolled ones, ten
utterances a person are tried against everybody. The changes are scaled until a very large corpus
has the rate asked for. Three ways of drawing: trials, people heard, people on both sides. The table
is Markdown for docs/results.md.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.metrics import (
    eer,
    eer_replicates,
    interval,
    replicated,
    resamples,
    trial_replicates,
    weighted_eer,
)

Floats = NDArray[np.float64]
DIMS = 16
ENROLLED = 3
TRIED = 10
LARGE = 500
BISECTIONS = 14
REPEATS = 4
WAYS = ("trials", "heard", "both")


@dataclass(frozen=True, eq=False)
class Corpus:
    scores: Floats
    target: NDArray[np.bool_]
    claimed: NDArray[np.intp]
    heard: NDArray[np.intp]

    @property
    def eer(self) -> float:
        return eer(self.scores[self.target], self.scores[~self.target]).value


def corpus(people: int, change: float, tried: int, rng: np.random.Generator) -> Corpus:
    voices = rng.standard_normal((people, 1, DIMS))
    enrolled = (voices + change * rng.standard_normal((people, ENROLLED, DIMS))).mean(axis=1)
    said = (voices + change * rng.standard_normal((people, tried, DIMS))).reshape(-1, DIMS)
    enrolled /= np.linalg.norm(enrolled, axis=1, keepdims=True)
    said /= np.linalg.norm(said, axis=1, keepdims=True)
    heard = np.tile(np.repeat(np.arange(people), tried), people)
    claimed = np.repeat(np.arange(people), people * tried)
    return Corpus((enrolled @ said.T).ravel(), claimed == heard, claimed, heard)


@cache
def change_for(rate: float) -> float:
    """Scale of the changes that gives a large corpus this rate; the same draws at every step."""
    low, high = 0.05, 50.0
    for _ in range(BISECTIONS):
        middle = float(np.sqrt(low * high))
        found = corpus(LARGE, middle, 2, np.random.default_rng(0)).eer
        low, high = (middle, high) if found < rate else (low, middle)
    return float(np.sqrt(low * high))


@cache
def true_rate(change: float) -> float:
    """Mean of several large corpora: the rate of one still depends on who is in it."""
    return float(
        np.mean(
            [corpus(LARGE, change, 5, np.random.default_rng([1, i])).eer for i in range(REPEATS)]
        )
    )


def drawn(way: str, c: Corpus, people: int, replicates: int, rng: np.random.Generator) -> Floats:
    statistic = weighted_eer(c.scores, c.target)
    if way == "trials":
        return trial_replicates(statistic, c.target, rng, replicates)
    counts = resamples(people, rng, replicates)
    if way == "heard":
        return replicated(statistic, counts, c.heard)
    return eer_replicates(c.scores, c.target, c.claimed, c.heard, counts)


def measured(
    rate: float, people: int, corpora: int, replicates: int
) -> dict[str, tuple[float, float]]:
    """Coverage and mean width in points, for each way of drawing."""
    change = change_for(rate)
    truth = true_rate(change)
    rng = np.random.default_rng([round(1000 * rate), people])
    held, width = dict.fromkeys(WAYS, 0), dict.fromkeys(WAYS, 0.0)
    for _ in range(corpora):
        one = corpus(people, change, TRIED, rng)
        for way in WAYS:
            found = interval(one.eer, drawn(way, one, people, replicates, rng))
            held[way] += found.low <= truth <= found.high
            width[way] += 100 * (found.high - found.low) / corpora
    return {way: (held[way] / corpora, width[way]) for way in WAYS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.05, 0.20, 0.35])
    parser.add_argument("--people", type=int, nargs="+", default=[10, 20, 40])
    parser.add_argument("--corpora", type=int, default=100)
    parser.add_argument("--replicates", type=int, default=200)
    chosen = parser.parse_args()
    print(f"{chosen.corpora} corpora, {chosen.replicates} replicates; share held (width, points)\n")
    print("| true EER, people | trials | people heard | people on both sides |\n|---|---|---|---|")
    for rate in chosen.rates:
        for people in chosen.people:
            found = measured(rate, people, chosen.corpora, chosen.replicates)
            cells = [f"{share:.2f} ({width:.1f})" for share, width in found.values()]
            print(f"| {100 * rate:g} %, {people} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
