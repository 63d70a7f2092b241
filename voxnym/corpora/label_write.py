"""Labels written again, in the kind in which they came, with other names."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from voxnym.audio.atomic import atomic_output
from voxnym.audio.formats import printable
from voxnym.corpora.labelled import Purpose
from voxnym.errors import OutputError

if TYPE_CHECKING:
    from voxnym.corpora.corpus import Naming
    from voxnym.corpora.labels import LabelKind
    from voxnym.records import Span

Rows = Sequence[tuple[str | None, "Span | None", str]]
"""Recording, stretch and label; no stretch for a recording that has none."""
REDACTED: Final = "redacted"
_STEP_S: Final = 1e-6


def write_spans(
    path: str | os.PathLike[str],
    spans: Mapping[str | None, Sequence[Span]],
    kind: LabelKind,
    names: Naming,
    *,
    purpose: Purpose = "turns",
    overwrite: bool = False,
) -> None:
    """Write labelled stretches; nothing of the file they came from but times passes unchanged.

    Args:
        path: target; appears complete or not at all.
        spans: by recording, as `read_spans_by_recording` gives them.
        kind: "rttm", "audacity", "csv" or "jsonl".
        names: what people and recordings are called.
        purpose: "turns": labels are people's names. "redactions": labels are what was said, so
            "redacted" is written instead.
        overwrite: whether an existing file may be replaced.

    Raises:
        OutputError: a kind that cannot hold it (Audacity: one recording; RTTM: names without
            spaces, and recordings with names), or not writable.
    """
    rows: list[tuple[str | None, Span | None, str]] = []
    # Order by the new names: the old order may tell the old names.
    for old, listed in spans.items():
        recording = None if old is None else names.recording(old)
        for span in listed:
            label = names.speaker(span.label) if purpose == "turns" else REDACTED
            rows.append((recording, span, label))
        if not listed and recording is not None:
            rows.append((recording, None, ""))
    rows.sort(key=_order)
    writer = {"rttm": _rttm, "audacity": _audacity, "csv": _csv, "jsonl": _jsonl}[kind]
    text = "".join(f"{line}\n" for line in writer(path, rows))
    with atomic_output(path, overwrite) as file:
        file.write(text.encode("utf-8"))


def _rttm(path: str | os.PathLike[str], rows: Rows) -> Iterator[str]:
    yield ";; RTTM"
    for recording, span, label in rows:
        if span is None:
            continue
        if recording is None:
            raise OutputError(f"{printable(path)}: RTTM needs the recording's name; give one")
        if any(not name or name.split() != [name] for name in (recording, label)):
            raise OutputError(
                f"{printable(path)}: a name has spaces, which RTTM cannot hold; expected names "
                "without: give people and recordings pseudonyms, or write CSV"
            )
        start, end = _times(span)
        duration = _decimal(float(end) - float(start))
        yield f"SPEAKER {recording} 1 {start} {duration} <NA> <NA> {label} <NA> <NA>"


def _audacity(path: str | os.PathLike[str], rows: Rows) -> Iterator[str]:
    if len({recording for recording, _, _ in rows}) > 1:
        raise OutputError(
            f"{printable(path)}: labels of several recordings, which an Audacity label file "
            "cannot hold; write one file each, or CSV"
        )
    for _, span, label in rows:
        if span is not None:
            yield "\t".join((*_times(span), " ".join(label.split())))


def _csv(path: str | os.PathLike[str], rows: Rows) -> Iterator[str]:
    named = any(recording is not None for recording, _, _ in rows)
    yield "recording,start,end,label" if named else "start,end,label"
    for recording, span, label in rows:
        text = io.StringIO(newline="")
        first = [recording or ""] if named else []
        csv.writer(text, lineterminator="").writerow(
            [*first, *(_times(span) if span else ("", "")), label]
        )
        yield text.getvalue()


def _jsonl(path: str | os.PathLike[str], rows: Rows) -> Iterator[str]:
    for recording, span, label in rows:
        row: dict[str, str | float] = {} if recording is None else {"recording": recording}
        if span is not None:
            start, end = map(float, _times(span))
            row |= {"start": start, "end": end, "label": label}
        yield json.dumps(row)


def _order(row: tuple[str | None, Span | None, str]) -> tuple[str, float, float, str]:
    recording, span, label = row
    return (recording or "", span.start if span else 0.0, span.end if span else 0.0, label)


def _times(span: Span) -> tuple[str, str]:
    """Start and end to the microsecond, never equal: a point would be ignored by readers."""
    start, end = round(span.start, 6), round(span.end, 6)
    return _decimal(start), _decimal(max(end, start + _STEP_S))


def _decimal(seconds: float) -> str:
    return f"{seconds:.6f}"
