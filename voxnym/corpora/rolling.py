"""Captions that roll: a cue repeats the end of the one before, and goes on.

A repeated word was said when it was first shown. With the times of the cue that repeats it, it
would stay where the cue that says it is redacted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import takewhile

from voxnym.corpora.letters import letters_of
from voxnym.corpora.transcript import Cue, Word

_BRIEF_S = 0.05
"""Cues so short only carry lines over to the next one."""


def with_first_times(cues: Sequence[Cue]) -> list[Cue]:
    """The same cues, in which words that repeat the cue before have the time when they were said.

    Where it is not sure that they are shown again and not said again, they have both times.

    Args:
        cues: in order of time; each word has times.
    """
    rolled: list[Cue] = []
    for cue in cues:
        before = rolled[-1].words if rolled else ()
        repeated = _repeated(before, cue.words)
        lines = [i for i, word in enumerate(cue.words) if "\n" in word.gap]
        last_line = lines[-1] if lines else 0
        brief = (cue.end or 0.0) - (cue.start or 0.0) < _BRIEF_S
        words = [
            _since(first, word, cue, carried=brief or (word.exact and i < last_line))
            for i, (first, word) in enumerate(zip(repeated, cue.words, strict=False))
        ]
        rolled.append(dataclasses.replace(cue, words=(*words, *cue.words[len(words) :])))
    return rolled


def _repeated(before: Sequence[Word], words: Sequence[Word]) -> Sequence[Word]:
    """Words of the cue before with which this one begins: its end, or its start."""
    old = [letters_of(word.text)[0] or word.text for word in before]
    new = [letters_of(word.text)[0] or word.text for word in words]
    tail = _shared(old, new)
    pairs = zip(old, new, strict=False)
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return before[len(before) - tail :] if tail >= head else before[:head]


def _since(first: Word, word: Word, cue: Cue, *, carried: bool) -> Word:
    if first.start is None or first.end is None or word.start is None or word.end is None:
        return word
    if word.exact and cue.start is not None and word.start > cue.start:
        return word  # it has an inline time, so it is said here
    if first.exact and carried:
        return dataclasses.replace(word, start=first.start, end=first.end, exact=True)
    start, end = min(first.start, word.start), max(first.end, word.end)
    return dataclasses.replace(word, start=start, end=end, exact=first.exact and word.exact)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """The longest end of `old` with which `new` begins.

    Source: the prefix function of Knuth, Morris and Pratt (1977), in linear time.
    """
    if not new:
        return 0
    row = [*new, None, *old]
    lengths = [0] * len(row)
    for i in range(1, len(row)):
        length = lengths[i - 1]
        while length and row[i] != row[length]:
            length = lengths[length - 1]
        lengths[i] = length + (row[i] == row[length])
    return lengths[-1]
