"""The third pass over a recording: level, pauses, surroundings, rate, peaks, channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.audio.limiter import Limiter
from voxnym.audio.resample import Resampler
from voxnym.lane import Exchanged
from voxnym.recording.cast import Cast
from voxnym.recording.comfort import LEVEL_DB, ComfortNoise
from voxnym.recording.level import peak_scaled
from voxnym.recording.listening import Heard
from voxnym.recording.redaction import Cover
from voxnym.recording.scratch import Scratch
from voxnym.recording.silence import SilenceKeeper
from voxnym.records import Block, Who

if TYPE_CHECKING:
    from voxnym.system import System

SMOOTH_LIMITER_S = (0.005, 0.015)
FAST_LIMITER_S = (0.001, 0.0005)
"""Look-ahead and hold."""
SAFE_PEAK = 0.7
"""Below it neither limiter nor resampling changes the loudness."""


@dataclass(frozen=True, eq=False)
class Setting:
    """How loud everybody is made.

    Args:
        gains_db: for each lane, (people,) dB.
        limiter_s: look-ahead and hold of the limiter, seconds.
    """

    gains_db: tuple[NDArray[np.float64], ...]
    limiter_s: tuple[float, float] = SMOOTH_LIMITER_S

    def louder(self, by_db: float) -> Setting:
        """The same with all gains changed alike."""
        return Setting(tuple(gains + by_db for gains in self.gains_db), self.limiter_s)


@dataclass(frozen=True, eq=False)
class Handout:
    """Everything that decides the final samples, but for the gains.

    Args:
        system: its key draws the noise of the surroundings.
        who: for whom.
        casts: who speaks when, for each lane.
        heard: what the first pass found.
        exchanged: how voices came out, for each lane.
        place: the anonymized samples.
        channels: of the result.
        rate: of the result, Hz.
        length: of the result, samples.
        level: how gains are found; with "peak" they are not used.
        clean: pauses are filled with comfort noise, and it lies under the voices too.
        cover: stretches (at `rate`) and amplitude of the tone over what was redacted.
    """

    system: System
    who: Who
    casts: Sequence[Cast]
    heard: Heard
    exchanged: tuple[tuple[Exchanged, ...], ...]
    place: Scratch
    channels: int
    rate: int
    length: int
    level: Literal["fixed", "keep", "peak"]
    clean: bool
    cover: tuple[NDArray[np.int64], float] | None

    def loudest(self, setting: Setting) -> float:
        """The largest sample of anybody with their gain, before resampling and limiter."""
        return max(
            float(person.peak * 10 ** (gain / 20))
            for people, gains in zip(self.exchanged, setting.gains_db, strict=True)
            for person, gain in zip(people, gains, strict=True)
        )

    def blocks(self, setting: Setting) -> Iterator[Block]:
        """All samples: float32 (channels, n) at `rate`, none above full scale."""
        lanes, codec_rate = len(self.casts), self.system.codec.rate
        resampler = Resampler(codec_rate, self.rate, lanes)
        look_ahead_s, hold_s = setting.limiter_s
        limiter = Limiter(self.rate, lanes, look_ahead_s=look_ahead_s, hold_s=hold_s)
        loud = self.level != "peak" and self.loudest(setting) >= SAFE_PEAK
        limit = loud or self.rate != codec_rate
        last = _Last(self)
        for block in self._settled(setting):
            resampled = resampler.push(block)
            yield last.apply(limiter.push(resampled) if limit else resampled)
        rest = resampler.finish()
        if limit:
            rest = np.concatenate([limiter.push(rest), limiter.finish()], axis=1)
        yield last.apply(rest)

    def _settled(self, setting: Setting) -> Iterator[Block]:
        """(lanes, n) at the codec's rate: gains, pauses, and noise where surroundings are clean."""
        rate = self.system.codec.rate
        keepers = [SilenceKeeper(h.silence, h.silence_rate, rate) for h in self.heard.lanes]
        noises = [self._noise(i, rate) for i in range(len(self.casts))] if self.clean else []
        first = 0
        for block in self.place.blocks():
            last = first + block.shape[1]
            rows = [self._scaled(setting, i, row, first, last) for i, row in enumerate(block)]
            if noises:
                rows = [
                    keeper.apply(row[np.newaxis])[0] + noise.take(row.size)
                    for keeper, noise, row in zip(keepers, noises, rows, strict=True)
                ]
            yield np.stack(rows)
            first = last

    def _scaled(self, setting: Setting, lane: int, row: Block, first: int, last: int) -> Block:
        if self.level == "peak":
            return peak_scaled(row, max(person.peak for person in self.exchanged[lane]))
        gains_db = setting.gains_db[lane]
        factors = 10 ** (gains_db / 20)
        if len(factors) == 1:
            return row * np.float32(factors[0])
        curve = self.casts[lane].curve(factors, first, last, self.system.codec.rate)
        return row * curve.astype(np.float32)

    def _noise(self, lane: int, rate: int) -> ComfortNoise:
        generator = self.system.key.generator("surroundings", self.who.channel(lane))
        return ComfortNoise(generator, rate, LEVEL_DB)


class _Last:
    """What happens at the final rate: exact silence, tones, length, channels."""

    def __init__(self, handout: Handout) -> None:
        self._channels = handout.channels
        self._owed = handout.length
        # The challenge's scaling knows no silence.
        exact = not handout.clean and handout.level != "peak"
        lanes = handout.heard.lanes if exact else ()
        self._keepers = [SilenceKeeper(h.silence, h.silence_rate, handout.rate) for h in lanes]
        self._cover = None
        if handout.cover is not None:
            stretches, amplitude = handout.cover
            self._cover = Cover(stretches, handout.rate, amplitude)

    def apply(self, block: Block) -> Block:
        """The next (lanes, n) samples, as (channels, n)."""
        block = block[:, : self._owed]
        self._owed -= block.shape[1]
        if self._keepers:
            pairs = zip(self._keepers, block, strict=True)
            block = np.concatenate([keeper.apply(row[np.newaxis]) for keeper, row in pairs])
        if self._cover is not None:
            block = self._cover.apply(block)
        if len(block) == self._channels:
            return block
        return np.repeat(block, self._channels, axis=0)
