"""Figures of a system in the form that the VoicePrivacy Challenge's own evaluation gives them.

Our attackers and recognisers are not the challenge's, and the format has no place to say so: say it
wherever these figures are shown.

Source: VoicePrivacy 2024 evaluation plan and the formats of its published result files.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Final, Literal

from voxnym.errors import InputError
from voxnym.evaluation.challenge_table import Row, table_text

Version = Literal["original", "anon"]
EMOTIONS: Final = ("sad", "neu", "ang", "hap")
_SER_ONLY: Final = "IEMOCAP"
"""Its words are recognised there, but do not count."""
_DIGITS: Final = 3
_TIME: Final = "%d-%m-%y_%H:%M"
"""Day first; no time zone, as there."""


_ATTACKS: Final[tuple[tuple[Version, Version], ...]] = (
    ("original", "original"),
    ("original", "anon"),
    ("anon", "anon"),
)


@dataclass(frozen=True)
class Verification:
    """An equal error rate.

    Args:
        dataset: "libri", "vctk".
        split: "dev" or "test".
        gender: "f", "m" or "mixed".
        enrolment: which version is enrolled.
        trial: which version is heard.
        eer: %.

    Raises:
        InputError: anonymized enrolment against original trials, which the challenge has not.
    """

    dataset: str
    split: str
    gender: str
    enrolment: Version
    trial: Version
    eer: float

    def __post_init__(self) -> None:
        if (self.enrolment, self.trial) not in _ATTACKS:
            raise InputError(f"enrolment={self.enrolment}, trial={self.trial}: no such attack")


@dataclass(frozen=True)
class Words:
    """A word error rate, in %."""

    dataset: str
    split: str
    version: Version
    wer: float


@dataclass(frozen=True)
class Emotion:
    """Recall of one person's emotions, in %.

    Args:
        dataset: "IEMOCAP".
        split: "dev" or "test".
        fold: of the classifier that has never heard that person.
        version: which was heard.
        uar: unweighted average recall.
        recalls: by emotion ("sad", "neu", "ang", "hap"); absent where not known.
    """

    dataset: str
    split: str
    fold: str
    version: Version
    uar: float
    recalls: Mapping[str, float]


@dataclass(frozen=True)
class ChallengeResults:
    """All figures of one system.

    Args:
        suffix: of its folders, such as "_mcadams".
        by_original: attacks by the network trained on originals, three for each pair of sets
            (original both, original and anonymized, anonymized both).
        by_anonymized: the same, trained on anonymized speech.
        words: for each set original and anonymized.
        emotions: one for each person and version.

    Raises:
        InputError: a suffix without its underscore, or one that leaves the folder.
    """

    suffix: str
    by_original: tuple[Verification, ...]
    by_anonymized: tuple[Verification, ...]
    words: tuple[Words, ...]
    emotions: tuple[Emotion, ...]

    def __post_init__(self) -> None:
        if not self.suffix.startswith("_") or "/" in self.suffix or "\\" in self.suffix:
            raise InputError(f"suffix={self.suffix!r}: expected '_' and letters")


def rank_text(
    results: ChallengeResults, before: datetime.datetime, after: datetime.datetime
) -> str:
    """The file that the ranking reads: utility and originals, then the attack that counts.

    Args:
        results: all figures.
        before: when the fixed models were done.
        after: when the attacker trained on anonymized speech was.
    """
    parts = [f"---- Time: {before.strftime(_TIME)} ----\n"]
    if results.emotions:
        parts.append(_section("SER", emotion_means(results.emotions), over=MEANS))
    untouched = _ranked(results.by_original, "original")
    if untouched:
        parts.append(_section("ASV_eval", untouched))
    words = [row for row in word_rows(results.words) if row[1]["dataset"] != _SER_ONLY]
    if words:
        parts.append(_section("ASR", sorted(words, key=_by_set)))
    parts.append(f"---- Time: {after.strftime(_TIME)} ----\n")
    attacked = _ranked(results.by_anonymized, "anon")
    if attacked:
        parts.append(_section("ASV_eval^anon", attacked))
    return "\n".join(parts)


def mean_eer(rows: Iterable[Verification], split: str) -> float:
    """The challenge's figure: the mean of the parts' equal error rates, anonymized on both sides.

    Args:
        rows: of one network.
        split: "dev" or "test".

    Raises:
        InputError: no such row.
    """
    rates = [
        row.eer
        for row in rows
        if row.split == split and row.enrolment == "anon" and row.trial == "anon"
    ]
    if not rates:
        raise InputError(f"no attack on anonymized speech of the split {split!r}")
    return sum(rates) / len(rates)


MEANS: Final = dict.fromkeys(("UAR", *(f"ACC_{each}" for each in EMOTIONS)), "mean")


def _section(name: str, rows: Sequence[Row], over: Mapping[str, str] | None = None) -> str:
    return f"---- {name} results ----\n{table_text(rows, over)}\n"


def verified(rows: Iterable[Verification]) -> list[Row]:
    """Rows of the table of attacks, in the order given.

    Numbers are those of the challenge, which has three attacks on each part of the trials
    (original both, original and anonymized, anonymized both), even where some are left out here.
    """
    parts: dict[tuple[str, str, str], int] = {}
    found: list[Row] = []
    for row in rows:
        part = parts.setdefault((row.dataset, row.split, row.gender), len(parts))
        cells: dict[str, str | float] = {
            "dataset": row.dataset,
            "split": row.split,
            "gender": row.gender,
            "enrollment": row.enrolment,
            "trial": row.trial,
            "EER": round(row.eer, _DIGITS),
        }
        found.append((len(_ATTACKS) * part + _ATTACKS.index((row.enrolment, row.trial)), cells))
    return found


def _ranked(rows: Iterable[Verification], version: Version) -> list[Row]:
    """Rows with that version on both sides, numbered by their place among all."""
    found = [
        (place, cells)
        for place, cells in verified(rows)
        if cells["enrollment"] == cells["trial"] == version
    ]
    return sorted(found, key=_by_set)


def word_rows(rows: Iterable[Words]) -> list[Row]:
    """Rows of the table of word error rates, in the order given."""
    return [
        (
            place,
            {
                "dataset": row.dataset,
                "split": row.split,
                "asr": row.version,
                "WER": round(row.wer, _DIGITS),
            },
        )
        for place, row in enumerate(rows)
    ]


def fold_rows(rows: Iterable[Emotion]) -> list[Row]:
    """Rows of the table of emotions for each person, in the order given."""
    return [(place, {**_emotion(row), **_recalls(row)}) for place, row in enumerate(rows)]


def _emotion(row: Emotion) -> dict[str, str]:
    return {"dataset": row.dataset, "split": row.split, "fold": row.fold, "ser": row.version}


def _recalls(row: Emotion) -> dict[str, float]:
    rates = {f"ACC_{name}": round(row.recalls.get(name, nan), _DIGITS) for name in EMOTIONS}
    return {"UAR": round(row.uar, _DIGITS)} | rates


def emotion_means(rows: Iterable[Emotion]) -> list[Row]:
    """Mean over people of a set, of rounded figures, as there; sorted by set and version."""
    groups: dict[tuple[str, str, str], list[dict[str, float]]] = {}
    for row in rows:
        groups.setdefault((row.dataset, row.split, row.version), []).append(_recalls(row))
    found: list[Row] = []
    for (dataset, split, version), each in sorted(groups.items()):
        means = {name: sum(one[name] for one in each) / len(each) for name in MEANS}
        cells = {"dataset": dataset, "split": split, "ser": version} | means
        found.append((len(found), cells))
    return found


def _by_set(row: Row) -> tuple[str, str]:
    return str(row[1]["dataset"]), str(row[1]["split"])
