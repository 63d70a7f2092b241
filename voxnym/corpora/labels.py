"""Label files: who speaks when, or what must not be heard, whatever program wrote them.

What kind a file is, its content says: names of files are given by people. The extension decides
only what is read where files are looked for in a folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from voxnym.corpora.audacity import audacity_labels, is_audacity
from voxnym.corpora.label_table import csv_labels, jsonl_labels, separator_of
from voxnym.corpora.labelled import Label, Purpose, spans_of
from voxnym.corpora.names import plain
from voxnym.corpora.rttm import is_rttm, rttm_labels
from voxnym.corpora.text_file import read_lines, refusal
from voxnym.records import Span

LabelKind = Literal["rttm", "audacity", "csv", "jsonl"]
LABEL_EXTENSIONS: Final = frozenset((".rttm", ".txt", ".csv", ".tsv", ".jsonl"))
_SPREADSHEET: Final = "sep="


def read_spans(
    path: str | os.PathLike[str], *, recording: str | None = None, purpose: Purpose = "turns"
) -> tuple[Span, ...]:
    """The labelled stretches of one recording, in order of time.

    Args:
        path: RTTM, labels exported by Audacity, CSV with a header row, or JSON lines.
        recording: id or file name without extension; needed where the file is about several.
            Where it is about one recording only, that one is taken whatever it is called.
        purpose: "turns": labels are names of people. "redactions": labels are what is said, or
            may be empty.

    Raises:
        InputError: the file, or a line of it, is refused; or it is about several recordings and
            not about this one.
    """
    found = read_spans_by_recording(path, purpose=purpose)
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        return ()
    if recording is None:
        raise refusal(path, 0, f"labels of {len(found)} recordings; expected one: say which")
    if plain(recording) not in found:
        raise refusal(
            path, 0, f"labels of {len(found)} recordings and none of this one; expected its name "
            "without extension among them (a CSV row with the name alone says: no labels)"
        )  # fmt: skip
    return found[plain(recording)]


def read_spans_by_recording(
    path: str | os.PathLike[str], *, purpose: Purpose = "turns"
) -> dict[str | None, tuple[Span, ...]]:
    """All labelled stretches of a file, for each recording that it names.

    Returns:
        By the recording's id in the file; None stands for lines that name none. A recording
        without stretches may be there too, if a row says so.

    Raises:
        InputError: the file, or a line of it, is refused.
    """
    lines = read_lines(path)
    return spans_of(path, _labels(path, lines, _kind(path, lines), purpose), purpose)


def label_kind(path: str | os.PathLike[str]) -> LabelKind:
    """What kind of label file this is, by its content.

    Raises:
        InputError: none that is known.
    """
    return _kind(path, read_lines(path))


def _labels(
    path: str | os.PathLike[str], lines: Sequence[str], kind: LabelKind, purpose: Purpose
) -> Iterable[Label]:
    if kind == "rttm":
        return rttm_labels(path, lines)
    if kind == "audacity":
        return audacity_labels(path, lines)
    return (csv_labels if kind == "csv" else jsonl_labels)(path, lines, purpose)


def _kind(path: str | os.PathLike[str], lines: Sequence[str]) -> LabelKind:
    solid = (line for line in lines if line.strip() and not line.startswith(_SPREADSHEET))
    first = next(solid, None)
    if first is None:
        raise refusal(
            path, 0, "nothing in it; expected labels (a CSV with only its header row says that "
            "there are none)"
        )  # fmt: skip
    if is_rttm(first):
        return "rttm"
    if is_audacity(first):
        return "audacity"
    if separator_of(first):
        return "csv"
    if first.lstrip().startswith("{"):
        return "jsonl"
    raise refusal(
        path, 0, "no label file that is known; expected RTTM, labels exported by Audacity, or CSV "
        "with a header row such as start,end,label"
    )  # fmt: skip
