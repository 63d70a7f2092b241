"""Lines of JSON objects, and what we ask of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from voxnym.corpora.lines import Budget, numbered_lines, refused


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number; expected finite ones")


# One decoder for all lines: json.loads with a hook builds a new one each time, which is slow.
_DECODER: Final = json.JSONDecoder(parse_constant=_no_number)


def json_lines(path: Path, budget: Budget | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSONL file with the numbers of their lines; empty lines are passed over.

    Args:
        path: a regular file; unpacked where its name ends in .gz.
        budget: what may still be read; None for that of one file.

    Raises:
        InputError: a line that holds no object, NaN or Infinity, or is nested without end.
    """
    for number, line in numbered_lines(path, budget):
        if not line.strip():
            continue
        try:
            found = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            text = " ".join(str(error).split())[:99]
            raise refused(path, number, f"no JSON ({text}); expected an object") from None
        if not isinstance(found, dict):
            raise refused(path, number, "JSON, but no object; expected {…} on each line")
        yield number, found


def first_object(path: Path) -> dict[str, Any]:
    """The first object of a JSONL file; empty where there is none.

    Raises:
        InputError: as `json_lines`.
    """
    lines = json_lines(path)
    return next(lines, (0, {}))[1]
