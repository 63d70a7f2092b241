"""Our linking and singling out beside the public package of the paper's authors, in one run.

    pip install voice-anonymization-legal-eval
    python benchmarks/compare_linking.py

Made-up people: unit vectors around a mean vector each, of which several make a conversation. Both
sides get the same scores. Linking is exact on both sides, so it must agree to rounding where no
scores are equal; singling out draws at random on both sides, so it must agree within three standard
errors over people. Ends with status 1 where it does not.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import sys
import time

import numpy as np
from numpy.typing import NDArray

from voxnym.evaluation.metrics import grown, linking, singled_out

PEOPLE = 200
RECORDINGS = 90
DIMS = 32
SIZES = (1, 3, 10, 30)
AMONG = (2, 20, 100, 200)
SINGLED_AMONG = 30
RUNS = 20
Floats = NDArray[np.float64]


def people(noise: float, rng: np.random.Generator) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Enrolled vectors (PEOPLE, DIMS), recordings (n, DIMS), and whose they are (n,)."""
    centres = rng.standard_normal((PEOPLE, DIMS))
    owner = np.repeat(np.arange(PEOPLE), RECORDINGS)
    enrolled = centres + 0.3 * rng.standard_normal(centres.shape)
    heard = centres[owner] + noise * rng.standard_normal((owner.size, DIMS))
    return unit(enrolled), unit(heard), owner


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def compare_linking(scores: Floats, owner: NDArray[np.intp], what: str) -> bool:
    from legal_eval import linkability
    from legal_eval.io import ScoreMatrix

    names = [f"p{i:03d}" for i in range(PEOPLE)]
    theirs = ScoreMatrix(
        scores=scores,
        enroll_speakers=names,
        test_speakers=[names[i] for i in owner],
        metadata={},
    )
    agree = True
    for among in AMONG:
        start = time.perf_counter()
        ours = linking(scores, owner, among, ties="won").value
        middle = time.perf_counter()
        exact = linkability(theirs, among, estimator="exact")[0]
        end = time.perf_counter()
        drawn = linkability(theirs, among, n_runs=5)
        lot = linking(scores, owner, among)
        agree &= abs(ours - exact) < 1e-9
        print(
            f"{what}, 1 of {among:3d}: ours {ours:.9f} theirs {exact:.9f} (drawn "
            f"{np.mean(drawn):.4f} +/- {np.std(drawn):.4f}), ties by lot {lot.value:.4f}, chance "
            f"{lot.chance:.4f}; {middle - start:.3f} s and {end - middle:.3f} s"
        )
    return bool(agree)


def compare_singling(enrolled: Floats, heard: Floats, owner: NDArray[np.intp], size: int) -> bool:
    """Cosines of a conversation's mean vector, and the mean of its recordings' cosines beside."""
    from legal_eval import singling_out
    from legal_eval.embeddings import SpeakerConversations
    from legal_eval.metrics import score_conversations

    talks, columns = {}, []
    for person in range(PEOPLE):
        mine = heard[owner == person]
        together = mine[: len(mine) // size * size].reshape(-1, size, DIMS).mean(axis=1)
        name = f"p{person:03d}"
        talks[name] = SpeakerConversations(name, together[0], list(together[1:]))
        columns.append(enrolled @ unit(together).T)
    known = {f"p{person:03d}": enrolled[person] for person in range(PEOPLE)}
    outcomes = singling_out(score_conversations(known, talks), SINGLED_AMONG, n_runs=RUNS)
    each = np.array([np.mean(runs) for runs in outcomes.values()])
    whose = np.repeat(np.arange(PEOPLE), RECORDINGS // size)
    found, by_means = (
        singled_out(matrix, labels, SINGLED_AMONG, np.random.default_rng(1), draws=RUNS)
        for matrix, labels in (
            (np.concatenate(columns, axis=1), whose),
            grown(enrolled @ heard.T, owner, size, np.random.default_rng(2)),
        )
    )
    error = float(np.sqrt(2) * each.std() / np.sqrt(PEOPLE))
    print(
        f"{size:2d} together, singled out of {SINGLED_AMONG}: ours {found.value:.4f} theirs "
        f"{each.mean():.4f} (difference +/- {error:.4f}), by mean scores {by_means.value:.4f}; "
        f"chance {found.chance_here:.3f} with so many calibration scores, {found.chance:.3f} in "
        "the limit"
    )
    return bool(abs(found.value - each.mean()) < 3 * error)


def main() -> int:
    try:
        import legal_eval
    except ModuleNotFoundError:
        print(
            "This compares with a public package that is not installed; run\n"
            "pip install voice-anonymization-legal-eval",
            file=sys.stderr,
        )
        return 2
    print(f"voice-anonymization-legal-eval {legal_eval.__version__}")
    rng = np.random.default_rng(7)
    enrolled, heard, owner = people(4.0, rng)
    scores = enrolled @ heard.T
    agree = True
    for size in SIZES:
        matrix, whose = grown(scores, owner, size, rng)
        agree &= compare_linking(matrix, whose, f"{size:2d} together")
        agree &= compare_singling(enrolled, heard, owner, size)
    agree &= compare_linking(scores.round(1), owner, "rounded scores")
    agree &= compare_linking(np.zeros_like(scores), owner, "constant scores")
    print("agree" if agree else "DIFFER")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
