"""Words of labels looked for in the words of a transcript, whatever their spelling."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from voxnym.corpora.letters import letters_of
from voxnym.corpora.said import spellings
from voxnym.errors import InputError

_ENDINGS = frozenset(("s", "es", "n", "en", "ns"))
"""A genitive or plural glued to a name: "Annas Haus", "die Bergs"."""
_LONGEST_ENDING = 2
_SURE_LETTERS = 5
"""So many letters in a row are no coincidence even where the words are divided otherwise."""
_MOST_WORK = 5 * 10**9
_WORK_OF_A_HIT = 200
"""What looking at a place costs, in letters that could be searched in that time."""


class Sought:
    """The letters of a transcript in a row.

    Args:
        words: in order; divided at spaces.
        glued: for each word, whether it stands without a space after the one before.
    """

    def __init__(self, words: Sequence[str], glued: Sequence[bool]) -> None:
        rows: list[str] = []
        self._starts = bytearray()
        self._owners = array("I")
        self._work = 0
        self._places: dict[str, dict[int, range]] = {}
        first = 0
        for last in range(1, len(words) + 1):
            if last == len(words) or not glued[last]:
                rows.append(self._add(words, first, last))
                first = last
        self._letters = "".join(rows)
        self._starts.append(1)

    def _add(self, words: Sequence[str], first: int, last: int) -> str:
        letters, starts = letters_of("".join(words[first:last]))
        flags = bytearray(len(letters))
        for start in starts:
            flags[start] = 1
        self._starts += flags
        for word in range(first, last):
            own = letters if last - first == 1 else letters_of(words[word])[0]
            self._owners.extend([word] * len(own))
        return letters

    def places(self, words: str) -> Mapping[int, range]:
        """Where these words stand.

        Returns:
            By the index of the first word, the indices of all words that hold them.

        Raises:
            InputError: so many labels and so long a transcript that the search would not end.
        """
        if words not in self._places:
            found: dict[int, range] = {}
            for place in self._found(words):
                longest = max(place.stop, found.get(place.start, place).stop)
                found[place.start] = range(place.start, longest)
            self._places[words] = found
        return self._places[words]

    def _found(self, words: str) -> Iterator[range]:
        for letters, starts in sorted(spellings(words)):
            self._spend(len(self._letters))
            inner = bytes(1 if i in starts else 0 for i in range(len(letters)))
            at = self._letters.find(letters)
            while at >= 0:
                self._spend(_WORK_OF_A_HIT)
                end = at + len(letters)
                if self._starts[at] and self._divided(at, end, inner):
                    last = self._end_of_word(end) - 1
                    if last >= end - 1:
                        yield range(self._owners[at], self._owners[last] + 1)
                at = self._letters.find(letters, at + 1)

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > _MOST_WORK:
            raise InputError(
                "too many labels for so long a transcript; expected fewer: divide them"
            )

    def _end_of_word(self, end: int) -> int:
        """Where the word ends that is complete at `end` but for an ending; 0 if it is another."""
        following = self._starts.find(1, end, end + _LONGEST_ENDING + 1)
        if following == end or self._letters[end:following] in _ENDINGS:
            return following
        return 0

    def _divided(self, at: int, end: int, inner: bytes) -> bool:
        return end - at >= _SURE_LETTERS or self._starts[at:end] == inner
