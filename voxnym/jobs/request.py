"""What the user asks beyond the recipe: who speaks, what is hidden, what is renamed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from voxnym.corpora.label_book import LabelBook
from voxnym.corpora.names import PseudonymNames
from voxnym.jobs.who import SpeakerFrom
from voxnym.records import Span


@dataclass(frozen=True)
class Request:
    """Facts about the recordings of a folder or corpus.

    Args:
        speaker: one name for all recordings, or None.
        speaker_from: whose name is the speaker's otherwise.
        turns: who speaks when in each recording.
        redactions: what nobody may hear of each recording.
        transcripts: folder of transcripts, mirrored like the recordings.
        names: gives pseudonyms to everything that has a name; None keeps names.
    """

    speaker: str | None = None
    speaker_from: SpeakerFrom = "file"
    turns: LabelBook | None = None
    redactions: LabelBook | None = None
    transcripts: Path | None = None
    names: PseudonymNames | None = None

    def turns_of(self, recording: PurePath) -> tuple[Span, ...]:
        """Who speaks when in a recording, by its path inside the input.

        Raises:
            InputError: the labels do not have it.
        """
        return () if self.turns is None else self.turns.spans_for(recording)

    def redactions_of(self, recording: PurePath) -> tuple[Span, ...]:
        """What nobody may hear of a recording.

        Raises:
            InputError: the labels do not have it.
        """
        return () if self.redactions is None else self.redactions.spans_for(recording)

    def renamed(self, place: PurePath) -> PurePath:
        """The path inside the output of what has this path inside the input."""
        return place if self.names is None else self.names.path(place)

    def check(self, recordings: Iterable[PurePath]) -> tuple[str, ...]:
        """Refuse labels that two recordings would share; what else is odd about them as notes.

        Raises:
            InputError: two recordings have the same labels, or one has none.
        """
        notes = []
        places = tuple(recordings)
        for what, book in (("turns", self.turns), ("redactions", self.redactions)):
            if book is None:
                continue
            book.check(places)
            unused = book.unused(places)
            if unused:
                notes.append(f"{what} of {unused} recordings that are not there were left out")
        return tuple(notes)
