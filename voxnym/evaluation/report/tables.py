"""The main results as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voxnym.evaluation.compare import Comparison
from voxnym.evaluation.report.page import ladder
from voxnym.evaluation.report.words import short, shown
from voxnym.evaluation.results import Attack, Evaluation

if TYPE_CHECKING:
    from rich.table import Table


def _table(title: str, columns: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _add(table: Table, cells: Sequence[str]) -> None:
    from rich.text import Text

    table.add_row(*(Text(cell) for cell in cells))


def ladder_table(evaluation: Evaluation) -> Table:
    """All attackers, the strongest that hears the voice marked."""
    best = evaluation.headline
    table = _table(
        f"Equal error rates in %, {evaluation.system} (50 is guessing)",
        ("attacker", "hears", "EER", "across sessions", "originals", ""),
    )
    for attack in ladder(evaluation):
        rates = (short(each) for each in (attack.eer, attack.cross_session, attack.original))
        _add(table, (attack.title, attack.hears, *rates, _mark(attack, best)))
    return table


def _mark(attack: Attack, best: Attack | None) -> str:
    if attack is best:
        return "headline"
    if attack.void:
        return "void"
    return "inverted" if attack.inverted else ""


def use_table(evaluation: Evaluation) -> Table:
    """What is left to work with."""
    table = _table("Utility", ("what", "measure", "anonymized", "original"))
    for use in evaluation.uses:
        measure = f"{use.measure} ({use.better} is better)"
        _add(table, (use.name, measure, shown(use.anonymized), shown(use.original)))
    for each in evaluation.attributes:
        measure = f"told apart (guessing: {each.chance:.0f} %)"
        _add(table, (each.name, measure, shown(each.anonymized), shown(each.original)))
    return table


def check_table(evaluation: Evaluation) -> Table:
    """Sanity checks."""
    table = _table("Sanity checks", ("check", "result", "found", "expected"))
    results = {True: "passed", False: "FAILED", None: "not done"}
    for check in evaluation.checks:
        _add(table, (check.name, results[check.passed], check.found, check.expected))
    return table


def parts_table(system: str, parts: Sequence[tuple[str, float, float]]) -> Table:
    """Leakage by part."""
    table = _table(
        f"Where identity escapes, {system}: EER % of one part alone (50 is guessing)",
        ("part", "of the original", "after the stages"),
    )
    for part, before, after in parts:
        _add(table, (part, f"{before:.1f}", f"{after:.1f}"))
    return table


def comparison_table(comparison: Comparison) -> Table:
    """Systems side by side."""
    table = _table(
        "Systems compared",
        ("system", "EER", "strongest attacker", "condition", "WER", "rank", "UAR", "rank"),
    )
    for row in comparison.rows:
        met = f"{row.condition} %" if row.condition else "none"
        ranks = [str(rank) if rank else "–" for rank in (row.wer_rank, row.uar_rank)]
        cells = (row.system, shown(row.eer), row.attacker, met, shown(row.wer), ranks[0])
        _add(table, (*cells, shown(row.uar), ranks[1]))
    return table


def difference_table(comparison: Comparison) -> Table:
    """Differences of pairs, with what may be said of them."""
    table = _table("Differences (same trials, same resamples)", ("pair", "figure", "points", ""))
    for each in comparison.differences:
        said = "differ" if each.decided else "no difference shown"
        _add(table, (f"{each.first} − {each.second}", each.what, shown(each.points), said))
    return table
