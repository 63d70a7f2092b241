"""One recording, from its blocks to the blocks of its anonymous counterpart.

Three passes in constant memory: listen (survey, loudness, silence), exchange the voices (into a
scratch place), hand out (level, surroundings, rate, limiter, channels).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.loudness import Meter
from voxnym.distinct import distinct
from voxnym.errors import InputError
from voxnym.exchange import exchange
from voxnym.handout import FAST_LIMITER_S, SAFE_PEAK, Handout, Setting
from voxnym.hints import notes_of
from voxnym.protocols import Source
from voxnym.recording.cast import Cast
from voxnym.recording.level import NEAR_SILENCE_LUFS, TARGET_LUFS, gain_db, people_gains_db
from voxnym.recording.listening import Heard, listen
from voxnym.recording.redaction import TONE_AMPLITUDE, RedactedSource, Redaction
from voxnym.recording.scratch import Scratch
from voxnym.recording.turns import cast_of
from voxnym.records import Audio, Block, Span, Who

if TYPE_CHECKING:
    from voxnym.system import System

TOLERANCE_LU = 0.1
MOST_LEVEL_PASSES = 8
KEPT_LU = 0.5
MOST_EXTRA_DB = 18.0
"""More gain than this is not put into the limiter: pauses and background rise by all of it."""
LEAST_SHARE = 0.1
SAME_GATE_DB = 10.0
"""A gain up to this takes hardly any pause over the meter's absolute gate, -70 LUFS."""
Beat = Callable[[float], None]
"""Called now and then with the share of the work that is done, 0 to 1."""


NO_REDACTION = Redaction()


