"""`voxnym anonymize --check`: how far each output is from its input, for a named network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from voxnym.errors import InputError

if TYPE_CHECKING:
    from voxnym.jobs.summary import Summary
    from voxnym.protocols import Embedder

Check = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Afterwards, print how far each output is from its input and from the others, as a "
        "voice network hears it. Indicative, no proof of privacy. Needs the extra attack.",
    ),
]


def network() -> Embedder:
    """The network that hears; called before the work, so that nobody waits for a refusal.

    Raises:
        MissingExtraError: it is not installed.
    """
    from voxnym.evaluation.embedders import load_embedder

    return load_embedder("dvector")


def report_distances(summary: Summary, embedder: Embedder) -> None:
    """Print the distances of everything that has an output, on standard output.

    Raises:
        InputError: nothing can be compared.
    """
    from voxnym.evaluation.check import check_lines, check_outputs

    pairs = sorted(
        (result.label, result.source, result.target)
        for result in summary.results
        if result.status in ("done", "skipped") and result.source and result.target
    )
    if not pairs:
        raise InputError("--check: no output to compare with its input (pipes leave none)")
    found = check_outputs(
        [source for _, source, _ in pairs],
        [target for _, _, target in pairs],
        embedder,
        [label for label, _, _ in pairs],
    )
    for line in check_lines(found):
        sys.stdout.write(f"{line}\n")
