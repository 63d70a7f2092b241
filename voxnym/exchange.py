"""The second pass over a recording: the voices are exchanged, into a scratch place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from voxnym.audio.loudness import Meter
from voxnym.audio.resample import Resampler
from voxnym.errors import InputError, RenderError, VoxnymError
from voxnym.protocols import Source
from voxnym.recording.likeness import Likeness
from voxnym.recording.listening import Heard, HeardVoice, mixed
from voxnym.recording.scratch import Scratch
from voxnym.recording.silence import SilenceKeeper
from voxnym.records import Block, Who

if TYPE_CHECKING:
    from voxnym.system import System

PORTION_S = 10.0
"""Vectorised codecs cost less per frame the more of them they get at once."""


@dataclass(frozen=True)
class Exchanged:
    """How a voice came out, before any gain.

    Args:
        loudness: of all channels that it will stand on, LUFS.
        peak: the largest sample.
        likeness: correlation with the original, 0 to 1.
    """

    loudness: float
    peak: float
    likeness: float


def exchange(
    system: System,
    source: Source,
    who: Who,
    heard: Heard,
    place: Scratch,
    beat: Callable[[float], None],
) -> tuple[Exchanged, ...]:
    """Anonymize every voice of a recording, in constant memory.

    Args:
        system: codec, stages and key.
        source: the recording.
        who: for whom; each voice is a person of its own where there are more.
        heard: what the first pass found.
        place: gets the anonymized samples, at the codec's rate.
        beat: called with the share that is done, 0 to 1.

    Raises:
        InputError: the recording is not the one that was heard.
        RenderError: a codec or stage failed.
    """
    voices = _voices(system, source, who, heard)
    resampler = Resampler(source.rate, system.codec.rate, len(voices))
    read = taken = 0
    for portion in _portions(source, len(voices) > 1):
        read += portion.shape[1]
        resampled = resampler.push(portion)
        taken += resampled.shape[1]
        place.write(_advance(voices, resampled, last=False))
        beat(min(1.0, read / max(heard.length, 1)))
    rest = resampler.finish()
    place.write(_advance(voices, rest, last=True))
    if read != heard.length:
        raise InputError(
            f"the recording changed while it was read: {heard.length} samples, then {read}"
        )
    if place.length != taken + rest.shape[1]:
        raise RenderError(
            f"{system.name} made {place.length} samples of {taken + rest.shape[1]}; "
            "this is a defect of the codec"
        )
    return tuple(voice.result() for voice in voices)


class _Voice:
    """One voice at work. A codec may hold samples back, and each voice another number.

    Loudness is that of what will be heard: with digital silence, and on all its channels.
    """

    def __init__(
        self, system: System, who: Who, heard: HeardVoice, source: Source, copies: int
    ) -> None:
        self.core = system.core(who, heard.survey)
        self.keeper = SilenceKeeper(heard.silence, source.rate, system.codec.rate)
        self.copies = copies
        self.meter = Meter(system.codec.rate, copies)
        self.likeness = Likeness()
        self.peak = 0.0
        self.ready: Block = np.zeros(0, np.float32)

    def process(self, samples: Block, last: bool) -> None:
        try:
            out = self.core.process(samples, last)
        except VoxnymError:
            raise
        except Exception as error:
            raise RenderError(f"anonymizing failed ({type(error).__name__}: {error})") from error
        if not np.isfinite(out).all():
            raise RenderError("anonymizing failed: the result holds NaN or infinity")
        out = out.astype(np.float32, copy=False)
        self.likeness.original(samples)
        self.likeness.result(out)
        kept = self.keeper.apply(out[np.newaxis])
        self.meter.add(np.broadcast_to(kept, (self.copies, out.size)))
        self.peak = max(self.peak, float(np.abs(out).max(initial=0.0)))
        self.ready = np.concatenate([self.ready, out])

    def result(self) -> Exchanged:
        return Exchanged(self.meter.level_db, self.peak, self.likeness.correlation)

    def take(self, count: int) -> Block:
        taken, self.ready = self.ready[:count], self.ready[count:]
        return taken


def _voices(system: System, source: Source, who: Who, heard: Heard) -> list[_Voice]:
    if len(heard.voices) == 1:
        return [_Voice(system, who, heard.voices[0], source, source.channels)]
    return [
        _Voice(system, who.channel(i), voice, source, 1) for i, voice in enumerate(heard.voices)
    ]


def _advance(voices: list[_Voice], rows: Block, last: bool) -> Block:
    """Samples that all voices have ready."""
    for voice, row in zip(voices, rows, strict=True):
        voice.process(row, last)
    count = min(voice.ready.size for voice in voices)
    return np.stack([voice.take(count) for voice in voices])


def _portions(source: Source, separate: bool) -> Iterator[Block]:
    """The recording's voices in portions of about ten seconds."""
    waiting: list[Block] = []
    size = 0
    for block in source.blocks():
        waiting.append(mixed(block, separate))
        size += block.shape[1]
        if size >= PORTION_S * source.rate:
            yield np.concatenate(waiting, axis=1)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting, axis=1)
