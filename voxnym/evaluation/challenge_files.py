"""The VoicePrivacy Challenge's result files, written.

    exp/results_summary/result_for_rank_SUFFIX    what the ranking reads
    exp/asv_orig/results_SUFFIX.csv               all attacks by the network trained on originals
    exp/asv_anon_SUFFIX/results_SUFFIX.csv        the same, trained on anonymized speech
    exp/asr/results_SUFFIX.csv                    word error rates
    exp/ser/results_SUFFIX.csv                    recall of emotions, mean over people
    exp/ser/results_folds_SUFFIX.csv              the same for each person

Source: VoicePrivacy 2024 evaluation plan and its published result files.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from voxnym.audio.atomic import atomic_output
from voxnym.errors import InputError
from voxnym.evaluation.challenge_results import (
    MEANS,
    ChallengeResults,
    emotion_means,
    fold_rows,
    rank_text,
    verified,
    word_rows,
)
from voxnym.evaluation.challenge_table import csv_text


def write_challenge_results(
    results: ChallengeResults,
    folder: Path,
    before: datetime.datetime,
    after: datetime.datetime,
    *,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write all files below a folder, usually called `exp`.

    Args:
        results: all figures.
        folder: made where it is not there.
        before: when the fixed models were done.
        after: when the attacker trained on anonymized speech was.
        overwrite: whether files of an earlier run may be replaced.

    Returns:
        What was written.

    Raises:
        OutputError: a file exists or cannot be written.
    """
    suffix = results.suffix
    texts = {
        f"results_summary/result_for_rank{suffix}": rank_text(results, before, after),
        f"asv_orig/results{suffix}.csv": csv_text(verified(results.by_original)),
        f"asv_anon{suffix}/results{suffix}.csv": csv_text(verified(results.by_anonymized)),
        f"asr/results{suffix}.csv": csv_text(word_rows(results.words)),
        f"ser/results{suffix}.csv": csv_text(emotion_means(results.emotions), over=MEANS),
        f"ser/results_folds{suffix}.csv": csv_text(fold_rows(results.emotions)),
    }
    written = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_output(path, overwrite) as file:
            file.write(text.encode())
        written.append(path)
    return tuple(written)


def write_pair(
    folder: Path,
    enrolments: str,
    trials: str,
    scores: Iterable[tuple[str, str, float]],
    eer: float,
    *,
    overwrite: bool = False,
) -> None:
    """Write `scores` (SPEAKER UTTERANCE SCORE) and `EER` (a fraction) of one pair of sets.

    Args:
        folder: of the network, such as exp/asv_orig/cosine_out.
        enrolments: name of the set, with its suffix where it is anonymized.
        trials: the same.
        scores: in the order of the trials.
        eer: from 0 to 1.
        overwrite: whether files of an earlier run may be replaced.

    Raises:
        InputError: a rate that is no fraction.
        OutputError: a file exists or cannot be written.
    """
    if not 0 <= eer <= 1:
        raise InputError(f"eer={eer}: expected a fraction from 0 to 1")
    place = folder / f"{enrolments}-{trials}"
    place.mkdir(parents=True, exist_ok=True)
    with atomic_output(place / "scores", overwrite) as file:
        file.writelines(f"{who} {what} {score!r}\n".encode() for who, what, score in scores)
    with atomic_output(place / "EER", overwrite) as file:
        file.write(repr(float(eer)).encode())
