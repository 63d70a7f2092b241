"""Redacting a transcript: the words of labelled stretches are replaced by a mark.

Rules, in doubt for privacy:

- A word with times of its own (CTM, inline times of WebVTT) goes if it overlaps a stretch.
- A cue has times only as a whole. If the label's words all stand in the cues that overlap the
  stretch, these words go; if not, or if the label is only a class ("NAME"), everything in them.
- Without times only words can be found. A label that is no words, or whose words do not occur as
  often as there are stretches with it, refuses the transcript.
- The words of labels go everywhere else, too, and so does each part of a name that stands alone,
  and each word with a time of its own that was heard in a short stretch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from voxnym.corpora.chosen import Chosen
from voxnym.corpora.transcript import Cue, Transcript, Word, joined, split_words
from voxnym.errors import InputError
from voxnym.records import Span

MARK: Final = "[redacted]"
GUARD_S: Final = 0.1
"""How far a stretch reaches beyond its label on both sides, since labels are cut by hand."""
_LONGEST_GAP_S: Final = 1.0
_SHOWN_TIMES: Final = 5


def redact(
    transcript: Transcript,
    spans: Iterable[Span],
    *,
    mark: str = MARK,
    guard_s: float = GUARD_S,
    all_occurrences: bool = True,
) -> Transcript:
    """The transcript without what is said in some stretches of the recording.

    Args:
        transcript: as `read_transcript` gives it.
        spans: what must not be heard; labels are the words said there, their class, or empty.
        mark: what stands for redacted words; one for several in a row.
        guard_s: seconds that are added to each stretch on both sides, 0 or more.
        all_occurrences: whether words of labels are redacted outside the stretches, too.

    Returns:
        The same kind, with notes that hold counts and times, never words.

    Raises:
        InputError: a transcript without times in which a label's words are not found, or a mark
            that the format cannot hold.
    """
    _check_mark(transcript, mark, guard_s)
    chosen = Chosen(transcript.cues, sorted(set(spans)), guard_s)
    notes = transcript.notes
    if transcript.kind in ("text", "kaldi"):
        gone = chosen.by_words(transcript.name, all_occurrences=all_occurrences)
    else:
        inside, missing = chosen.by_time()
        outside = chosen.anywhere() - inside
        notes += (*_missing(missing), *_outside(transcript.words, outside, all_occurrences))
        gone = inside | outside if all_occurrences else inside
    cues = tuple(_marked(transcript.cues, gone, mark))
    return dataclasses.replace(transcript, cues=cues, notes=notes)


def redacted_text(text: str, labels: Sequence[str], mark: str = MARK) -> str | None:
    """A text without times, such as an utterance's of a corpus, without the words of labels.

    Args:
        text: what is said.
        labels: what is said in each redacted stretch of it.
        mark: what stands for redacted words; one for several in a row.

    Returns:
        None where it cannot be done: a label that is no words, or words that do not occur.

    >>> redacted_text("my name is Anna Berg, Anna's my name", ["anna berg"])
    'my name is [redacted] my name'
    >>> redacted_text("my name is Anna", ["NAME"]) is None
    True
    """
    cues = [Cue(tuple(split_words(text)))]
    # One after the other, so that each of them must occur.
    spans = [Span(2 * place, 2 * place + 1, label) for place, label in enumerate(labels)]
    try:
        gone = Chosen(cues, spans, 0.0).by_words("", all_occurrences=True)
    except InputError:
        return None
    return " ".join(joined(cue.words) for cue in _marked(cues, gone, mark))


def without_words(text: str, labels: Iterable[str], mark: str = MARK) -> str:
    """A text in which the words of labels are redacted where they occur, if they do.

    For what is said outside the redacted stretches: a name that was redacted once is to be read
    nowhere else.

    >>> without_words("Anna and Bob", ["anna berg", "NAME"])
    '[redacted] and Bob'
    """
    cues = [Cue(tuple(split_words(text)))]
    spans = [Span(2 * place, 2 * place + 1, label) for place, label in enumerate(sorted(labels))]
    gone = Chosen(cues, spans, 0.0).anywhere()
    return " ".join(joined(cue.words) for cue in _marked(cues, gone, mark)) if gone else text


def _check_mark(transcript: Transcript, mark: str, guard_s: float) -> None:
    if not mark.strip() or not mark.isprintable() or "-->" in mark:
        raise InputError("mark: expected printable text on one line, without -->")
    if transcript.kind == "ctm" and mark.split() != [mark]:
        raise InputError("mark: has spaces, which CTM cannot hold; expected none")
    if not 0 <= guard_s < float("inf"):
        raise InputError(f"guard_s={guard_s}: expected seconds, 0 or more")


def _missing(labels: int) -> Iterator[str]:
    if labels:
        yield (
            f"the words of {labels} labels were not found in their stretch, so everything there "
            "was redacted; check the transcript and the times of the labels"
        )


def _outside(words: Sequence[Word], outside: set[int], redacted: bool) -> Iterator[str]:
    if not outside:
        return
    starts = sorted({words[i].start or 0.0 for i in outside})
    times = ", ".join(f"{start:.1f}" for start in starts[:_SHOWN_TIMES])
    more = ", …" if len(starts) > _SHOWN_TIMES else ""
    done = "were redacted there, too, but are still heard" if redacted else "were kept there"
    yield (
        f"words of labels also stand outside the redacted stretches ({len(outside)} words, near "
        f"{times}{more} s); they {done}: label these stretches"
    )


def _marked(cues: Iterable[Cue], gone: set[int], mark: str) -> Iterator[Cue]:
    first = 0
    for cue in cues:
        kept: list[Word] = []
        for index, word in enumerate(cue.words, first):
            if index not in gone:
                kept.append(word)
                continue
            last = kept[-1] if kept else None
            if last is not None and last.redacted and _adjacent(last, word):
                kept[-1] = dataclasses.replace(last, end=_later(last.end, word.end))
            else:
                kept.append(dataclasses.replace(word, text=mark, redacted=True))
        first += len(cue.words)
        yield dataclasses.replace(cue, words=tuple(kept))


def _adjacent(before: Word, word: Word) -> bool:
    if before.speaker != word.speaker:
        return False
    far = before.exact and word.exact and (word.start or 0.0) - (before.end or 0.0)
    return not far or far <= _LONGEST_GAP_S


def _later(first: float | None, second: float | None) -> float | None:
    return second if first is None or second is None else max(first, second)
