"""The first pass over a recording: what must be known before a voice can be exchanged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.survey import Surveyor
from voxnym.audio.loudness import Meter
from voxnym.audio.resample import Resampler
from voxnym.protocols import Source
from voxnym.recording.silence import SilenceFinder
from voxnym.records import Block, Survey

CANCELLED_POWER = 0.05
"""A mix with less than this share of its channels' power has lost most of the sound."""


@dataclass(frozen=True, eq=False)
class HeardVoice:
    """One voice of a recording: facts for the stages, loudness (LUFS), digital silence."""

    survey: Survey
    loudness: float
    silence: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Heard:
    """A whole recording.

    Args:
        voices: one, or one for each channel where channels are separate.
        loudness: of all channels together, LUFS.
        length: samples.
        cancels: the channels cancel each other when mixed.
    """

    voices: tuple[HeardVoice, ...]
    loudness: float
    length: int
    cancels: bool


def mixed(block: Block, separate: bool) -> Block:
    """(channels, n) samples as voices: (channels, n) if separate, else (1, n), their mean."""
    return block if separate or len(block) == 1 else block.mean(axis=0, keepdims=True)


def listen(
    source: Source,
    *,
    rate: int,
    needs: frozenset[str],
    separate: bool = False,
    beat: Callable[[float], None] = lambda share: None,
) -> Heard:
    """Read a recording once, in constant memory.

    Args:
        source: the recording.
        rate: the rate at which a survey is made, Hz.
        needs: fields of Survey that somebody uses; the others cost nothing.
        separate: each channel is one voice.
        beat: called with the share that is done, 0 to 1.
    """
    voices = source.channels if separate else 1
    ears = [_Ear(source.rate, rate, needs) for _ in range(voices)]
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
    )


class _Ear:
    """Listens to one voice; `channels` are the samples that must all be zero in silence."""

    def __init__(self, rate: int, survey_rate: int, needs: frozenset[str]) -> None:
        self._surveyor = Surveyor(survey_rate, needs) if needs - {"loudness"} else None
        self._resampler = Resampler(rate, survey_rate, 1)
        self._meter = Meter(rate, 1)
        self._finder = SilenceFinder(rate)

    def add(self, voice: Block, channels: Block) -> None:
        self._finder.add(channels)
        if len(channels) == 1:
            self._meter.add(voice)
        if self._surveyor is not None:
            self._surveyor.add(self._resampler.push(voice)[0])

    def result(self, loudness: float | None) -> HeardVoice:
        level = self._meter.level_db if loudness is None else loudness
        survey = Survey()
        if self._surveyor is not None:
            self._surveyor.add(self._resampler.finish()[0])
            survey = self._surveyor.result()
        survey = dataclasses.replace(survey, loudness=level)
        return HeardVoice(survey, level, self._finder.runs())
