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
SMOOTH_LIMITER_S = (0.005, 0.015)
FAST_LIMITER_S = (0.001, 0.0005)
"""Look-ahead and hold."""
MOST_EXTRA_DB = 18.0
"""More gain than this is not put into the limiter: pauses and background rise by all of it."""
LEAST_SHARE = 0.1
SAFE_PEAK = 0.7
"""Below it neither limiter nor resampling changes the loudness."""
SAME_GATE_DB = 10.0
"""A gain up to this takes hardly any pause over the meter's absolute gate, -70 LUFS."""
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
        self._limiter_s = SMOOTH_LIMITER_S
        self.rate = rate_out
        self.channels = source.channels
        same = rate_out == source.rate
        self.length = heard.length if same else round(heard.length * rate_out / source.rate)
        self.notes = tuple(_notes(heard, exchanged, source, system, options))

    def settle(self, beat: Beat) -> None:
        """Find the gains that bring the result to its level; `beat` says that work goes on."""
        wanted = self._level
        if wanted == "peak":
            return
        for i, (before, after) in enumerate(zip(self._heard.voices, self._exchanged, strict=True)):
            self._gains_db[i] = gain_db(after.loudness, wanted, before.loudness)
        if self._gain_is_exact():
            return
        gains_db = self._gains_db
        error = self._search(wanted, beat)
        if abs(error) > KEPT_LU:
            # A limiter that lets go between two pitch periods is rougher, but gets louder.
            self._limiter_s, self._gains_db = FAST_LIMITER_S, gains_db
            error = self._search(wanted, beat)
        if abs(error) > KEPT_LU:
            self.notes += (f"{error:.1f} LU below the wanted level: more would need clipping",)

    def _search(self, wanted: Literal["fixed", "keep"], beat: Beat) -> float:
        """Change all gains alike until the level is met; by how much it is missed, LU."""
        extra, share = 0.0, 1.0
        error = self._missed(wanted, beat)
        for _ in range(MOST_LEVEL_PASSES):
            step = min(error / share, MOST_EXTRA_DB - extra)
            if abs(error) < TOLERANCE_LU or abs(step) < TOLERANCE_LU:
                break
            extra += step
            self._gains_db = [gain + step for gain in self._gains_db]
            before, error = error, self._missed(wanted, beat)
            # The limiter takes back part of every decibel that is added, so the next step goes
            # by what this one achieved.
            share = min(max((before - error) / step, LEAST_SHARE), 1.0)
        return error

    def _gain_is_exact(self) -> bool:
        """One voice, no band lost, the same blocks gated, and no work for the limiter."""
        one, whole = len(self._exchanged) == 1, self.rate >= self._codec_rate
        same_gate = max(abs(gain) for gain in self._gains_db) <= SAME_GATE_DB
        return one and whole and same_gate and self._loudest() < SAFE_PEAK

    def _loudest(self) -> float:
        """The largest sample of any voice with its gain, before resampling and limiter."""
        pairs = zip(self._exchanged, self._gains_db, strict=True)
        return max(voice.peak * 10 ** (gain / 20) for voice, gain in pairs)

    def _missed(self, wanted: Literal["fixed", "keep"], beat: Beat) -> float:
        """How many LU louder the result should be."""
        meter = Meter(self.rate, self.channels)
        for block in self.blocks():
            meter.add(block)
            beat(0.9)
        return gain_db(meter.level_db, wanted, self._heard.loudness)

    def blocks(self) -> Iterator[Block]:
        """All samples: float32 (channels, n) at `rate`, none above full scale."""
        voices = len(self._heard.voices)
        resampler = Resampler(self._codec_rate, self.rate, voices)
        look_ahead_s, hold_s = self._limiter_s
        limiter = Limiter(self.rate, voices, look_ahead_s=look_ahead_s, hold_s=hold_s)
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

        loud = self._level != "peak" and self._loudest() >= SAFE_PEAK
        limit = loud or self.rate != self._codec_rate
        for block in self._place.blocks():
            resampled = resampler.push(self._scaled(block))
            yield finished(limiter.push(resampled) if limit else resampled)
        rest = resampler.finish()
        if limit:
            rest = np.concatenate([limiter.push(rest), limiter.finish()], axis=1)
        yield finished(rest)

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
