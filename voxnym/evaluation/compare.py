"""Systems side by side: privacy of each by its strongest attacker, rank by what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voxnym.errors import InputError
from voxnym.evaluation.results import Evaluation, Figure, condition, headline_rate

WORDS, EMOTION = "words", "emotion"


@dataclass(frozen=True)
class Row:
    """One system.

    Args:
        system: its name.
        attacker: the strongest that listens to the voice, with what it knows.
        eer: its equal error rate, %.
        condition: strictest VoicePrivacy 2024 condition met, %; 0 for none.
        wer: word error rate, %.
        uar: unweighted average recall of emotions, %.
        wer_rank: place by WER among the systems that meet the same condition, from 1.
        uar_rank: place by UAR there.
    """

    system: str
    attacker: str
    eer: Figure
    condition: int
    wer: Figure | None = None
    uar: Figure | None = None
    wer_rank: int | None = None
    uar_rank: int | None = None


@dataclass(frozen=True)
class Difference:
    """One system against another on the same trials and the same resamples of speakers.

    Args:
        first: a system.
        second: the other.
        what: which figure.
        points: first minus second.
        decided: whether the 95 % interval excludes zero; else neither is better.
    """

    first: str
    second: str
    what: str
    points: Figure
    decided: bool


@dataclass(frozen=True)
class Comparison:
    """Several systems.

    Args:
        rows: one for each system, the most private first.
        differences: of pairs.
        notes: what keeps them from being compared fairly.
    """

    rows: tuple[Row, ...]
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


def compared(
    evaluations: Sequence[Evaluation], differences: Sequence[Difference] = ()
) -> Comparison:
    """Set evaluations side by side.

    Raises:
        InputError: fewer than two, or one without an attacker that counts.

    Source: VoicePrivacy 2024 evaluation plan: ranks by WER and by UAR inside each condition.
    """
    if len(evaluations) < 2:
        raise InputError(f"{len(evaluations)} system to compare; expected two or more")
    rows = [_row(evaluation) for evaluation in evaluations]
    rows.sort(key=lambda row: -row.eer.value)
    ranked = tuple(_ranked(row, rows) for row in rows)
    return Comparison(ranked, tuple(differences), tuple(_notes(evaluations)))


def _row(evaluation: Evaluation) -> Row:
    best = evaluation.headline
    if best is None:
        raise InputError(
            f"{evaluation.system}: no attacker that hears the voice gave a result that counts"
        )
    rate = headline_rate(best)
    uses = {use.kind: use.anonymized for use in reversed(evaluation.uses)}
    return Row(
        evaluation.system,
        best.title,
        rate,
        condition(rate.value),
        uses.get(WORDS),
        uses.get(EMOTION),
    )


def _ranked(row: Row, rows: Sequence[Row]) -> Row:
    from dataclasses import replace

    if row.condition == 0:
        return row
    rivals = [other for other in rows if other.condition == row.condition]
    wer, uar = row.wer, row.uar
    return replace(
        row,
        wer_rank=None
        if wer is None
        else 1 + sum(r.wer is not None and r.wer.value < wer.value for r in rivals),
        uar_rank=None
        if uar is None
        else 1 + sum(r.uar is not None and r.uar.value > uar.value for r in rivals),
    )


def _notes(evaluations: Sequence[Evaluation]) -> list[str]:
    notes = []
    tried = {frozenset(a.attacker for a in e.attacks if not a.void) for e in evaluations}
    if len(tried) > 1:
        notes.append(
            "Not all systems met the same attackers: the one that met fewer may look more private."
        )
    if len({attack.trials for e in evaluations for attack in e.attacks}) > 1:
        notes.append("The trial lists differ: figures of different lists do not compare.")
    if any(e.headline and e.headline.eer.indicative for e in evaluations):
        notes.append("Figures are indicative: too few speakers or trials for a claim.")
    return notes
