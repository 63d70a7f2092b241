"""Systems side by side as one page, with privacy drawn against what is left."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from voxnym.evaluation.compare import Comparison, Row
from voxnym.evaluation.report import plots
from voxnym.evaluation.report.page import Picture, environment
from voxnym.evaluation.results import Figure

PAGE_NAME = "comparison.html"
JSON_NAME = "comparison.json"


def write_comparison(comparison: Comparison, folder: Path) -> tuple[Path, Path]:
    """Write the page and the JSON into a folder.

    Raises:
        OutputError: they cannot be written.
        MissingExtraError: Matplotlib or Jinja is not installed.
    """
    from voxnym.audio.atomic import atomic_output

    folder.mkdir(parents=True, exist_ok=True)
    page, plain = folder / PAGE_NAME, folder / JSON_NAME
    told = json.dumps(dataclasses.asdict(comparison), indent=1, ensure_ascii=False) + "\n"
    for path, text in ((page, comparison_page(comparison)), (plain, told)):
        with atomic_output(path, overwrite=True) as file:
            file.write(text.encode())
    return page, plain


def comparison_page(comparison: Comparison) -> str:
    """The page as text."""
    template = environment().get_template("compare.html.j2")
    return template.render(c=comparison, pictures=list(_pictures(comparison)))


def _pictures(comparison: Comparison) -> Iterator[Picture]:
    words = [(row, row.wer) for row in comparison.rows if row.wer is not None]
    emotions = [(row, row.uar) for row in comparison.rows if row.uar is not None]
    if words:
        svg = plots.trade_plot(_points(words), "WER, %", "lower", "Privacy against words")
        yield Picture(svg, "Privacy against words: best is the lower right.")
    if emotions:
        svg = plots.trade_plot(_points(emotions), "UAR, %", "higher", "Privacy against emotion")
        yield Picture(svg, "Privacy against emotion: best is the upper right.")


def _points(pairs: list[tuple[Row, Figure]]) -> list[plots.Point]:
    return [
        (row.system, row.eer.value, _interval(row.eer), figure.value, _interval(figure))
        for row, figure in pairs
    ]


def _interval(figure: Figure) -> tuple[float, float]:
    low = figure.value if figure.low is None else min(figure.low, figure.value)
    high = figure.value if figure.high is None else max(figure.high, figure.value)
    return low, high
