"""Whether parts of an evaluation that must know nothing of each other share people or sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from voxnym.evaluation.clips import Clip, digest_of
from voxnym.records import Utterance


@dataclass(frozen=True)
class Shared:
    """What two parts have in common.

    Args:
        first: name of a part ("trials", "attacker's training", "pool of voices").
        second: name of the other.
        people: who is in both, sorted.
        sounds: pairs of utterances, one of each part, whose samples are equal, sorted.
    """

    first: str
    second: str
    people: tuple[str, ...]
    sounds: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """One sentence for a report."""
        both = f"{self.first} and {self.second}"
        return f"{both} share {len(self.people)} people and {len(self.sounds)} recordings"


def shared_between(
    parts: Mapping[str, Iterable[str]],
    utterances: Mapping[str, Utterance],
    clips: Mapping[str, Clip],
) -> tuple[Shared, ...]:
    """All pairs of parts that share somebody, or a recording under whatever name.

    Names are compared as the corpus has them, and samples after decoding, at 16 kHz: the same
    recording in another lossless container is found, in a lossy one it is not.

    Args:
        parts: name of each part to ids of its utterances.
        utterances: by id.
        clips: by id.

    Returns:
        None where nothing is shared.
    """
    held = {name: tuple(sorted(set(ids))) for name, ids in parts.items()}
    people = {name: {utterances[id].speaker for id in ids} - {None} for name, ids in held.items()}
    sound_of = {
        id: digest_of(clips[id].read())
        for id in sorted({id for ids in held.values() for id in ids})
    }
    return tuple(
        Shared(
            first,
            second,
            tuple(sorted(str(who) for who in people[first] & people[second])),
            tuple(sorted(_equal(held[first], held[second], sound_of))),
        )
        for first, second in combinations(held, 2)
        if people[first] & people[second] or any(_equal(held[first], held[second], sound_of))
    )


def _equal(
    first: Iterable[str], second: Iterable[str], sound_of: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    known = defaultdict(list)
    for id in first:
        known[sound_of[id]].append(id)
    for id in second:
        yield from ((other, id) for other in known[sound_of[id]])
