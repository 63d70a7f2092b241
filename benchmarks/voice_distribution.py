"""Whether made voices are distributed like real ones: one Markdown table for each gender.

    python benchmarks/voice_distribution.py --data ../shared/data --cache /tmp/voices --plots plots

The readers of the train and dev parts, one utterance each, are split at random into a pool and as
many held-out people, again and again; each method makes as many voices as there are held-out
people, from the pool alone. Then all of them are the pool, and the test readers are held out.
Ends with status 1 where a negative control passes a gate that it must fail.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from voice_methods import METHODS, MUST_FAIL, ByGender
from voice_vectors import Vectors, load_vectors, save_vectors

from voxnym.evaluation.metrics.distribution import GATES
from voxnym.evaluation.metrics.distribution_cover import cover
from voxnym.evaluation.metrics.distribution_detectors import linear_detector, nearest_detector
from voxnym.evaluation.metrics.distribution_distances import discrepancy
from voxnym.evaluation.metrics.distribution_laws import cosine_law, norm_law, pair_cosines
from voxnym.evaluation.metrics.distribution_memory import memory, self_collision
from voxnym.evaluation.metrics.distribution_subspace import gender_agreement, subspace_residual
from voxnym.records import Gender

GENDERS: tuple[Gender, ...] = ("f", "m")
AXES = 20
COLUMNS: Mapping[str, tuple[str, str]] = {
    "cosine": ("cosine", ".3f"),
    "cosine_ks": ("KS", ".3f"),
    "cosine_w1": ("W1", ".3f"),
    "centred_ks": ("KS centred", ".3f"),
    "residual": ("residual", ".3f"),
    "norm_spread": ("norm sd", ".2f"),
    "nearest": ("1-NN", ".3f"),
    "linear": ("linear", ".3f"),
    "discrepancy": ("MMD", ".4f"),
    "precision": ("precision", ".2f"),
    "recall": ("recall", ".2f"),
    "coverage": ("coverage", ".2f"),
    "memory_ratio": ("nn ratio", ".3f"),
    "violations": ("violations", ".2f"),
    "hits": ("hits", ".2f"),
    "collision": ("collisions", ".2f"),
    "gender": ("gender", ".3f"),
}
NOT_OF_THE_POOL = frozenset({"centred_ks", "residual", "memory_ratio", "violations", "hits"})
"""Of the pool against others these say nothing: they look at the pool themselves."""

Split = tuple[ByGender, ByGender, np.random.Generator]
Row = dict[str, float]


def statistics(made: ByGender, held: ByGender, pool: ByGender, least: float,
               rng: np.random.Generator) -> dict[Gender, Row]:  # fmt: skip
    """All columns for each gender; `least` is the cosine from which two voices are one person's."""
    found: dict[Gender, Row] = {}
    for gender in GENDERS:
        ours, real, known = made[gender], held[gender], pool[gender]
        law, centred = cosine_law(ours, real), cosine_law(ours, real, known.mean(axis=0))
        overlap, kept = cover(ours, real), memory(ours, real, known, least)
        spread = norm_law(ours, real, known).spread
        found[gender] = {
            "cosine": float(pair_cosines(ours).mean()),
            "cosine_ks": law.value,
            "cosine_w1": law.shift,
            "centred_ks": centred.value,
            "residual": subspace_residual(ours, known, components=AXES),
            "norm_spread": 1.0 if np.isnan(spread) else spread,
            "nearest": nearest_detector(ours, real).value,
            "linear": linear_detector(ours, real, rng).value,
            "discrepancy": discrepancy(ours, real).value,
            "precision": overlap.precision,
            "recall": overlap.recall,
            "coverage": overlap.coverage,
            "memory_ratio": kept.value,
            "violations": kept.violations,
            "hits": kept.hits,
            "collision": self_collision(ours, least),
            "gender": gender_agreement(
                ours, [gender] * len(ours), np.concatenate([pool[g] for g in GENDERS]),
                [g for g in GENDERS for _ in pool[g]],
            ),
        }  # fmt: skip
    return found


def single(vectors: Vectors) -> dict[Gender, NDArray[np.float64]]:
    """One vector of each reader of the train and dev parts."""
    rows = vectors.splits != "test"
    return {g: vectors.vectors[rows & (vectors.genders == g)] for g in GENDERS}


