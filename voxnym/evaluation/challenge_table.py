"""Tables as pandas prints them and writes them as CSV, which the challenge's files are made of."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

_DIGITS: Final = 6
"""Digits after the point that are printed at most."""

Row = tuple[int, Mapping[str, str | float]]
"""The row's number, and its cells by column."""


def table_text(rows: Sequence[Row], over: Mapping[str, str] | None = None) -> str:
    """A table for people: right-aligned columns, the row's number first.

    Values stand two blanks apart; the names of columns of words need only one before them.

    Figures of a column have as many digits as the one that needs most, six at most; what is not
    known is NaN.

    Args:
        rows: at least one; all have the same columns.
        over: column to what a second line of the header says of it; others are blank there. The
            blank before the names of columns is as in pandas 2, with which the published files
            were written; pandas 3 leaves it out under such a header.

    >>> print(table_text([(2, {"set": "libri", "EER": 28.426}), (5, {"set": "x", "EER": 7.5})]))
         set     EER
    2  libri  28.426
    5      x   7.500
    """
    numbers = [str(number) for number, _ in rows]
    wide = max(map(len, numbers))
    lines = [" " * wide] + ([" " * wide] if over else []) + [each.ljust(wide) for each in numbers]
    for name in rows[0][1]:
        values = [cells[name] for _, cells in rows]
        before = "" if any(isinstance(value, str) for value in values) else " "
        head = [name, over.get(name, "")] if over else [name]
        column = [before + each for each in head] + [f" {each}" for each in _shown(values)]
        wide = max(map(len, column))
        lines = [f"{line} {each:>{wide}}" for line, each in zip(lines, column, strict=True)]
    return "\n".join(lines)


def _shown(cells: Sequence[str | float]) -> list[str]:
    if any(isinstance(cell, str) for cell in cells):
        return [str(cell) for cell in cells]
    rates = [float(cell) for cell in cells]
    told = [rate for rate in rates if not isnan(rate)]
    exact = [f"{rate:.{_DIGITS}f}".rstrip("0").partition(".")[2] for rate in told]
    digits = max([1, *map(len, exact)]) if told else 0
    return ["NaN" if isnan(rate) else f"{rate:.{digits}f}" for rate in rates]


def csv_text(rows: Sequence[Row], over: Mapping[str, str] | None = None) -> str:
    r"""The same for programs; the first column has no name.

    >>> csv_text([(0, {"set": "libri", "EER": 28.426})])
    ',set,EER\n0,libri,28.426\n'
    """
    if not rows:
        return '""\n'
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    columns = list(rows[0][1])
    writer.writerow(["", *columns])
    if over:
        writer.writerow(["", *(over.get(name, "") for name in columns)])
    for number, cells in rows:
        writer.writerow([number, *(_plain(cells[name]) for name in columns)])
    return buffer.getvalue()


def _plain(cell: str | float) -> str | float:
    return "" if isinstance(cell, float) and isnan(cell) else cell
