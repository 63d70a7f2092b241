"""Live use of a system: push samples, get samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from voxnym.audio.limiter import Limiter
from voxnym.audio.resample import Resampler
from voxnym.errors import InputError
from voxnym.recording.level import RunningLevel
from voxnym.records import Block, Survey, Who

if TYPE_CHECKING:
    from voxnym.system import System


GRID_S = 0.01


class LiveStream:
    """One voice, live. The level is steered by the past (`RunningLevel`), peaks are limited.

    What a stage would know of the whole recording it estimates as it goes, so the output is
    not the same as that of a file; over its whole life it is as long as its input.
    """

    def __init__(self, system: System, rate: int, who: Who, survey: Survey) -> None:
        if rate <= 0:
            raise InputError(f"rate={rate}: expected a positive number of samples per second")
        self._core = system.core(who, survey)
        self._to_codec = _live_resampler(rate, system.codec.rate)
        self._from_codec = _live_resampler(system.codec.rate, rate)
        self._level = RunningLevel(rate)
        self._limiter = Limiter(rate, 1)
        self._owed = 0
        self._finished = False

    def push(self, samples: Block) -> Block:
        """Samples that are ready after these; (n,) float32.

        Raises:
            InputError: not one-dimensional, not finite, or the stream is finished.
        """
        samples = np.asarray(samples, np.float32)
        if self._finished:
            raise InputError("this stream is finished; open another one")
        if samples.ndim != 1 or not np.isfinite(samples).all():
            raise InputError(
                f"samples of shape {samples.shape}: expected one channel (n,) of finite floats"
            )
        self._owed += samples.size
        codec_samples = self._to_codec.push(samples[np.newaxis])[0]
        out = self._from_codec.push(self._core.process(codec_samples, last=False)[np.newaxis])
        return self._hand_out(self._limiter.push(self._level.apply(out[0])[np.newaxis])[0])

    def finish(self) -> Block:
        """The rest of the samples; afterwards as many came out as went in."""
        if self._finished:
            raise InputError("this stream is finished; open another one")
        self._finished = True
        rest = self._core.process(self._to_codec.finish()[0], last=True)[np.newaxis]
        out = np.concatenate([self._from_codec.push(rest), self._from_codec.finish()], axis=1)
        levelled = self._level.apply(out[0])[np.newaxis]
        limited = [self._limiter.push(levelled), self._limiter.finish()]
        ready = self._hand_out(np.concatenate(limited, axis=1)[0])
        return np.concatenate([ready, np.zeros(self._owed, np.float32)])

    def _hand_out(self, ready: Block) -> Block:
        ready = ready[: self._owed]
        self._owed -= ready.size
        return ready


def _live_resampler(rate_in: int, rate_out: int) -> Resampler:
    return Resampler(rate_in, rate_out, 1, grid_frames=max(1, round(GRID_S * rate_in)))
