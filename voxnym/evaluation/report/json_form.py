"""An evaluation as JSON and back, exactly."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

from voxnym.errors import InputError
from voxnym.evaluation.results import FORMAT, Evaluation

NAME = "report.json"


def to_json(evaluation: Evaluation) -> str:
    """Indented JSON; numbers that are not finite become "Infinity", "-Infinity" or "NaN"."""
    return json.dumps(_plain(dataclasses.asdict(evaluation)), indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def from_json(text: str, name: str = "report") -> Evaluation:
    """The evaluation that `to_json` wrote.

    Raises:
        InputError: no JSON, another format, or values that cannot be right.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        told = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name}: not JSON ({error})") from error
    found = told.get("format") if isinstance(told, dict) else None
    if found != FORMAT:
        raise InputError(f"{name}: format {found!r}; expected {FORMAT!r}")
    try:
        return TypeAdapter(Evaluation).validate_python(told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{name}: {where}: {first['msg']}") from error


def read_report(path: Path) -> Evaluation:
    """The evaluation in a report folder, or in its JSON file.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    file = path / NAME if path.is_dir() else path
    try:
        return from_json(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise InputError(f"{file}: no report could be read ({error.strerror})") from error
