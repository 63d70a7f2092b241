"""One recording, from its blocks to the blocks of its anonymous counterpart.

Three passes in constant memory: listen (survey, loudness, digital silence), exchange the voice
(into a scratch place), hand out (level, rate, limiter, silence, channels).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from voxnym.audio.limiter import Limiter
from voxnym.audio.loudness import Meter
from voxnym.audio.resample import Resampler
from voxnym.errors import InputError, RenderError, VoxnymError
from voxnym.protocols import Source
from voxnym.recording.level import NEAR_SILENCE_LUFS, gain_db, peak_scaled
from voxnym.recording.listening import Heard, listen, mixed
from voxnym.recording.scratch import Scratch
from voxnym.recording.silence import SilenceKeeper
from voxnym.records import Audio, Block, Who

if TYPE_CHECKING:
    from voxnym.system import Core, System

TOLERANCE_LU = 0.1
MOST_LEVEL_PASSES = 8
KEPT_LU = 0.5
LEAST_PROGRESS = 0.1
Beat = Callable[[float], None]
"""Called now and then with the share of the work that is done, 0 to 1."""


@dataclass(frozen=True)
class RenderOptions:
    """What the user chose for a recording.

    Args:
        channels: "mix": one person at a time, mixed down and written to all channels;
            "separate": each channel is one person.
        level: "fixed" loudness or "keep" the input's; None: as the preset says.
    """

    channels: Literal["mix", "separate"] = "mix"
    level: Literal["fixed", "keep"] | None = None


def render(
    system: System,
    source: Source,
    who: Who,
    *,
    options: RenderOptions,
    rate_out: int | None = None,
    scratch: Path | None = None,
    beat: Beat | None = None,
) -> Rendering:
    """Anonymize one recording.

    Args:
        system: codec, stages and key.
        source: the recording; it is read twice.
        who: for whom the pseudo-voice is drawn; each channel is a person of its own where
            channels are separate.
        options: channels and level.
        rate_out: Hz, where the output format refuses the input's rate.
        scratch: folder for intermediate (anonymized) samples.
        beat: progress.

    Returns:
        The result, to be closed after use.

    Raises:
        InputError: the recording is refused.
        RenderError: anonymizing failed; there is no output then.
    """
    beat = beat or (lambda share: None)
    heard = listen(
        source,
        rate=system.codec.rate,
        needs=system.needs,
        separate=options.channels == "separate",
        beat=lambda share: beat(0.2 * share),
    )
    place = Scratch(len(heard.voices), scratch)
    try:
        levels, peaks = _exchange(
            system, source, who, heard, place, lambda share: beat(0.2 + 0.7 * share)
        )
        rendering = Rendering(system, source, heard, place, options, rate_out or source.rate)
        rendering.settle(levels, peaks)
    except BaseException:
        place.close()
        raise
    return rendering


def _exchange(
    system: System, source: Source, who: Who, heard: Heard, place: Scratch, beat: Beat
) -> tuple[list[float], list[float]]:
    from voxnym.system import Core

    voices = len(heard.voices)
    people = [who.channel(i) for i in range(voices)] if voices > 1 else [who]
    cores = [Core(system, p, v.survey) for p, v in zip(people, heard.voices, strict=True)]
    meters = [Meter(system.codec.rate, 1) for _ in cores]
    peaks = [0.0 for _ in cores]
    resampler = Resampler(source.rate, system.codec.rate, voices)
    read, taken = 0, 0

    def exchange(block: Block, last: bool) -> None:
        rows = _process(cores, block, last)
        place.write(rows)
        for i, (meter, row) in enumerate(zip(meters, rows, strict=True)):
            meter.add(row[np.newaxis])
            peaks[i] = max(peaks[i], float(np.abs(row).max(initial=0.0)))

    for block in source.blocks():
        read += block.shape[1]
        resampled = resampler.push(mixed(block, voices > 1))
        taken += resampled.shape[1]
        exchange(resampled, last=False)
        beat(min(1.0, read / max(heard.length, 1)))
    rest = resampler.finish()
    exchange(rest, last=True)
    if read != heard.length:
        raise InputError(
            f"the recording changed while it was read: {heard.length} samples, then {read}"
        )
    if place.length != taken + rest.shape[1]:
        raise RenderError(
            f"{system.name} made {place.length} samples of {taken + rest.shape[1]}; "
            "this is a defect of the codec"
        )
    return [meter.level_db for meter in meters], peaks


def _process(cores: list[Core], block: Block, last: bool) -> Block:
    try:
        rows = np.stack([core.process(row, last) for core, row in zip(cores, block, strict=True)])
    except VoxnymError:
        raise
    except Exception as error:
        raise RenderError(f"anonymizing failed ({type(error).__name__}: {error})") from error
    if not np.isfinite(rows).all():
        raise RenderError("anonymizing failed: the result holds NaN or infinity")
    return rows.astype(np.float32, copy=False)


class Rendering:
    """The anonymous recording: `channels`, `length`, `rate` and its samples as blocks.

    `notes` are sentences that the user should read.
    """

    def __init__(
        self,
        system: System,
        source: Source,
        heard: Heard,
        place: Scratch,
        options: RenderOptions,
        rate_out: int,
    ) -> None:
        self._heard, self._place = heard, place
        self._source_rate, self._codec_rate = source.rate, system.codec.rate
        self._level = options.level or system.preset.level
        self._gains_db = [0.0 for _ in heard.voices]
        self._peaks = [0.0 for _ in heard.voices]
        self.rate = rate_out
        self.channels = source.channels
        same = rate_out == source.rate
        self.length = heard.length if same else round(heard.length * rate_out / source.rate)
        self.notes = tuple(_notes(heard, source, system, options))

    def settle(self, levels: list[float], peaks: list[float]) -> None:
        """Find the gains; `levels` in LUFS and `peaks` of the voices in the scratch place."""
        self._peaks = peaks
        if self._level == "peak":
            return
        for i, (voice, level) in enumerate(zip(self._heard.voices, levels, strict=True)):
            self._gains_db[i] = gain_db(level, self._level, voice.loudness)
        # Where the limiter works, it takes back part of every decibel that is added, so the step
        # goes by what the last one achieved.
        share, last_error = 1.0, None
        for _ in range(MOST_LEVEL_PASSES):
            error = gain_db(self._measured(), self._level, self._heard.loudness)
            if abs(error) < TOLERANCE_LU:
                return
            if last_error is not None:
                progress = 1 - error / last_error
                if progress < LEAST_PROGRESS:
                    break
                share = min(max(share * progress, LEAST_PROGRESS), 1.0)
            self._gains_db = [gain + error / share for gain in self._gains_db]
            last_error = error
        error = gain_db(self._measured(), self._level, self._heard.loudness)
        if abs(error) > KEPT_LU:
            self.notes += (f"{error:.1f} LU below the wanted level: more would need clipping",)

    def _measured(self) -> float:
        meter = Meter(self.rate, self.channels)
        for block in self.blocks():
            meter.add(block)
        return meter.level_db

    def blocks(self) -> Iterator[Block]:
        """All samples: float32 (channels, n) at `rate`, none above full scale."""
        voices = len(self._heard.voices)
        resampler = Resampler(self._codec_rate, self.rate, voices)
        limiter = Limiter(self.rate, voices)
        keepers = [
            SilenceKeeper(voice.silence, self._source_rate, self.rate)
            for voice in self._heard.voices
        ]
        owed = self.length

        def finished(block: Block) -> Block:
            nonlocal owed
            block = block[:, :owed]
            owed -= block.shape[1]
            if self._level != "peak":
                rows = [k.apply(r[np.newaxis]) for k, r in zip(keepers, block, strict=True)]
                block = np.concatenate(rows)
            return block if voices == self.channels else np.repeat(block, self.channels, axis=0)

        limit = self._level != "peak" or self.rate != self._codec_rate
        for block in self._place.blocks():
            resampled = resampler.push(self._scaled(block))
            yield finished(limiter.push(resampled) if limit else resampled)
        rest = resampler.finish()
        if limit:
            rest = np.concatenate([limiter.push(rest), limiter.finish()], axis=1)
        yield finished(rest)
        if owed:
            yield finished(np.zeros((voices, owed), np.float32))

    def _scaled(self, block: Block) -> Block:
        if self._level == "peak":
            rows = [peak_scaled(row, peak) for row, peak in zip(block, self._peaks, strict=True)]
            return np.stack(rows)
        gains = np.array([10 ** (gain / 20) for gain in self._gains_db], np.float32)
        return block * gains[:, np.newaxis]

    def audio(self) -> Audio:
        """The whole result in memory."""
        empty = np.zeros((self.channels, 0), np.float32)
        return Audio(np.concatenate([empty, *self.blocks()], axis=1), self.rate)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._place.close()


def _notes(heard: Heard, source: Source, system: System, options: RenderOptions) -> Iterator[str]:
    if heard.cancels and source.channels > 1:
        yield (
            "the channels cancel each other when mixed, so most of the sound is lost; "
            "use --channels separate"
        )
    if heard.loudness < NEAR_SILENCE_LUFS and options.level != "keep" and heard.length:
        loudness = "silent" if math.isinf(heard.loudness) else f"at {heard.loudness:.0f} LUFS"
        yield f"the recording is {loudness}: taken as silence and not made louder"
    if source.rate > system.codec.rate:
        yield f"sound above {system.codec.rate // 2} Hz is not carried over by {system.name}"
