"""The second pass over a recording: the voices are exchanged, into a scratch place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from voxnym.audio.resample import Resampler
from voxnym.errors import InputError
from voxnym.lane import Exchanged, Lane
from voxnym.protocols import Source
from voxnym.recording.cast import Cast
from voxnym.recording.denoise import Denoiser
from voxnym.recording.listening import Heard, mixed
from voxnym.recording.scratch import Scratch
from voxnym.records import Block

if TYPE_CHECKING:
    from voxnym.system import System

PORTION_S = 10.0
"""Vectorised codecs cost less per frame the more of them they get at once."""


def exchange(
    system: System,
    source: Source,
    casts: Sequence[Cast],
    heard: Heard,
    place: Scratch,
    *,
    clean: bool,
    beat: Callable[[float], None],
) -> tuple[tuple[Exchanged, ...], ...]:
    """Anonymize every voice of a recording, in constant memory.

    Args:
        system: codec, stages and key.
        source: the recording.
        casts: who speaks when: one for all channels together, or one for each channel.
        heard: what the first pass found.
        place: gets the anonymized samples, at the codec's rate, without any gain.
        clean: take the background away first.
        beat: called with the share that is done, 0 to 1.

    Returns:
        For each lane, how its people came out.

    Raises:
        InputError: the recording is not the one that was heard.
        RenderError: a codec or stage failed.
    """
    copies = 1 if len(casts) > 1 else source.channels
    pairs = zip(casts, heard.lanes, strict=True)
    lanes = _Lanes([Lane(system, cast, lane, copies) for cast, lane in pairs])
    resampler = Resampler(source.rate, system.codec.rate, len(casts))
    denoiser = Denoiser(system.codec.rate, len(casts), _loudness(heard)) if clean else None
    read = 0
    for portion in _portions(source, len(casts) > 1):
        read += portion.shape[1]
        resampled = resampler.push(portion)
        place.write(lanes.process(_cleaned(denoiser, resampled), last=False))
        beat(min(1.0, read / max(heard.length, 1)))
    rest = resampler.finish()
    place.write(lanes.process(_cleaned(denoiser, rest, last=True), last=True))
    if read != heard.length:
        raise InputError(
            f"the recording changed while it was read: {heard.length} samples, then {read}"
        )
    return tuple(lane.results() for lane in lanes.lanes)


class _Lanes:
    """All lanes in step: a codec may hold samples back, and each lane another number."""

    def __init__(self, lanes: list[Lane]) -> None:
        self.lanes = lanes
        self._ready: list[Block] = [np.zeros(0, np.float32) for _ in lanes]

    def process(self, rows: Block, last: bool) -> Block:
        """Samples that all lanes have ready, (lanes, n)."""
        for i, (lane, row) in enumerate(zip(self.lanes, rows, strict=True)):
            self._ready[i] = np.concatenate([self._ready[i], lane.process(row, last)])
        count = min(ready.size for ready in self._ready)
        taken = np.stack([ready[:count] for ready in self._ready])
        self._ready = [ready[count:] for ready in self._ready]
        return taken


def _loudness(heard: Heard) -> list[float]:
    """Of each lane, LUFS."""
    if len(heard.lanes) == 1:
        return [heard.loudness]
    return [max(part.loudness for part in lane.parts) for lane in heard.lanes]


def _cleaned(denoiser: Denoiser | None, rows: Block, last: bool = False) -> Block:
    if denoiser is None:
        return rows
    cleaned = denoiser.push(rows)
    return np.concatenate([cleaned, denoiser.finish()], axis=1) if last else cleaned


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
