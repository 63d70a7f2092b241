"""`voxnym inspect`: what a file or folder would give away besides the voice."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voxnym.inspecting.finding import Kind

if TYPE_CHECKING:
    from voxnym.inspecting.finding import Finding

_TABLE_ROWS = 500

In = Annotated[Path, typer.Argument(metavar="PATH", help="A recording, or a folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output, not a table.")]
Ignored = Annotated[
    list[Kind] | None,
    typer.Option("--ignore", help="Leave out findings of this kind; may be given more than once."),
]


def inspect(path: In, as_json: AsJson = False, ignore: Ignored = None) -> int:
    """Show what a file or folder would give away besides the voice.

    Tags, chunks, pictures, unused room, trailing bytes, names of programs, files and folders,
    times, owners, and transcripts or tables that lie beside the recordings. Nothing is decoded
    or changed. Exit code 1 says that something was found, 0 that nothing was, 2 wrong usage. What
    VoxNym carried over because you wanted it (transcripts, pictures) is shown and does not count.
    """
    from voxnym.inspecting.walk import inspect as look

    left_out = frozenset(ignore or ())
    findings = (finding for finding in look(path) if finding.kind not in left_out)
    counts = _json(findings) if as_json else _tables(path, findings)
    _summary(path, counts, left_out)
    return 1 if any(count for (_, carried), count in counts.items() if not carried) else 0


def _json(findings: Iterator[Finding]) -> Counter[tuple[Kind, bool]]:
    """The same array as `json.dumps` gives, written while it is found."""
    counts: Counter[tuple[Kind, bool]] = Counter()
    for finding in findings:
        sys.stdout.write("[\n  " if not counts else ",\n  ")
        sys.stdout.write(json.dumps(_plain(finding)))
        counts[finding.kind, finding.carried] += 1
    sys.stdout.write("\n]\n" if counts else "[]\n")
    return counts


def _plain(finding: Finding) -> dict[str, str | bool]:
    return {
        "path": os.fspath(finding.path),
        "kind": finding.kind.value,
        "where": finding.where,
        "what": finding.what,
        "advice": finding.advice,
        "carried": finding.carried,
    }


def _tables(root: Path, findings: Iterator[Finding]) -> Counter[tuple[Kind, bool]]:
    from itertools import groupby

    counts: Counter[tuple[Kind, bool]] = Counter()
    waiting: list[Finding] = []
    for _, group in groupby(findings, key=lambda finding: finding.path):
        waiting += group
        # A corpus may have more findings than a table, or the memory, should hold.
        if len(waiting) >= _TABLE_ROWS:
            _table(root, waiting)
            counts.update((finding.kind, finding.carried) for finding in waiting)
            waiting = []
    if waiting:
        _table(root, waiting)
        counts.update((finding.kind, finding.carried) for finding in waiting)
    return counts


def _table(root: Path, findings: list[Finding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for column in ("file", "kind", "where", "what"):
        table.add_column(column, overflow="fold")
    before = None
    for finding in findings:
        is_new = finding.path != before
        if before is not None and is_new:
            table.add_section()
        before = finding.path
        label = _label(root, finding.path) if is_new else ""
        kind = f"({finding.kind})" if finding.carried else finding.kind.value
        cells = (label, kind, finding.where, finding.what)
        table.add_row(*(Text(cell) for cell in cells))
    Console(file=sys.stdout).print(table)


def _label(root: Path, path: Path) -> str:
    from voxnym.audio.formats import printable

    return printable(path.relative_to(root) if path != root else path)


def _summary(path: Path, counts: Counter[tuple[Kind, bool]], left_out: frozenset[Kind]) -> None:
    from voxnym.audio.formats import printable
    from voxnym.inspecting.finding import ADVICE

    for kind in dict.fromkeys(kind for kind, carried in counts if not carried):
        sys.stderr.write(f"voxnym: {kind}: {ADVICE[kind]}\n")
    ignored = f" (ignored: {', '.join(sorted(left_out))})" if left_out else ""
    found, carried = _counted(counts, carried=False), _counted(counts, carried=True)
    sys.stderr.write(f"voxnym: {printable(path)}: {found or 'nothing found'}{ignored}\n")
    if carried:
        sys.stderr.write(f"voxnym: carried over as you wanted it: {carried}\n")


def _counted(counts: Counter[tuple[Kind, bool]], *, carried: bool) -> str:
    return ", ".join(
        f"{kind}: {n}" for (kind, each), n in sorted(counts.items()) if each == carried
    )
