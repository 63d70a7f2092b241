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
from voxnym.exchange import Exchanged, exchange
from voxnym.protocols import Source
from voxnym.recording.level import NEAR_SILENCE_LUFS, gain_db, peak_scaled
from voxnym.recording.likeness import SAME_VOICE
from voxnym.recording.listening import Heard, listen
from voxnym.recording.scratch import Scratch
from voxnym.recording.silence import SilenceKeeper
from voxnym.records import Audio, Block, Who

if TYPE_CHECKING:
    from voxnym.system import System

TOLERANCE_LU = 0.1
MOST_LEVEL_PASSES = 8
KEPT_LU = 0.5
SAFE_PEAK = 0.7
"""Below it neither limiter nor resampling can bring a sample to the ceiling."""
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
        exchanged = exchange(
            system, source, who, heard, place, lambda share: beat(0.2 + 0.7 * share)
        )
        rendering = Rendering(
            system, source, heard, exchanged, place, options, rate_out or source.rate
        )
        rendering.settle(beat)
    except BaseException:
        place.close()
        raise
    return rendering


class Rendering:
    """The anonymous recording: `channels`, `length`, `rate` and its samples as blocks.

    `notes` are sentences that the user should read.
    """

    def __init__(
        self,
        system: System,
        source: Source,
        heard: Heard,
        exchanged: tuple[Exchanged, ...],
        place: Scratch,
        options: RenderOptions,
        rate_out: int,
    ) -> None:
        self._heard, self._place = heard, place
        self._source_rate, self._codec_rate = source.rate, system.codec.rate
        self._level = options.level or system.preset.level
        self._exchanged = exchanged
        self._gains_db = [0.0 for _ in exchanged]
        self.rate = rate_out
        self.channels = source.channels
        same = rate_out == source.rate
        self.length = heard.length if same else round(heard.length * rate_out / source.rate)
        self.notes = tuple(_notes(heard, exchanged, source, system, options))

    def settle(self, beat: Beat) -> None:
        """Find the gains that bring the result to its level; `beat` says that work goes on."""
        if self._level == "peak":
            return
        for i, (before, after) in enumerate(zip(self._heard.voices, self._exchanged, strict=True)):
            self._gains_db[i] = gain_db(after.loudness, self._level, before.loudness)
        if self._gain_is_exact():
            return
        # Where the limiter works, it takes back part of every decibel that is added, so the step
        # goes by what the last one achieved.
        share, last_error = 1.0, None
        for _ in range(MOST_LEVEL_PASSES):
            error = gain_db(self._measured(beat), self._level, self._heard.loudness)
            if abs(error) < TOLERANCE_LU:
                return
            if last_error is not None:
                progress = 1 - error / last_error
                if progress < LEAST_PROGRESS:
                    break
                share = min(max(share * progress, LEAST_PROGRESS), 1.0)
            self._gains_db = [gain + error / share for gain in self._gains_db]
            last_error = error
        error = gain_db(self._measured(beat), self._level, self._heard.loudness)
        if abs(error) > KEPT_LU:
            self.notes += (f"{error:.1f} LU below the wanted level: more would need clipping",)

    def _gain_is_exact(self) -> bool:
        """One voice on one channel, no band lost, and no work for the limiter."""
        loudest = self._exchanged[0].peak * 10 ** (self._gains_db[0] / 20)
        return self.channels == 1 and self.rate >= self._codec_rate and loudest < SAFE_PEAK

    def _measured(self, beat: Beat) -> float:
        meter = Meter(self.rate, self.channels)
        for block in self.blocks():
            meter.add(block)
            beat(0.9)
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
            pairs = zip(block, self._exchanged, strict=True)
            return np.stack([peak_scaled(row, voice.peak) for row, voice in pairs])
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


def _notes(
    heard: Heard,
    exchanged: tuple[Exchanged, ...],
    source: Source,
    system: System,
    options: RenderOptions,
) -> Iterator[str]:
    likeness = max(voice.likeness for voice in exchanged)
    if likeness > SAME_VOICE:
        yield (
            f"the result is nearly the original (correlation {likeness:.3f}): listen before you "
            "share it; there was no voice to change, or the header gives a wrong sample rate"
        )
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
