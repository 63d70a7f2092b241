"""The tables of a corpus for its anonymous recordings, with redacted texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

from voxnym.corpora.corpus import Corpus, Made, Naming
from voxnym.corpora.redaction import redacted_text, without_words
from voxnym.corpora.writing import write_corpus
from voxnym.jobs.request import Request
from voxnym.jobs.task import Recipe
from voxnym.jobs.texts import Finished, Written
from voxnym.records import Span, Utterance


@dataclass(frozen=True)
class CorpusTexts:
    """Writes a corpus in its own format, for all recordings that have an output.

    Args:
        corpus: as it was read.
        names: how ids are called.
        request: says what is redacted.
        recipe: says how far around it.
    """

    needs_all: ClassVar[bool] = True
    corpus: Corpus
    names: Naming
    request: Request
    recipe: Recipe

    def write(self, finished: Sequence[Finished], out: Path, folder: Path) -> Written:
        """All tables; of an utterance that cannot be redacted, no text."""
        if not finished:
            return Written()
        made = {each.task.place: _made(each, out) for each in finished}
        redactions = {each.task.place: each.task.redactions for each in finished}
        by_session = {
            recording.session_id: redactions.get(recording.id, ())
            for recording in self.corpus.recordings
        }
        withheld = 0

        def text_of(utterance: Utterance) -> str | None:
            nonlocal withheld
            redacted = by_session.get(utterance.recording, ())
            if utterance.text is None or not redacted:
                return utterance.text
            inside = [
                span.label for span in redacted if _touches(span, utterance, self.recipe.guard_s)
            ]
            text = redacted_text(utterance.text, inside) if inside else utterance.text
            if text is None:
                withheld += 1
                return None
            # A name that was redacted once is to be read nowhere else.
            return without_words(text, {span.label for span in redacted})

        notes = write_corpus(self.corpus, folder, made, self.names, text_of=text_of)
        if withheld:
            notes = (
                *notes,
                f"texts of {withheld} utterances were left out: the labels of the redactions do "
                "not say which of their words to remove",
            )
        return Written(notes)


def _touches(span: Span, utterance: Utterance, guard_s: float) -> bool:
    after_start = utterance.start is None or span.end + guard_s > utterance.start
    return after_start and (utterance.end is None or span.start - guard_s < utterance.end)


def _made(finished: Finished, out: Path) -> Made:
    """What stands for a recording: from its outcome, or from the file that an earlier run left."""
    target = finished.task.target
    place = PurePath(target.relative_to(out).as_posix())
    outcome = finished.outcome
    if outcome is not None:
        return Made(place, outcome.rate, outcome.frames, outcome.channels)
    from voxnym.audio.open import open_source

    source = open_source(target)
    frames = source.declared_frames
    if frames is None:
        frames = sum(block.shape[1] for block in source.blocks())
    return Made(place, source.rate, frames, source.channels)
