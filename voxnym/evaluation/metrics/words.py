"""Word error rate with its parts, utterance by utterance so that people can be resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.metrics.scores import Floats

Reading = Literal["words", "vpc2024"]


@dataclass(frozen=True, eq=False)
class WordErrors:
    """Errors of a recogniser.

    Args:
        value: errors per word of the reference, all utterances pooled; may exceed 1.
        substitutions: words taken for others, per word of the reference.
        deletions: words missed.
        insertions: words that nobody said.
        errors: (utterances,) errors of each.
        words: (utterances,) words of each reference.
        unit: always "1", a share.
    """

    value: float
    substitutions: float
    deletions: float
    insertions: float
    errors: Floats
    words: Floats
    unit: str = "1"


def word_errors(
    references: Sequence[str], hypotheses: Sequence[str], *, reading: Reading = "words"
) -> WordErrors:
    """Word error rate.

    Args:
        references: what was said, normalised alike on both sides by the caller.
        hypotheses: what was heard.
        reading: "words" splits at white space. "vpc2024" is the challenge's: split at single
            spaces, so that an empty text is one (wrong) word, and so is each second space.

    Raises:
        InputError: different numbers, or references without any word.

    >>> word_errors(["a b c", "d"], ["a x c", ""]).value
    0.5
    """
    if len(references) != len(hypotheses):
        raise InputError(f"{len(references)} references and {len(hypotheses)} hypotheses")
    if reading not in ("words", "vpc2024"):
        raise InputError(f"reading={reading!r}: expected words or vpc2024")
    counts = np.array(
        [_counts(r, h, reading) for r, h in zip(references, hypotheses, strict=True)]
    ).reshape(len(references), 4)
    words = counts[:, 3]
    if not words.sum():
        raise InputError("the references hold no word")
    swapped, missed, added = (float(each) for each in counts[:, :3].sum(axis=0) / words.sum())
    errors = counts[:, :3].sum(axis=1)
    return WordErrors(swapped + missed + added, swapped, missed, added, errors, words)


def _counts(reference: str, hypothesis: str, reading: Reading) -> tuple[float, ...]:
    """Substitutions, deletions, insertions and words of one utterance."""
    import jiwer

    said, heard = _tokens(reference, reading), _tokens(hypothesis, reading)
    if not said or not heard:
        return 0.0, float(len(said)), float(len(heard)), float(len(said))
    # Numbers stand for the words: the library would drop the empty ones of the published reading.
    number = {word: str(place) for place, word in enumerate(dict.fromkeys(said + heard))}
    found = jiwer.process_words(
        " ".join(number[word] for word in said), " ".join(number[word] for word in heard)
    )
    counts = (found.substitutions, found.deletions, found.insertions, len(said))
    return tuple(float(count) for count in counts)


def _tokens(text: str, reading: Reading) -> list[str]:
    return text.strip().split(" ") if reading == "vpc2024" else text.split()
