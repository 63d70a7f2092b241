"""Which words overlap a stretch, found without looking at all of them each time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from voxnym.corpora.transcript import Word
from voxnym.errors import InputError

_MOST_WORK = 50_000_000


class Timeline:
    """Words with times, in order of time.

    Args:
        words: those without times are never found.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        timed = sorted(
            (word.start, word.end, index)
            for index, word in enumerate(words)
            if word.start is not None and word.end is not None
        )
        self._starts = [start for start, _, _ in timed]
        self._ends = [end for _, end, _ in timed]
        self._indices = [index for _, _, index in timed]
        # Never falls, so that it can be searched: before the first one that reaches so far,
        # none does.
        self._reach = list(accumulate(self._ends, max))
        self._work = 0

    def overlapping(self, start: float, end: float) -> set[int]:
        """Indices of words that touch a stretch, the ones that only meet its edges included.

        Raises:
            InputError: so many words overlap so many stretches that it would not end.
        """
        last = bisect_right(self._starts, end)
        first = bisect_left(self._reach, start, 0, last)
        self._work += last - first
        if self._work > _MOST_WORK:
            raise InputError(
                "too many labels overlap too many words; expected shorter cues, or fewer labels"
            )
        return {self._indices[i] for i in range(first, last) if self._ends[i] >= start}
