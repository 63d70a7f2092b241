"""What belongs beside the recordings of a folder: transcripts, redacted, and turns, renamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

from voxnym.corpora.corpus import KeptNames, Naming
from voxnym.corpora.label_write import write_spans
from voxnym.corpora.redaction import redact
from voxnym.corpora.transcripts import TRANSCRIPT_EXTENSIONS, read_transcript, write_transcript
from voxnym.errors import VoxnymError
from voxnym.jobs.request import Request
from voxnym.jobs.texts import Finished, Written
from voxnym.records import Span


@dataclass(frozen=True)
class FolderTexts:
    """Writes the transcripts of a folder, mirrored and redacted, and renamed turns as RTTM.

    Turns are written again only where names change: those of the input still fit otherwise.

    Args:
        request: where transcripts and turns are, and how names change.
        guard_s: how far around each redaction words are redacted, too, seconds.
    """

    needs_all: ClassVar[bool] = False
    request: Request
    guard_s: float

    def write(self, finished: Sequence[Finished], out: Path, folder: Path) -> Written:
        """All files of recordings that have an output; what cannot be redacted is not written."""
        names: Naming = self.request.names or KeptNames()
        notes: list[str] = []
        failures: list[tuple[str, VoxnymError]] = []
        without = 0
        for each in finished:
            place = PurePath(each.task.target.relative_to(out).as_posix())
            home = folder / place.parent
            home.mkdir(parents=True, exist_ok=True)
            if self.request.names is not None and each.task.turns:
                write_spans(
                    home / f"{place.stem}.rttm",
                    {PurePath(each.task.place).stem: each.task.turns},
                    "rttm",
                    names,
                )
            found = list(self._transcripts(PurePath(each.task.place)))
            without += self.request.transcripts is not None and not found
            for source in found:
                target = home / f"{place.stem}{source.suffix.lower()}"
                try:
                    notes += redacted_transcript(
                        source, target, each.task.redactions, self.guard_s, names
                    )
                except VoxnymError as error:
                    failures.append((each.task.label, error))
        if without:
            notes.append(f"recordings without a transcript: {without}")
        return Written(tuple(notes), tuple(failures))

    def _transcripts(self, recording: PurePath) -> Iterator[Path]:
        top = self.request.transcripts
        if top is None:
            return
        for extension in sorted(TRANSCRIPT_EXTENSIONS):
            path = top / recording.with_suffix(extension)
            if path.is_file() and not path.is_symlink():
                yield path


def redacted_transcript(
    source: Path,
    target: Path,
    redactions: Sequence[Span],
    guard_s: float,
    names: Naming,
    *,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write a transcript again without what is redacted in its recording.

    Returns:
        What the user should know of it, without words of it.

    Raises:
        InputError: it is refused, or cannot be redacted; nothing is written then.
        OutputError: it cannot be written.
    """
    transcript = redact(read_transcript(source), redactions, guard_s=guard_s)
    write_transcript(transcript, target, names, overwrite=overwrite)
    return tuple(f"{transcript.name}: {note}" for note in transcript.notes)
