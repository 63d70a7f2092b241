import re
from dataclasses import replace

import pytest

pytest.importorskip("jinja2", reason="the report needs Jinja (extra report)")
pytest.importorskip("matplotlib", reason="the report needs Matplotlib (extra report)")

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from example import attack, example, rate

from voxnym.evaluation.report.json_form import from_json, read_report, to_json
from voxnym.evaluation.report.page import report_page, write_report
from voxnym.evaluation.report.words import named_rate


def test_page_asks_for_nothing_outside() -> None:
    page = report_page(example())
    for found in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert found.startswith(("data:", "#")), found
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    assert "url(" not in page.replace("url(#", "")


def test_headline_is_the_lowest_rate_of_attackers_that_hear_the_voice() -> None:
    evaluation = example()
    assert evaluation.headline is not None
    assert evaluation.headline.attacker == "d-vector fine-tuned"
    page = report_page(evaluation)
    assert "errs in 15 of 100 cases" in page
    assert "condition of 10 %" in page


def test_void_attackers_never_make_the_headline() -> None:
    evaluation = replace(
        example(),
        attacks=(
            attack("weak", "voice", "semi-informed", 5.0, void="a failed attack"),
            attack("lazy", "voice", "lazy-informed", 30.0),
        ),
    )
    assert evaluation.headline is not None
    assert evaluation.headline.attacker == "lazy"
    assert "weak: void. a failed attack" in report_page(evaluation)


def test_no_voice_attacker_no_claim() -> None:
    evaluation = replace(example(), attacks=(attack("words", "words", "lazy-informed", 44.0),))
    page = report_page(evaluation)
    assert evaluation.headline is None
    assert "nothing can be said about privacy" in page


def test_hostile_names_stay_text() -> None:
    bad = "<script>alert(1)</script>"
    evaluation = replace(example(), system=bad, attacks=(attack(bad, "voice", "ignorant", 20.0),))
    page = report_page(evaluation)
    assert bad not in page
    assert "&lt;script&gt;" in page


def test_missing_parts_leave_no_empty_sections() -> None:
    evaluation = replace(
        example(), uses=(), attributes=(), parts=(), samples=(), checks=(), cost={}, cloud=None
    )
    page = report_page(evaluation)
    for heading in ("What is left to work with", "Samples", "Sanity checks", "Cost", "escapes"):
        assert heading not in page


def test_rate_is_never_without_its_attacker() -> None:
    best = example().headline
    assert best is not None
    text = named_rate(best)
    for part in ("d-vector fine-tuned", "semi-informed", "149 people", "6.3 hours", "seed 1"):
        assert part in text


def test_json_round_trip(tmp_path: Path) -> None:
    evaluation = example()
    endless = replace(attack("odd", "voice", "ignorant", 20.0), eer=rate(float("inf")))
    odd = replace(evaluation, attacks=(endless,))
    assert from_json(to_json(evaluation)) == evaluation
    assert from_json(to_json(odd)) == odd
    write_report(evaluation, tmp_path / "out")
    assert read_report(tmp_path / "out") == evaluation


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', "{"])
def test_other_files_are_refused(text: str) -> None:
    from voxnym.errors import InputError

    with pytest.raises(InputError):
        from_json(text)


def test_values_of_the_wrong_kind_are_refused() -> None:
    from voxnym.errors import InputError

    text = to_json(example()).replace('"system": "mcadams"', '"system": 3')
    with pytest.raises(InputError, match="system"):
        from_json(text)


def test_same_evaluation_same_page() -> None:
    assert report_page(example()) == report_page(example())


def test_rate_figure_helper_is_an_interval() -> None:
    assert rate(10.0).low == 6.0
