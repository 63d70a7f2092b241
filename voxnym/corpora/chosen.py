"""Which words of a transcript are, or may be, those of redacted stretches."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from voxnym.corpora.overlap import Timeline
from voxnym.corpora.said import parts_of, points, words_said
from voxnym.corpora.sought import Sought
from voxnym.corpora.transcript import Cue
from voxnym.errors import InputError
from voxnym.records import Span

_MOST_HEARD = 3
"""Words of a name; a longer stretch is a story, whose words everybody uses."""


class Chosen:
    """Words of a transcript looked up by time and by what labels say.

    Args:
        cues: the whole transcript, in order.
        spans: redacted stretches, in order of time.
        guard_s: seconds added to each on both sides.
    """

    def __init__(self, cues: Sequence[Cue], spans: Sequence[Span], guard_s: float) -> None:
        self._words = [word for cue in cues for word in cue.words]
        self._spans = spans
        self._guard_s = guard_s
        # The first word of a cue has no gap before it and still stands apart.
        glued = [bool(i) and not word.gap for cue in cues for i, word in enumerate(cue.words)]
        self._sought = Sought([word.text for word in self._words], glued)
        self._said = {span.label: words_said(span.label) for span in spans}
        self._heard: set[str] = set()
        # The same words said several times must be found several times.
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        ends: dict[str, float] = {}
        for span in spans:
            if span.start >= ends.get(span.label, 0.0):
                self._times[span.label].append(span.start)
            ends[span.label] = max(span.end, ends.get(span.label, 0.0))

    def by_time(self) -> tuple[set[int], int]:
        """Words in the stretches.

        Returns:
            Their indices, and how many labels with words were not found in their stretch, so
            that everything there was taken.

        Raises:
            InputError: too much to look through.
        """
        timeline = Timeline(self._words)
        gone: set[int] = set()
        missing = 0
        for span in self._spans:
            near = timeline.overlapping(span.start - self._guard_s, span.end + self._guard_s)
            said = self._said[span.label]
            places = self._within(near, said) if said else []
            if said is None:
                self._heard.update(self._heard_in(span, near))
            if len(places) < max(1, self._stretches(span.label, near)):
                missing += said is not None
                gone |= near
                continue
            gone.update(index for index in near if self._words[index].exact)
            for place in places:
                gone.update(place)
            for part in parts_of(said or ""):
                for place in self._within(near, part):
                    gone.update(place)
        return gone, missing

    def by_words(self, name: str, *, all_occurrences: bool) -> set[int]:
        """Words of all labels, for a transcript without times.

        Args:
            name: of the transcript, for errors.
            all_occurrences: whether parts of names that stand alone are taken, too.

        Raises:
            InputError: a label that is no words, or words that do not occur often enough.
        """
        place = f"{name}: " if name else ""
        for label, said in self._said.items():
            found = 0 if said is None else len(self._sought.places(said))
            if found < max(1, len(self._times[label])):
                what = "words that do not occur as often as they are labelled"
                if said is None:
                    what = "only a class, no words" if label else "empty"
                raise InputError(
                    f"{place}a transcript without times, and a label that is {what}; expected "
                    "labels that say what is heard, or a transcript with times (SRT, WebVTT, CTM)"
                )
        if all_occurrences:
            return self.anywhere()
        texts = [said for said in self._said.values() if said]
        return {i for text in texts for place in self._sought.places(text).values() for i in place}

    def anywhere(self) -> set[int]:
        """Words of all labels, wherever they stand, and parts of names that stand alone.

        After `by_time` also the words that were heard in short stretches whose label is only a
        class: a name that is labelled "NAME" once may be said again.

        Raises:
            InputError: too much to look through.
        """
        texts = {each for said in self._said.values() if said for each in (said, *parts_of(said))}
        places = (
            place
            for text in sorted(texts | self._heard)
            for place in self._sought.places(text).values()
        )
        return {index for place in places for index in place}

    def _within(self, near: Collection[int], text: str) -> list[range]:
        places = self._sought.places(text)
        found = (places.get(index) for index in near)
        return [place for place in found if place and all(index in near for index in place)]

    def _heard_in(self, span: Span, near: Collection[int]) -> Iterator[str]:
        """Words that lie in a short stretch with half of their time or more, if they say much."""
        inside = []
        for index in near:
            word = self._words[index]
            start, end = word.start or 0.0, word.end or 0.0
            if word.exact and min(end, span.end) - max(start, span.start) >= (end - start) / 2:
                inside.append(word.text)
        if len(inside) <= _MOST_HEARD:
            yield from filter(points, inside)

    def _stretches(self, label: str, near: Collection[int]) -> int:
        """How many stretches with this label lie in the time of these words."""
        if not near:
            return 0
        first = min(self._words[i].start or 0.0 for i in near)
        last = max(self._words[i].end or 0.0 for i in near)
        times = self._times[label]
        return bisect_right(times, last) - bisect_left(times, first)