@dataclass(frozen=True)
class RenderOptions:
    """What the user chose for a recording.

    Args:
        channels: "mix": one person at a time, mixed down and written to all channels;
            "separate": each channel is one person.
        level: "fixed" loudness or "keep" the input's; None: as the preset says.
        surroundings: "clean" takes the background away and fills pauses with comfort noise,
            "keep" leaves it; None: as the preset says.
        turns: who speaks when; each label is a person with a voice of their own.
        channel_turns: the same for each channel, where channels are separate; none, or as many
            as there are channels.
        redaction: what nobody may hear.
    """

    channels: Literal["mix", "separate"] = "mix"
    level: Literal["fixed", "keep"] | None = None
    surroundings: Literal["clean", "keep"] | None = None
    turns: tuple[Span, ...] = ()
    channel_turns: tuple[tuple[Span, ...], ...] = ()
    redaction: Redaction = NO_REDACTION


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
        who: for whom; each channel or label is a person of its own where there are more.
        options: channels, level, surroundings, turns and redaction.
        rate_out: Hz, where the output format refuses the input's rate.
        scratch: folder for intermediate (anonymized) samples.
        beat: progress.

    Returns:
        The result, to be closed after use.

    Raises:
        InputError: the recording is refused, or options that do not go together.
        RenderError: anonymizing failed; there is no output then.
    """
    beat = beat or (lambda share: None)
    casts = distinct(system, _casts(source, who, options))
    if options.redaction.spans:
        source = RedactedSource(source, options.redaction)
    place = Scratch(len(casts), scratch)
    try:
        handout = _exchanged(
            system, source, who, casts, place, options, rate_out or source.rate, beat
        )
        rendering = Rendering(handout, tuple(notes_of(handout, source, options)))
        rendering.settle(beat)
    except BaseException:
        place.close()
        raise
    return rendering


def _exchanged(
    system: System,
    source: Source,
    who: Who,
    casts: list[Cast],
    place: Scratch,
    options: RenderOptions,
    rate: int,
    beat: Beat,
) -> Handout:
    """The first two passes, and what the third one needs."""
    clean = (options.surroundings or system.preset.surroundings) == "clean"
    heard = listen(
        source, casts, rate=system.codec.rate, needs=system.needs, clean=clean,
        beat=lambda share: beat(0.2 * share),
    )  # fmt: skip
    exchanged = exchange(
        system, source, casts, heard, place, clean=clean,
        beat=lambda share: beat(0.2 + 0.7 * share),
    )  # fmt: skip
    same = rate == source.rate
    length = heard.length if same else round(heard.length * rate / source.rate)
    return Handout(
        system, who, casts, heard, exchanged, place, source.channels, rate, length,
        options.level or system.preset.level, clean, _cover(options, system, heard, rate),
    )  # fmt: skip


def _casts(source: Source, who: Who, options: RenderOptions) -> list[Cast]:
    if options.channels == "mix":
        return [cast_of(who, options.turns)]
    if options.turns:
        raise InputError(
            "turns and separate channels: each channel is one person already; give one of the two"
        )
    turns = options.channel_turns or ((),) * source.channels
    if len(turns) != source.channels:
        raise InputError(
            f"turns of {len(turns)} channels: the recording has {source.channels}; expected as many"
        )
    if source.channels == 1:
        return [cast_of(who, turns[0])]
    return [cast_of(who.channel(i), spans) for i, spans in enumerate(turns)]


def _cover(
    options: RenderOptions, system: System, heard: Heard, rate: int
) -> tuple[NDArray[np.int64], float] | None:
    """Where at `rate` a tone covers what was redacted, and how loud it is."""
    if not options.redaction.spans or options.redaction.sound == "silence":
        return None
    kept = (options.level or system.preset.level) == "keep" and math.isfinite(heard.loudness)
    amplitude = TONE_AMPLITUDE
    if kept:
        amplitude *= min(10 ** ((heard.loudness - TARGET_LUFS) / 20), 1.0)
    return options.redaction.stretches(rate), amplitude


class Rendering:
    """The anonymous recording: `channels`, `length`, `rate` and its samples as blocks.

    `notes` are sentences that the user should read.
    """

    def __init__(self, handout: Handout, notes: tuple[str, ...]) -> None:
        self._handout = handout
        self._setting = Setting(tuple(np.zeros(len(cast.people)) for cast in handout.casts))
        self.rate, self.channels, self.length = handout.rate, handout.channels, handout.length
        self.notes = notes

    def settle(self, beat: Beat) -> None:
        """Find the gains that bring the result to its level; `beat` says that work goes on."""
        wanted = self._handout.level
        if wanted == "peak":
            return
        lanes = zip(
            self._handout.casts, self._handout.heard.lanes, self._handout.exchanged, strict=True
        )
        gains = tuple(
            people_gains_db(
                [person.loudness for person in after],
                wanted,
                [part.loudness for part in before.parts],
                cast.nobody,
            )
            for cast, before, after in lanes
        )
        self._setting = first = Setting(gains)
        if self._gain_is_exact():
            return
        error = self._search(wanted, beat)
        if abs(error) > KEPT_LU:
            # A limiter that lets go between two pitch periods is rougher, but gets louder.
            self._setting = Setting(first.gains_db, FAST_LIMITER_S)
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
            self._setting = self._setting.louder(step)
            before, error = error, self._missed(wanted, beat)
            # The limiter takes back part of every decibel that is added, so the next step goes
            # by what this one achieved.
            share = min(max((before - error) / step, LEAST_SHARE), 1.0)
        return error

    def _gain_is_exact(self) -> bool:
        """One voice, nothing added, no band lost, same blocks gated, no work for the limiter."""
        handout, gains = self._handout, np.concatenate(self._setting.gains_db)
        # Nothing to find: comfort noise is all that is heard.
        if handout.clean and handout.heard.loudness < NEAR_SILENCE_LUFS:
            return True
        whole = handout.rate >= handout.system.codec.rate
        same_gate = float(np.abs(gains).max()) <= SAME_GATE_DB
        quiet = handout.loudest(self._setting) < SAFE_PEAK
        # Noise in the pauses takes blocks over the meter's gate, and a tone is louder than noise.
        plain = not handout.clean and handout.cover is None
        return len(gains) == 1 and plain and whole and same_gate and quiet

    def _missed(self, wanted: Literal["fixed", "keep"], beat: Beat) -> float:
        """How many LU louder the result should be."""
        meter = Meter(self.rate, self.channels)
        for block in self.blocks():
            meter.add(block)
            beat(0.9)
        return gain_db(meter.level_db, wanted, self._handout.heard.loudness)

    def blocks(self) -> Iterator[Block]:
        """All samples: float32 (channels, n) at `rate`, none above full scale."""
        return self._handout.blocks(self._setting)

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
        self._handout.place.close()