def halves(vectors: Vectors, count: int) -> Iterator[Split]:
    """Pool and held-out people, as many of each, among the readers with one utterance."""
    for number in range(count):
        rng = np.random.default_rng([2020, number])
        people = {g: rng.permutation(v) for g, v in single(vectors).items()}
        half = {g: len(v) // 2 for g, v in people.items()}
        yield (
            {g: v[: half[g]] for g, v in people.items()},
            {g: v[half[g] : 2 * half[g]] for g, v in people.items()},
            rng,
        )


def test_readers(vectors: Vectors, count: int) -> Iterator[Split]:
    """All readers with one utterance, and one utterance each of the test readers."""
    for number in range(count):
        rng = np.random.default_rng([2021, number])
        held: dict[Gender, NDArray[np.float64]] = {}
        for gender in GENDERS:
            rows = np.flatnonzero((vectors.splits == "test") & (vectors.genders == gender))
            names = np.unique(vectors.speakers[rows])
            chosen = [rng.choice(rows[vectors.speakers[rows] == name]) for name in names]
            held[gender] = vectors.vectors[chosen]
        yield {g: rng.permutation(v) for g, v in single(vectors).items()}, held, rng


def same_person(vectors: Vectors) -> float:
    """Cosine at which test readers of one gender are as often confused as missed."""
    same, other = [], []
    for gender in GENDERS:
        rows = np.flatnonzero((vectors.splits == "test") & (vectors.genders == gender))
        cosines, who = pair_cosines(vectors.vectors[rows]), vectors.speakers[rows]
        pairs = np.triu_indices(len(rows), 1)
        equal = who[pairs[0]] == who[pairs[1]]
        same.append(cosines[equal])
        other.append(cosines[~equal])
    missed, confused = np.sort(np.concatenate(same)), np.sort(np.concatenate(other))
    places = np.concatenate([missed, confused])
    misses = np.searchsorted(missed, places) / missed.size
    confusions = 1 - np.searchsorted(confused, places) / confused.size
    return float(places[np.abs(misses - confusions).argmin()])


def organic(splits: Iterator[Split], least: float) -> dict[str, list[dict[Gender, Row]]]:
    """Real people in the place of made ones: halves of those held out; the pool, where it can."""
    rows: dict[str, list[dict[Gender, Row]]] = {"real, halves": [], "real, pool": []}
    for pool, held, rng in splits:
        middle = {g: len(v) // 2 for g, v in held.items()}
        one = {g: v[: middle[g]] for g, v in held.items()}
        two = {g: v[middle[g] : 2 * middle[g]] for g, v in held.items()}
        rows["real, halves"].append(statistics(two, one, pool, least, rng))
        few = {g: pool[g][: len(v)] for g, v in held.items()}
        found = statistics(few, held, pool, least, rng)
        for gender in GENDERS:
            found[gender] |= dict.fromkeys(NOT_OF_THE_POOL, float("nan"))
        rows["real, pool"].append(found)
    return rows


def measured(
    splits: Callable[[], Iterator[Split]], least: float
) -> dict[str, list[dict[Gender, Row]]]:
    """Of each method, one row for each split and gender."""
    rows = organic(splits(), least)
    for name, method in METHODS.items():
        rows[name] = [
            statistics(method(pool, held, rng), held, pool, least, rng)
            for pool, held, rng in splits()
        ]
        print(f"{name}: done", file=sys.stderr, flush=True)
    return rows


def failed(rows: list[dict[Gender, Row]]) -> list[str]:
    """Gates that the mean of both genders and all splits does not pass."""
    return [
        name
        for name, (low, high) in GATES.items()
        if not low <= np.mean([row[g][name] for row in rows for g in GENDERS]) <= high
    ]


def table(rows: Mapping[str, list[dict[Gender, Row]]], genders: tuple[Gender, ...]) -> str:
    """Mean over splits and genders; for one gender also where 95 % of splits lie."""
    heads = ["voices", *(head for head, _ in COLUMNS.values())]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, splits in rows.items():
        cells = [name]
        for column, (_, form) in COLUMNS.items():
            values = np.array([np.mean([row[g][column] for g in genders]) for row in splits])
            cell = "–" if np.isnan(values).any() else format(values.mean(), form)
            if len(genders) == 1 and np.isfinite(values).all():
                low, high = (format(x, form) for x in np.percentile(values, [2.5, 97.5]))
                cell += f" ({low} to {high})"
            cells.append(cell)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(title: str, rows: Mapping[str, list[dict[Gender, Row]]]) -> None:
    """Print tables: mean of both genders, then each."""
    print(f"\n## {title}\n\nMean of both genders:\n\n{table(rows, GENDERS)}\n")
    for gender in GENDERS:
        print(f"Gender {gender}, mean and 95 % of splits:\n\n{table(rows, (gender,))}\n")


def gates(rows: Mapping[str, list[dict[Gender, Row]]]) -> bool:
    """Print which gates each method misses; whether all controls miss those that they must."""
    good = True
    print("| voices | gates not passed |\n|---|---|")
    for name in METHODS:
        missed = failed(rows[name])
        print(f"| {name} | {', '.join(missed) or 'none'} |")
        passed = MUST_FAIL.get(name, frozenset()) - set(missed)
        if passed:
            good = False
            print(f"{name}: passes {', '.join(sorted(passed))}, which it must not", file=sys.stderr)
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the collection")
    parser.add_argument("--cache", type=Path, required=True, help="folder of librispeech.npz")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--plots", type=Path, help="folder for PNG files")
    given = parser.parse_args()
    file = given.cache / "librispeech.npz"
    if not file.is_file():
        if given.data is None:
            parser.error(f"{file} is not there; give --data to make it")
        save_vectors(file, given.data)
    vectors = load_vectors(file)
    least = same_person(vectors)
    print(f"Embedder {vectors.embedder}; same person from cosine {least:.3f}.")
    rows = measured(lambda: halves(vectors, given.splits), least)
    report(f"{given.splits} disjoint splits of the readers with one utterance", rows)
    good = gates(rows)
    # Test readers were recorded for other parts of the corpus, and speak for half as long: real
    # people of the pool are the measure here, not gates that were set for one population.
    rows = measured(lambda: test_readers(vectors, given.splits), least)
    report("Fitted to all of them, against the test readers; compare with `real, pool`", rows)
    if given.plots:
        from voice_plots import draw_plots

        draw_plots(given.plots, *next(halves(vectors, 1)))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
