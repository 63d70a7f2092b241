"""The first pass over a recording: what must be known before a voice can be exchanged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.survey import Surveyor
from voxnym.audio.loudness import Meter
from voxnym.audio.resample import Resampler
from voxnym.protocols import Source
from voxnym.recording.cast import Cast
from voxnym.recording.pauses import PauseFinder
from voxnym.recording.silence import SilenceFinder
from voxnym.records import Block, Survey

CANCELLED_POWER = 0.05
"""A mix with less than this share of its channels' power has lost most of the sound."""


@dataclass(frozen=True)
class HeardPart:
    """One person: facts for the stages, and loudness (LUFS)."""

    survey: Survey
    loudness: float


@dataclass(frozen=True, eq=False)
class HeardLane:
    """One signal of a recording and the people on it.

    Args:
        parts: in the order of the cast's people.
        silence: where no voice is to be heard, (count, 2): first sample, and the one after the
            last. Digital silence, or all pauses where the surroundings are cleaned.
        silence_rate: the rate at which these samples are counted, Hz.
    """

    parts: tuple[HeardPart, ...]
    silence: NDArray[np.int64]
    silence_rate: int


@dataclass(frozen=True, eq=False)
class Heard:
    """A whole recording.

    Args:
        lanes: one, or one for each channel where channels are separate.
        loudness: of all channels together, LUFS.
        length: samples.
        cancels: the channels cancel each other when mixed.
        rate: of these samples, Hz.
    """

    lanes: tuple[HeardLane, ...]
    loudness: float
    length: int
    cancels: bool
    rate: int

    @property
    def silent_share(self) -> float:
        """Share of time in which no voice is to be heard on any lane, at least, 0 to 1."""
        seconds = max(self.length / self.rate, 1e-9)
        return min(
            float(np.diff(lane.silence, axis=1).sum()) / lane.silence_rate / seconds
            for lane in self.lanes
        )


def mixed(block: Block, separate: bool) -> Block:
    """(channels, n) samples as lanes: (channels, n) if separate, else (1, n), their mean."""
    return block if separate or len(block) == 1 else block.mean(axis=0, keepdims=True)


def listen(
    source: Source,
    casts: Sequence[Cast],
    *,
    rate: int,
    needs: frozenset[str],
    clean: bool = False,
    beat: Callable[[float], None] = lambda share: None,
) -> Heard:
    """Read a recording once, in constant memory.

    Args:
        source: the recording.
        casts: who speaks when: one for all channels together, or one for each channel.
        rate: the rate at which a survey is made, Hz.
        needs: fields of Survey that somebody uses; the others cost nothing.
        clean: find all pauses, not digital silence alone.
        beat: called with the share that is done, 0 to 1.
    """
    separate = len(casts) > 1
    ears = [_Ear(source.rate, rate, needs, cast, clean=clean) for cast in casts]
    together = Meter(source.rate, source.channels)
    length, power, mixed_power = 0, 0.0, 0.0
    for block in source.blocks():
        length += block.shape[1]
        together.add(block)
        rows = mixed(block, separate)
        if len(rows) < len(block):
            power += float(np.mean(np.square(block))) * block.shape[1]
            mixed_power += float(np.mean(np.square(rows))) * block.shape[1]
        for i, ear in enumerate(ears):
            ear.add(rows[i : i + 1], block[i : i + 1] if separate else block)
        beat(min(1.0, length / max(source.declared_frames or length, 1)))
    loudness = together.level_db
    return Heard(
        tuple(ear.result(None if separate else loudness) for ear in ears),
        loudness,
        length,
        cancels=mixed_power < CANCELLED_POWER * power,
        rate=source.rate,
    )


class _Ear:
    """Listens to one lane; `channels` are the samples that must all be zero in silence."""

    def __init__(
        self, rate: int, survey_rate: int, needs: frozenset[str], cast: Cast, *, clean: bool
    ) -> None:
        self._rate, self._survey_rate, self._cast = rate, survey_rate, cast
        surveyed = bool(needs - {"loudness"})
        people = range(len(cast.people))
        self._surveyors = [Surveyor(survey_rate, needs) for _ in people] if surveyed else []
        self._meters = [Meter(rate, 1) for _ in people]
        self._digital = None if clean else SilenceFinder(rate)
        self._pauses = PauseFinder(survey_rate) if clean else None
        self._resampler = Resampler(rate, survey_rate, 1) if surveyed or clean else None
        self._taken = self._resampled = 0

    def add(self, voice: Block, channels: Block) -> None:
        if self._digital is not None:
            self._digital.add(channels)
        if len(channels) == 1 or len(self._meters) > 1:
            last = self._taken + voice.shape[1]
            for owner, place in self._cast.split(self._taken, last, self._rate):
                self._meters[owner].add(_part(voice, place, self._taken))
        self._taken += voice.shape[1]
        if self._resampler is not None:
            self._hear(self._resampler.push(voice))

    def result(self, loudness: float | None) -> HeardLane:
        if self._resampler is not None:
            self._hear(self._resampler.finish())
        levels = [meter.level_db for meter in self._meters]
        if loudness is not None and len(levels) == 1:
            levels = [loudness]
        surveys = [surveyor.result() for surveyor in self._surveyors] or [Survey() for _ in levels]
        parts = tuple(
            HeardPart(dataclasses.replace(survey, loudness=level), level)
            for survey, level in zip(surveys, levels, strict=True)
        )
        if self._pauses is not None:
            return HeardLane(parts, self._pauses.runs(), self._survey_rate)
        assert self._digital is not None, "one of the two finds silence"
        return HeardLane(parts, self._digital.runs(), self._rate)

    def _hear(self, voice: Block) -> None:
        if self._pauses is not None:
            self._pauses.add(voice)
        first, self._resampled = self._resampled, self._resampled + voice.shape[1]
        if self._surveyors:
            for owner, place in self._cast.split(first, self._resampled, self._survey_rate):
                self._surveyors[owner].add(_part(voice, place, first)[0])


def _part(block: Block, place: slice, first: int) -> Block:
    return block[:, place.start - first : place.stop - first]
