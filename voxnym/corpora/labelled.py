"""One line of a label file, before it is known to be sound, and what makes it so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from voxnym.corpora.names import plain
from voxnym.corpora.text_file import refusal
from voxnym.records import Span

Purpose = Literal["turns", "redactions"]
LONGEST_S = 1e7
"""Later times are refused: sample numbers made of them would not fit, and no recording is so
long (115 days)."""
LONGEST_LABEL = 1000
"""Characters."""
_NUMBER = re.compile(
    r"[-+]?(?:[0-9]{1,30}(?:[.,][0-9]{0,30})?|[.,][0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A line of a label file.

    Args:
        line: its number, from 1.
        start: seconds, as written.
        end: seconds, as written; equal to `start` for a point label. Both are None on a line
            that only says that a recording has no labels.
        text: the label, without white space around it.
        recording: which recording it is about; None where the file does not say.
    """

    line: int
    start: float | None
    end: float | None
    text: str = ""
    recording: str | None = None


def seconds(path: str | os.PathLike[str], line: int, text: str) -> float:
    """A time as people write it: decimal point or comma, no thousands separators.

    Raises:
        InputError: no number, NaN, infinite, negative, or beyond `LONGEST_S`.

    >>> seconds("a.txt", 1, "1,25")
    1.25
    """
    if not _NUMBER.fullmatch(text):
        raise refusal(path, line, "a time is no number; expected seconds such as 12.5")
    value = float(text.replace(",", "."))
    if value < 0:
        raise refusal(path, line, f"the time {value:g} is negative; expected seconds from the "
                      "start of the recording")  # fmt: skip
    if value > LONGEST_S:
        raise refusal(path, line, f"the time {value:g} is beyond {LONGEST_S:g} s; expected seconds")
    return value


def spans_of(
    path: str | os.PathLike[str], labels: Iterable[Label], purpose: Purpose
) -> dict[str | None, tuple[Span, ...]]:
    """Stretches in order of time, for each recording.

    Args:
        path: the file, for errors.
        labels: its lines.
        purpose: "turns": a label is a person and must be there; point labels are ignored.
            "redactions": a label may be empty; a point label is refused, since it would
            redact nothing.

    Raises:
        InputError: a line that is not sound.
    """
    found: dict[str | None, list[Span]] = {}
    for label in labels:
        recording = None if label.recording is None else plain(label.recording)
        spans = found.setdefault(recording, [])
        if label.start is None or label.end is None:
            continue
        span = _span(path, label, label.start, label.end, purpose)
        if span is not None:
            spans.append(span)
    if None in found and len(found) > 1:
        raise refusal(path, 0, "some lines name their recording, others none; expected all or none")
    return {recording: tuple(sorted(spans)) for recording, spans in found.items()}


def _span(
    path: str | os.PathLike[str], label: Label, start: float, end: float, purpose: Purpose
) -> Span | None:
    if end < start:
        raise refusal(path, label.line, f"ends at {end:g} s, before its start at {start:g} s; "
                      "expected start, then end")  # fmt: skip
    if end == start and purpose == "turns":
        return None
    if end == start:
        raise refusal(path, label.line, f"a point label at {start:g} s has no length, so nothing "
                      "would be redacted; expected a stretch: give it an end")  # fmt: skip
    text = plain(label.text.strip())
    if len(text) > LONGEST_LABEL:
        raise refusal(path, label.line, f"a label of {len(text)} characters; expected at most "
                      f"{LONGEST_LABEL}")  # fmt: skip
    if not text and purpose == "turns":
        raise refusal(path, label.line, "no label; expected the name of the person who speaks")
    return Span(start, end, text)
