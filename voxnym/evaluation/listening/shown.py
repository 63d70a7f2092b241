"""Findings of a listening test as lines for a person, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from voxnym.audio.formats import printable
from voxnym.evaluation.listening.analysis import CHANCE_ABX, UNITS, Difference, Findings, Heard

FORMAT: Final = "voxnym-listening-1"
_TITLES: Final = {
    "WER": "WER: words written down wrongly, % (less is better)",
    "MOS": "MOS: mean naturalness, 1 bad to 5 excellent",
    "ABX": "ABX: same person found, % (50 is guessing, 100 means that anybody hears who it is)",
}


def lines(findings: Findings) -> Iterator[str]:
    """The findings as text, a line at a time."""
    yield from _people(findings)
    for measure, title in _TITLES.items():
        figures = [each for each in findings.figures if each.measure == measure]
        if not figures:
            continue
        yield ""
        yield title
        width = max(len(printable(each.system)) for each in figures)
        for each in figures:
            yield f"  {printable(each.system):<{width}}  {_figure(each)}"
        for apart in findings.differences:
            if apart.measure == measure:
                yield f"  {_difference(apart)}"
        for why in sorted({each.indicative for each in figures if each.indicative}):
            yield f"  indicative: {why}"
    yield ""
    yield (
        "Intervals are 95 %, over listeners and recordings. What people hear says nothing about "
        "what machines find: see voxnym evaluate."
    )


def to_json(findings: Findings) -> str:
    """The findings as JSON; intervals are null where there are none."""
    whole = {
        "format": FORMAT,
        "test": findings.test,
        "seed": findings.seed,
        "expected_answers": findings.expected,
        "figures": [
            {**asdict(each), "unit": UNITS[each.measure], "is_told": each.is_told}
            for each in findings.figures
        ],
        "differences": [
            {**asdict(each), "is_shown": each.is_shown} for each in findings.differences
        ],
        "attention": [asdict(each) for each in findings.attention],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _people(findings: Findings) -> Iterator[str]:
    everybody = findings.attention
    answers = sum(each.answers + each.checks for each in everybody)
    expected = findings.expected * len(everybody)
    yield (
        f"test {findings.test}: {len(everybody)} listeners, {answers} of {expected} answers "
        f"({100 * answers / expected:.0f} %)"
    )
    failed = [each for each in everybody if each.failed]
    for each in failed:
        fate = "left out" if each.left_out else "counted"
        yield f"listener {each.listener}: failed {each.failed} of {each.checks} checks, {fate}"
    unchecked = sum(not each.checks for each in everybody)
    if unchecked:
        yield f"{unchecked} listeners answered no check: nobody knows whether they listened"


def _figure(each: Heard) -> str:
    digits = 2 if each.measure == "MOS" else 1
    told = {True: f"; above {CHANCE_ABX:.0f}", False: f"; not shown to be above {CHANCE_ABX:.0f}"}
    return (
        f"{each.value:5.{digits}f}  {_interval(each.low, each.high, digits):<14}  "
        f"{each.answers} answers, {each.listeners} listeners, {each.recordings} recordings"
        f"{told.get(each.is_told, '') if each.is_told is not None else ''}"
    )


def _difference(apart: Difference) -> str:
    digits = 2 if apart.measure == "MOS" else 1
    verdict = "differ" if apart.is_shown else "no difference shown"
    return (
        f"{printable(apart.first)} − {printable(apart.second)}: {apart.value:+.{digits}f}  "
        f"{_interval(apart.low, apart.high, digits)}  {verdict}"
    )


def _interval(low: float | None, high: float | None, digits: int) -> str:
    if low is None or high is None:
        return "(no interval)"
    return f"({low:.{digits}f} to {high:.{digits}f})"
