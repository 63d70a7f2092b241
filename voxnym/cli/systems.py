"""`voxnym systems`: what there is to choose from, with what each hides and leaves."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from voxnym.preset import Preset


SURROUNDINGS = (
    "Background, with any of them: --surroundings clean (default but for reproductions) takes it "
    "away and fills pauses with steady noise: noise floor and edges then tell our test speakers "
    "apart no better than chance. keep leaves it: the noise floor alone gives an equal error rate "
    "of 30 % (untouched 28 %, 50 % would be guessing).",
    "Timing stays with both: length and pauses, 36 to 43 %. See docs/surroundings.md.",
)
"""What each choice of `--surroundings` leaves, whatever the system."""


def systems(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Only this one, with its parts and parameters; a name or a .toml file."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Show the systems: what each hides, what it leaves, its measured privacy and utility."""
    from voxnym.system import DEFAULT_SYSTEM, preset_names, read_preset

    names = preset_names() if name is None else (name,)
    presets = [read_preset(each) for each in names]
    if as_json:
        sys.stdout.write(json.dumps([_plain(preset) for preset in presets], indent=2) + "\n")
    elif name is None:
        _table(presets, DEFAULT_SYSTEM)
    else:
        _page(presets[0])


def _plain(preset: Preset) -> dict[str, object]:
    return {
        "name": preset.name,
        "codec": preset.codec,
        "stages": list(preset.stages),
        "level": preset.level,
        "surroundings": preset.surroundings,
        "parameters": {part: dict(values) for part, values in preset.parameters.items()},
        "card": dataclasses.asdict(preset.card),
    }


def _table(presets: list[Preset], default: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_lines=True)
    for column in ("system", "hides", "leaves", "measured"):
        table.add_column(column, overflow="fold")
    for preset in presets:
        name = f"{preset.name} (default)" if preset.name == default else preset.name
        card = preset.card
        about = f"{name}\n{card.summary}" if card.summary else name
        table.add_row(*(_text(text) for text in (about, card.hides, card.leaves, card.measured)))
    console = Console(file=sys.stdout)
    console.print(table)
    for text in SURROUNDINGS:
        console.print(_text(text), highlight=False)


def _page(preset: Preset) -> None:
    rows = [
        ("system", preset.name),
        ("summary", preset.card.summary),
        ("hides", preset.card.hides),
        ("leaves", preset.card.leaves),
        ("measured", preset.card.measured),
        ("codec", preset.codec),
        ("stages", ", ".join(preset.stages)),
        ("level", preset.level),
        ("surroundings", preset.surroundings),
    ]
    for part, values in preset.parameters.items():
        rows += [(f"{part}.{key}", repr(value)) for key, value in values.items()]
    width = max(len(label) for label, _ in rows)
    for label, text in rows:
        sys.stdout.write(f"{label:<{width}}  {text or 'not stated'}\n")


def _text(text: str) -> str:
    from rich.markup import escape

    return escape(text) or "not stated"
