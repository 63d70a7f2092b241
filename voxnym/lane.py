"""One signal of a recording at work: the people on it, one after the other, in other voices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voxnym.audio.loudness import Meter
from voxnym.errors import RenderError, VoxnymError
from voxnym.recording.cast import CROSSFADE_S, Cast, share_of
from voxnym.recording.likeness import Likeness
from voxnym.recording.silence import SilenceKeeper
from voxnym.recording.splice import Splice
from voxnym.records import Block, Survey

if TYPE_CHECKING:
    from voxnym.recording.listening import HeardLane
    from voxnym.system import Core, System

MARGIN_S = 0.1
"""Context around a person's stretches; it must hold the crossfade."""
PAUSE_S = 0.05
"""Silence between stretches beyond the codec's look-ahead."""

assert MARGIN_S > CROSSFADE_S


@dataclass(frozen=True)
class Exchanged:
    """How a person came out, before any gain.

    Args:
        loudness: of all channels that the voice will stand on, LUFS.
        peak: the largest sample.
        likeness: correlation with the original, 0 to 1.
    """

    loudness: float
    peak: float
    likeness: float


class Lane:
    """Exchanges all voices of one signal at the codec's rate, block by block.

    Each person has a codec and stages of their own, which hear their stretches only. Every sample
    of the result comes out of a codec: shares of several people in a sample add up to one.

    Args:
        system: codec, stages and key.
        cast: who has the floor when.
        heard: what the first pass found, in the order of the cast's people.
        copies: on how many channels the result will stand.
    """

    def __init__(self, system: System, cast: Cast, heard: HeardLane, copies: int) -> None:
        keeper = SilenceKeeper(heard.silence, heard.silence_rate, system.codec.rate)
        self._people = [
            _Person(system, cast, i, part.survey, keeper, copies)
            for i, part in enumerate(heard.parts)
        ]
        self._waiting = sorted(self._people, key=lambda person: -person.begins)
        self._speaking: list[_Person] = []
        self._taken = self._given = 0
        self._sum: Block = np.zeros(0, np.float32)

    def process(self, samples: Block, last: bool) -> Block:
        """(n,) samples in, those that are ready out; over a recording as many as came in."""
        end = self._taken + samples.size
        while self._waiting and self._waiting[-1].begins < end:
            self._speaking.append(self._waiting.pop())
        for person in self._speaking:
            for place, piece in person.process(samples, self._taken, last):
                self._add(place, piece)
        self._speaking = [person for person in self._speaking if not person.finished]
        self._taken = end
        done = min([end, *(person.complete_to for person in self._speaking)])
        self._add(done, np.zeros(0, np.float32))
        ready, self._sum = np.split(self._sum, [done - self._given])
        self._given = done
        return ready

    def results(self) -> tuple[Exchanged, ...]:
        """How each person came out, in the order of the cast."""
        return tuple(person.result() for person in self._people)

    def _add(self, place: int, piece: Block) -> None:
        at = place - self._given
        missing = at + piece.size - self._sum.size
        if missing > 0:
            self._sum = np.concatenate([self._sum, np.zeros(missing, np.float32)])
        self._sum[at : at + piece.size] += piece


class _Person:
    """One person at work; the codec starts when they first speak and goes when they last did."""

    def __init__(
        self,
        system: System,
        cast: Cast,
        index: int,
        survey: Survey,
        keeper: SilenceKeeper,
        copies: int,
    ) -> None:
        rate = system.codec.rate
        self._system, self._cast, self._index, self._survey = system, cast, index, survey
        self._alone = len(cast.people) == 1
        margin = 0 if self._alone else round(MARGIN_S * rate)
        pause = round((system.look_ahead + PAUSE_S) * rate)
        self._splice = Splice(cast.stretches(index, rate), margin, pause)
        self.begins = self._splice.begins
        self.finished = False
        self._core: Core | None = None
        self._keeper, self._copies = keeper, copies
        self._meter = Meter(rate, copies)
        self._likeness = Likeness()
        self._peak = 0.0
        self._owed = 0

    @property
    def complete_to(self) -> int:
        """Up to which sample of the recording nothing of this person is missing."""
        return self._splice.complete_to

    def process(self, samples: Block, first: int, last: bool) -> Iterator[tuple[int, Block]]:
        """Pieces that are ready, with their places, weighted by this person's share."""
        taken = np.concatenate([np.zeros(0, np.float32), *self._splice.take(samples, first)])
        self.finished = last or self._splice.ended
        for piece in self._splice.give(self._exchange(taken, self.finished)):
            weighted = self._weighted(piece.place, piece.samples)
            self._measure(piece.place, weighted)
            yield piece.place, weighted

    def result(self) -> Exchanged:
        """Loudness, peak and likeness over all that came out."""
        return Exchanged(self._meter.level_db, self._peak, self._likeness.correlation)

    def _exchange(self, samples: Block, last: bool) -> Block:
        if self._core is None:
            self._core = self._system.core(self._cast.people[self._index], self._survey)
        try:
            out = self._core.process(samples, last)
        except VoxnymError:
            raise
        except Exception as error:
            raise RenderError(f"anonymizing failed ({type(error).__name__}: {error})") from error
        if not np.isfinite(out).all():
            raise RenderError("anonymizing failed: the result holds NaN or infinity")
        self._owed += samples.size - out.size
        if last:
            self._core = None
            if self._owed:
                raise RenderError(
                    f"{self._system.name} gave {self._owed} samples too few (less than 0: too "
                    "many); this is a defect of the codec"
                )
        out = out.astype(np.float32, copy=False)
        self._likeness.original(samples)
        self._likeness.result(out)
        return out

    def _weighted(self, place: int, samples: Block) -> Block:
        if self._alone:
            return samples
        share = share_of(len(self._cast.people), self._index)
        rate = self._system.codec.rate
        curve = self._cast.curve(share, place, place + samples.size, rate)
        return samples * curve.astype(np.float32)

    def _measure(self, place: int, samples: Block) -> None:
        """Loudness is that of what will be heard: with its silence, and on all channels."""
        kept = self._keeper.at(place, samples[np.newaxis])
        self._meter.add(np.broadcast_to(kept, (self._copies, samples.size)))
        self._peak = max(self._peak, float(np.abs(samples).max(initial=0.0)))
