from dataclasses import replace

import pytest

pytest.importorskip("jinja2", reason="the report needs Jinja (extra report)")
pytest.importorskip("matplotlib", reason="the report needs Matplotlib (extra report)")

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from example import attack, example, rate

from voxnym.errors import InputError
from voxnym.evaluation.compare import Difference, compared
from voxnym.evaluation.report.compare_page import comparison_page, write_comparison
from voxnym.evaluation.report.tables import (
    check_table,
    comparison_table,
    difference_table,
    ladder_table,
    parts_table,
    use_table,
)
from voxnym.evaluation.results import Evaluation, Figure, Use


def system(name: str, eer: float, wer: float, uar: float) -> Evaluation:
    return replace(
        example(),
        system=name,
        attacks=(attack("net", "voice", "semi-informed", eer),),
        uses=(
            Use("words", "WER", "asr", rate(wer), None, "low"),
            Use("emotion, acted", "UAR", "ser", rate(uar), None, "high"),
            Use("emotion, other", "UAR", "ser", rate(99), None, "high"),
        ),
    )


def test_ranks_stand_inside_conditions() -> None:
    found = compared(
        [
            system("a", 12, 5, 60),
            system("b", 15, 4, 50),
            system("c", 25, 9, 40),
            system("d", 8, 1, 70),
        ]
    )
    rows = {row.system: row for row in found.rows}
    assert [row.system for row in found.rows] == ["c", "b", "a", "d"]
    assert (rows["a"].condition, rows["a"].wer_rank, rows["a"].uar_rank) == (10, 2, 1)
    assert (rows["b"].wer_rank, rows["b"].uar_rank) == (1, 2)
    assert (rows["c"].condition, rows["c"].wer_rank) == (20, 1)
    assert (rows["d"].condition, rows["d"].wer_rank) == (0, None)


def test_unfair_comparisons_say_so() -> None:
    other = replace(
        system("b", 15, 4, 50), attacks=(attack("other", "voice", "semi-informed", 15),)
    )
    notes = " ".join(compared([system("a", 12, 5, 60), other]).notes)
    assert "same attackers" in notes
    assert "indicative" in notes


def test_one_system_is_no_comparison() -> None:
    with pytest.raises(InputError, match="two or more"):
        compared([system("a", 12, 5, 60)])


def test_a_system_without_a_voice_attacker_is_refused() -> None:
    silent = replace(system("b", 15, 4, 50), attacks=())
    with pytest.raises(InputError, match="b: no attacker"):
        compared([system("a", 12, 5, 60), silent])


def test_page_and_tables(tmp_path: Path) -> None:
    difference = Difference("a", "<b>", "EER", Figure(-3.0, -6.0, 0.5), False)
    found = compared([system("a", 12, 5, 60), system("<b>", 15, 4, 50)], [difference])
    page = comparison_page(found)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page.replace("<body>", "")
    assert "no difference shown" in page
    assert all(path.exists() for path in write_comparison(found, tmp_path / "out"))
    tables = (
        comparison_table(found),
        difference_table(found),
        ladder_table(example()),
        use_table(example()),
        check_table(example()),
        parts_table("a", example().parts),
    )
    assert [table.row_count for table in tables] == [2, 1, 9, 3, 3, 2]
