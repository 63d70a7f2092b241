"""Labels for a folder of recordings: one file for all of them, or a folder of label files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from voxnym.audio.formats import printable
from voxnym.corpora.labelled import Purpose
from voxnym.corpora.labels import LABEL_EXTENSIONS, read_spans, read_spans_by_recording
from voxnym.corpora.names import plain
from voxnym.corpora.text_file import refusal
from voxnym.errors import InputError
from voxnym.records import Span


@dataclass(frozen=True)
class LabelBook:
    """Where the labels of each recording of a folder are found.

    A recording without labels is an error, not a recording in which nobody speaks or nothing is
    redacted: a misspelt name must not let anything pass. Where there really are none, a CSV with
    only its header row, or a CSV row with nothing but the recording's name, says so.

    Args:
        source: the label file, or the folder of label files.
        purpose: what the labels are for.
        by_recording: all labels of the file; None for a folder.
    """

    source: Path
    purpose: Purpose
    by_recording: Mapping[str, tuple[Span, ...]] | None

    @classmethod
    def open(cls, source: str | os.PathLike[str], purpose: Purpose = "turns") -> LabelBook:
        """Read a label file, once for all recordings; of a folder, note where it is.

        Raises:
            InputError: a file that is refused, or that does not name its recordings.
        """
        place = Path(source)
        try:
            if place.is_dir():
                return cls(place, purpose, None)
        except ValueError as error:
            raise refusal(place, 0, f"no path ({error}); expected a file or folder") from error
        found = read_spans_by_recording(place, purpose=purpose)
        named = {name: spans for name, spans in found.items() if name is not None}
        if len(named) < len(found):
            raise refusal(
                place, 0, "does not say which recording its labels are about; expected a column "
                "recording, or a folder with a label file for each recording"
            )  # fmt: skip
        return cls(place, purpose, named)

    def spans_for(self, recording: PurePath) -> tuple[Span, ...]:
        """The labels of one recording.

        Args:
            recording: its path relative to the folder of recordings. In a file it is named by
                that path with or without extension, or by its name with or without extension.
                In a folder its labels have the same path, or the same name at the top, with
                another extension.

        Raises:
            InputError: none, more than one file, or a file that is refused.
        """
        if self.by_recording is None:
            found = self._file_for(recording)
            return read_spans(found, recording=recording.stem, purpose=self.purpose)
        key = self._key_for(recording)
        if key is None:
            raise refusal(
                self.source, 0, f"no labels of {printable(recording)}; expected its name without "
                "extension (a CSV row with the name alone says that there are none)"
            )  # fmt: skip
        return self.by_recording[key]

    def check(self, recordings: Iterable[PurePath]) -> None:
        """Refuse a book in which recordings of one name in different folders share labels.

        Raises:
            InputError: two recordings have the same labels, or one has none.
        """
        uses: Counter[str] = Counter()
        for recording in recordings:
            if self.by_recording is None:
                use = os.fspath(self._file_for(recording))
            else:
                self.spans_for(recording)
                use = self._key_for(recording) or ""
            uses[use] += 1
            if uses[use] > 1:
                raise refusal(
                    self.source, 0, f"the labels of {printable(recording)} are those of another "
                    "recording of that name, too; expected paths relative to the folder"
                )  # fmt: skip

    def unused(self, recordings: Iterable[PurePath]) -> int:
        """How many recordings of a label file are none of these: misspelt, or simply not there."""
        used = {self._key_for(recording) for recording in recordings}
        return len(set(self.by_recording or ()) - used)

    def _key_for(self, recording: PurePath) -> str | None:
        names = (
            recording.with_suffix("").as_posix(),
            recording.as_posix(),
            recording.stem,
            recording.name,
        )
        known = self.by_recording or {}
        return next((plain(name) for name in names if plain(name) in known), None)

    @cached_property
    def _listed(self) -> dict[Path, dict[str, list[Path]]]:
        return {}

    def _stems_of(self, folder: Path) -> dict[str, list[Path]]:
        """Label files of a folder by name; listed once, since a folder may hold thousands."""
        if folder not in self._listed:
            self._listed[folder] = _label_files(folder)
        return self._listed[folder]

    def _file_for(self, recording: PurePath) -> Path:
        if recording.is_absolute() or ".." in recording.parts:
            raise InputError(f"{printable(recording)}: leads out of its folder; expected a "
                             "relative path")  # fmt: skip
        for folder in dict.fromkeys((self.source / recording.parent, self.source)):
            found = self._stems_of(folder).get(plain(recording.stem), [])
            if len(found) > 1:
                raise refusal(
                    found[0], 0, f"{len(found)} label files of one recording; expected one: "
                    f"remove {printable(found[1].name)} or the others"
                )  # fmt: skip
            if found:
                if not found[0].resolve().is_relative_to(self.source.resolve()):
                    raise refusal(found[0], 0, "a link out of the folder; expected a file in it")
                return found[0]
        raise refusal(
            self.source, 0, f"no label file of {printable(recording)}; expected its name with one "
            f"of {' '.join(sorted(LABEL_EXTENSIONS))} (a CSV with only its header row says that "
            "there are no labels)"
        )  # fmt: skip


def spans_for(
    source: str | os.PathLike[str], recording: PurePath, *, purpose: Purpose = "turns"
) -> tuple[Span, ...]:
    """The labels of one recording of a folder; for many, open a `LabelBook` once.

    Raises:
        InputError: as `LabelBook.open` and `LabelBook.spans_for`.
    """
    return LabelBook.open(source, purpose).spans_for(recording)


def _label_files(folder: Path) -> dict[str, list[Path]]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return {}
    found: dict[str, list[Path]] = {}
    for entry in entries:
        if entry.suffix.lower() in LABEL_EXTENSIONS:
            found.setdefault(plain(entry.stem), []).append(entry)
    return found
