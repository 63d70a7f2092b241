"""What is said in a recording, word by word, whatever file it came in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from voxnym.corpora.letters import SPACELESS

TranscriptKind = Literal["text", "kaldi", "ctm", "srt", "vtt"]
MOST_WORDS: Final = 2_000_000
_WORD: Final = re.compile(f"[{SPACELESS}]|[^\\s{SPACELESS}]+")
# What a terminal or a player may obey; none of it is said.
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\U000e0000-\U000e007f]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a character of a script without spaces.

    Args:
        text: without white space.
        gap: what stands between it and the word before: nothing, a space, or ends of lines.
        start: seconds from the start of the recording; None where nothing is known.
        end: seconds, not before `start`.
        exact: whether the times are the word's own; otherwise it lies somewhere between them.
        speaker: who says it, where the file names them.
        redacted: whether it is a mark that stands for words.
    """

    text: str
    gap: str = " "
    start: float | None = None
    end: float | None = None
    exact: bool = False
    speaker: str | None = None
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown or listed together.

    Args:
        words: in order.
        start: seconds; None where nothing is known.
        end: seconds.
        recording: id of the recording or utterance, where the file names it.
        channel: as the file has it.
    """

    words: tuple[Word, ...]
    start: float | None = None
    end: float | None = None
    recording: str | None = None
    channel: str = "1"


@dataclass(frozen=True)
class Transcript:
    """A transcript; it holds nothing that is not going to be written but names.

    Args:
        kind: "text", "kaldi", "ctm", "srt" or "vtt".
        cues: in the order of the file.
        name: of the file, printable; for errors.
        notes: what was left out or is odd, one line each; they hold no words.
    """

    kind: TranscriptKind
    cues: tuple[Cue, ...]
    name: str = "transcript"
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, in order."""
        return tuple(word for cue in self.cues for word in cue.words)


def split_words(text: str) -> list[Word]:
    r"""The words of a text with what stands between them; times and speakers are still missing.

    >>> [(word.gap, word.text) for word in split_words("so  it\n\nis")]
    [('', 'so'), (' ', 'it'), ('\n\n', 'is')]
    """
    text = _CONTROLS.sub("", text)
    words: list[Word] = []
    before = 0
    for found in _WORD.finditer(text):
        space = text[before : found.start()]
        lines = space.count("\n")
        gap = "\n" * min(lines, 2) if lines else " " if space else ""
        words.append(Word(found[0], gap))
        before = found.end()
    return words


def joined(words: Sequence[Word]) -> str:
    """The text of words; what stands before the first one is dropped."""
    return "".join(word.gap + word.text for word in words).lstrip()
