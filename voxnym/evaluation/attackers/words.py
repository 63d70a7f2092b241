"""An attacker that reads: who says which words. No change of voice can hide them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.attack import Hears, Knowledge, Verdict
from voxnym.evaluation.attackers.sides import must_be_untrained
from voxnym.evaluation.scene import Scene

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
LETTERS: Final = (3, 4, 5)
"""Lengths of the pieces of words that count beside whole words."""


@dataclass(frozen=True)
class Words:
    """Words and pieces of words, weighted by how rare they are; cosine of enrolment and trial.

    It reads the corpus's transcripts, as if recognition made no mistake: the most that words can
    tell. The figure is the same for every system that keeps the words.

    Args:
        knowledge: only a name here, since the transcript is the same on both sides.

    Raises:
        InputError: knowledge that cannot be used.

    Source: K. Spärck Jones, "A statistical interpretation of term specificity and its application
        in retrieval", Journal of Documentation 28 (1972).
    """

    knowledge: Knowledge = "lazy-informed"
    hears: ClassVar[Hears] = "words"

    def __post_init__(self) -> None:
        must_be_untrained(self.knowledge)

    @property
    def name(self) -> str:
        """What it reads."""
        return "transcript, words and letters"

    def __call__(self, scene: Scene) -> Verdict:
        """Compare what is said.

        Raises:
            InputError: utterances of the trials without a transcript.
        """
        trials = scene.trials
        texts = {id: scene.utterances[id].text for id in (*trials.enrolments, *trials.utterances)}
        missing = sorted(id for id, text in texts.items() if text is None)
        if missing:
            raise InputError(
                f"{len(missing)} of {len(texts)} utterances have no transcript, first {missing[0]}"
            )
        others = [scene.utterances[id].text or "" for id in scene.training]
        said = [
            " ".join(_said(texts, trials.enrolments, trials.enrolment_owner == person))
            for person in range(len(trials.speakers))
        ]
        heard = [texts[id] or "" for id in trials.utterances]
        enrol, trial = weighted(said, heard, others)
        return Verdict(np.asarray((enrol @ trial.T).toarray(), np.float64))


def _said(
    texts: dict[str, str | None], ids: Sequence[str], chosen: NDArray[np.bool_]
) -> Iterator[str]:
    return (texts[id] or "" for id, mine in zip(ids, chosen, strict=True) if mine)


def terms(text: str) -> Counter[str]:
    """Words, and the pieces of each word with its edges marked, and how often they stand there.

    >>> sorted(terms("to be"))
    [' be ', ' to ', '<be', '<be>', '<to', '<to>', 'be>', 'to>']
    """
    found: Counter[str] = Counter()
    for word in _letters(text).split():
        found[f" {word} "] += 1
        edged = f"<{word}>"
        for size in LETTERS:
            found.update(edged[i : i + size] for i in range(len(edged) - size + 1))
    return found


def _letters(text: str) -> str:
    kept = (letter if letter.isalnum() or letter == "'" else " " for letter in text.casefold())
    return "".join(kept)


def weighted(
    said: Sequence[str], heard: Sequence[str], others: Sequence[str]
) -> tuple[csr_array, csr_array]:
    """Unit vectors of texts: logarithmic counts times how rare a term is over all texts.

    Args:
        said: text of each enrolled person.
        heard: text of each trial.
        others: further texts, only to count how rare terms are.

    Returns:
        (people, terms) and (trials, terms).
    """
    counts = [terms(text) for text in (*said, *heard)]
    column = {term: i for i, term in enumerate(sorted(set().union(*counts)))}
    holding = np.zeros(len(column))
    for each in (*counts, *map(terms, others)):
        holding[[column[term] for term in each if term in column]] += 1
    rare = np.log((1 + len(counts) + len(others)) / (1 + holding)) + 1
    rows = _rows(counts, column, rare)
    return rows[: len(said)], rows[len(said) :]


def _rows(counts: Sequence[Counter[str]], column: dict[str, int], rare: Floats) -> csr_array:
    from scipy.sparse import csr_array

    row = np.repeat(np.arange(len(counts)), [len(each) for each in counts])
    places = np.array([column[term] for each in counts for term in each], np.intp)
    often = np.array([number for each in counts for number in each.values()], np.float64)
    values = (1 + np.log(often)) * rare[places]
    length = np.sqrt(np.bincount(row, values**2, len(counts)))
    shape = (len(counts), len(column))
    return csr_array((values / np.maximum(length, 1e-12)[row], (row, places)), shape=shape)
