"""Our own manifest: a table with a row for each utterance, as CSV with a header row or as JSONL.

`id` and `path` are needed; paths count from the manifest's folder. `speaker`, `gender`, `start` and
`end` (seconds; absent for the whole file), `channel`, `text`, `emotion`, `language` and `split` are
understood; `rate` and `duration_s` are stated anew; any other column is left out on writing.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from voxnym.audio.formats import printable
from voxnym.corpora.corpus import Corpus, Recording
from voxnym.corpora.fields import (
    channel_numbers,
    checked_id,
    checked_label,
    checked_speaker,
    checked_text,
    gender_of,
    seconds,
)
from voxnym.corpora.json_lines import first_object, json_lines
from voxnym.corpora.lines import is_folder, is_plain_file, numbered_lines, refused, shown
from voxnym.corpora.tree import Tree
from voxnym.errors import InputError
from voxnym.records import Gender, Utterance

COLUMNS: Final = (
    "id", "path", "speaker", "gender", "start", "end", "channel", "text", "emotion", "language",
    "split", "rate", "duration_s",
)  # fmt: skip
NAMES: Final = ("manifest.csv", "manifest.tsv", "manifest.jsonl", "manifest.jsonl.gz")
_TABLES: Final = (".csv", ".tsv")
_NEEDED: Final = frozenset(("id", "path"))
_SEPARATORS: Final = ",;\t"
_MOST_COLUMNS: Final = 256
_SHOWN_COLUMNS: Final = 12

Row = Mapping[str, object]


def is_manifest(path: Path) -> bool:
    """Whether a folder holds a manifest of ours, or a file is one by its first line."""
    if not is_plain_file(path):
        return any(is_plain_file(path / name) for name in NAMES)
    try:
        if path.suffix in _TABLES:
            return _NEEDED.issubset(_header(path))
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            first = first_object(path)
            return _NEEDED.issubset(first) and "sources" not in first
    except InputError:
        pass
    return False


def read_manifest(path: Path, tree: Tree) -> Corpus:
    """A manifest of ours.

    Args:
        path: the file, or a folder with manifest.csv, .tsv, .jsonl or .jsonl.gz.
        tree: where the audio may lie.

    Raises:
        InputError: a row that cannot be right, or a path that leaves the tree.
    """
    file = _file(path)
    table = file.suffix in _TABLES
    gathered = _Gathered(tree)
    for number, row in _table_rows(file) if table else json_lines(file):
        try:
            gathered.add(row)
        except ValueError as error:
            raise refused(file, number, str(error)) from None
    if not gathered.recordings:
        raise refused(file, None, "no row in it; expected one for each utterance")
    ending = "".join(Path(file.name).suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    return Corpus(
        "manifest",
        tree.home,
        tuple(gathered.recordings[name] for name in sorted(gathered.recordings)),
        tuple(gathered.utterances[name] for name in sorted(gathered.utterances)),
        files=(f"manifest{ending}",),
        columns=tuple(name for name in COLUMNS if name in gathered.columns),
        genders=gathered.genders,
        notes=_notes(gathered.unknown),
    )


class _Gathered:
    """What was read so far."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.recordings: dict[str, Recording] = {}
        self.utterances: dict[str, Utterance] = {}
        self.columns: dict[str, None] = {}
        self.unknown: Counter[str] = Counter()
        self.genders: dict[Gender, str] = {}
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def add(self, row: Row) -> None:
        """Take in a row; ValueError where it cannot be right."""
        name = checked_id(row.get("id"), "the id")
        if name in self.utterances:
            raise ValueError(f"id {shown(name)} stands twice; expected each once")
        start, end = _time(row, "start"), _time(row, "end")
        if end is not None and end <= (start or 0.0):
            raise ValueError(f"start {start}, end {end}; expected the end after the start")
        recording = self._recording(row, whole=start is None and end is None)
        gender = gender_of(row.get("gender"))
        if gender != "unknown":
            spelled = str(row["gender"]).strip()
            self.genders[gender] = min(spelled, self.genders.get(gender, spelled))
        self.utterances[name] = Utterance(
            name,
            recording,
            start,
            end,
            _channels(row.get("channel")),
            checked_speaker(row.get("speaker")),
            gender,
            checked_text(row.get("text")),
            checked_label(row.get("emotion")),
            checked_label(row.get("language")),
            checked_label(row.get("split")),
            self._rest(row),
        )

    def _recording(self, row: Row, whole: bool) -> str:
        text = row.get("path")
        if not isinstance(text, str) or not text:
            raise ValueError("no path; expected one of an audio file")
        kept = [part for part in text.split("/") if part not in ("", ".")]
        name = ("/" if text.startswith("/") else "") + "/".join(kept)
        if name not in self.recordings:
            length = _time(row, "duration_s") if whole else None
            self.recordings[name] = Recording(name, self.tree.path(name), seconds=length)
        return name

    def _rest(self, row: Row) -> tuple[str, ...]:
        names = tuple(row)
        rest = self._known.get(names)
        if rest is None:
            rest = tuple(name for name in names if name not in COLUMNS)[:_MOST_COLUMNS]
            if len(self._known) < _MOST_COLUMNS:
                self._known[names] = rest
            self.columns.update(dict.fromkeys(name for name in names if name in COLUMNS))
        if rest and len(self.unknown) < _MOST_COLUMNS:
            self.unknown.update(rest)
        return rest


def _time(row: Row, name: str) -> float | None:
    value = row.get(name)
    return None if value is None or value == "" else seconds(value, name)


def _channels(value: object) -> tuple[int, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        value = int(value)
    return channel_numbers(value)


def _notes(unknown: Mapping[str, int]) -> tuple[str, ...]:
    if not unknown:
        return ()
    names = sorted(unknown)
    more = ", …" if len(names) > _SHOWN_COLUMNS else ""
    listed = ", ".join(printable(name[:64]) for name in names[:_SHOWN_COLUMNS])
    return (f"columns that are not written again, since we do not know them: {listed}{more}",)


def _file(path: Path) -> Path:
    if not is_folder(path):
        return path
    found = [path / name for name in NAMES if is_plain_file(path / name)]
    if len(found) == 1:
        return found[0]
    text = f"{len(found)} manifests in it; expected one of {', '.join(NAMES)}: name the file"
    raise refused(path, None, text)


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _header(path: Path) -> list[str]:
    _, line = next(numbered_lines(path), (0, ""))
    try:
        found = next(csv.reader([line], delimiter=_separator(line), strict=True), [])
    except csv.Error as error:
        raise refused(path, 1, f"no header row ({error}); expected names of columns") from None
    return [name.strip() for name in found]


def _table_rows(path: Path) -> Iterator[tuple[int, Row]]:
    header = _header(path)
    if not _NEEDED.issubset(header) or len(header) > _MOST_COLUMNS:
        raise refused(path, 1, "no header row with id and path; expected names of columns")
    if len(set(header)) < len(header):
        raise refused(path, 1, "a column stands twice in the header; expected each once")
    lines = numbered_lines(path)
    separator = _separator(next(lines, (0, ""))[1])
    reader = csv.reader((f"{line}\n" for _, line in lines), delimiter=separator, strict=True)
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number = reader.line_num + 1
            raise refused(path, number, f"no row of a table ({error}); mend it") from None
        if fields and len(fields) != len(header):
            text = f"{len(fields)} fields, {len(header)} in the header; expected as many"
            raise refused(path, reader.line_num + 1, text)
        if fields:
            yield reader.line_num + 1, dict(zip(header, fields, strict=True))
