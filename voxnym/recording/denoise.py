"""Background noise taken off a voice, in step with the original to the sample.

A background tells recordings apart better than many a voice does. What the denoiser leaves under
the speech is covered by comfort noise (`voxnym.recording.comfort`); what it leaves in pauses is
cut (`voxnym.recording.pauses`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from voxnym.audio.resample import Resampler
from voxnym.errors import InputError
from voxnym.records import Block

DELAY_SAMPLES = {16_000: 96, 32_000: 196, 48_000: 334}
"""Rates that the suppressor works at, Hz, and by how much its output is late there."""
SUPPRESSION_LEVEL = 3
"""The strongest of four."""
WARM_UP_S = 2.0
"""So long the suppressor needs to know a background; until then it lets much of it through."""
WORKING_LUFS = -33.0
"""Speech at this loudness leaves room for peaks; the suppressor cuts at full scale."""
MOST_GAIN_DB = 60.0
PEAK = 1.0
"""What is louder is cut before the suppressor sees it."""


class Denoiser:
    """Suppresses the background of voices that come in blocks.

    Any cut into blocks gives the same samples, equal input gives equal bytes, as many samples
    come out as go in, and sample n of the output belongs to sample n of the input. The
    suppressor learns the background from the first two seconds, turned round in time, before it
    hears them properly: otherwise every recording would begin with its own background.

    Args:
        rate: Hz.
        voices: number of rows of every block; each is treated on its own.
        loudness: of each voice, LUFS, where it is known: the result does not depend on the level
            of the input then, and nothing above full scale is cut. Not finite: as if unknown.

    Raises:
        InputError: a rate or number of voices below 1, or another number of loudnesses.

    Source: noise suppression of the WebRTC project (a Wiener filter on a noise estimate from
    quantiles and speech probability), through the package pywebrtc-audio.
    """

    def __init__(self, rate: int, voices: int, loudness: Sequence[float] | None = None) -> None:
        if min(rate, voices) < 1:
            raise InputError(f"rate={rate}, voices={voices}: expected at least 1")
        if loudness is not None and len(loudness) != voices:
            raise InputError(f"loudness has {len(loudness)} values: expected {voices}, one a voice")
        works_at = min((r for r in DELAY_SAMPLES if r >= rate), default=48_000)
        self._voices = voices
        self._gains = _gains(loudness, voices)
        self._into = Resampler(rate, works_at, voices)
        self._back = Resampler(works_at, rate, voices)
        self._rows = [_Suppressor(works_at) for _ in range(voices)]
        self._taken = self._given = 0

    def push(self, block: Block) -> Block:
        """Samples that are ready after these: float32 (voices, n) in, (voices, m) out.

        Raises:
            InputError: another number of voices.
        """
        if block.ndim != 2 or block.shape[0] != self._voices:
            raise InputError(f"block.shape={block.shape}: expected ({self._voices}, n)")
        self._taken += block.shape[1]
        scaled = (block * self._gains).astype(np.float32, copy=False)
        return self._owed(self._back.push(self._suppressed(self._into.push(scaled), last=False)))

    def finish(self) -> Block:
        """The rest; afterwards as many samples came out as went in."""
        rest = self._back.push(self._suppressed(self._into.finish(), last=True))
        return self._owed(np.concatenate([rest, self._back.finish()], axis=1))

    def _suppressed(self, block: Block, last: bool) -> Block:
        return np.stack([row.process(x, last) for row, x in zip(self._rows, block, strict=True)])

    def _owed(self, block: Block) -> Block:
        # Resampling there and back may give a few samples more than went in.
        block = block[:, : self._taken - self._given]
        self._given += block.shape[1]
        return (block / self._gains).astype(np.float32, copy=False)


class _Suppressor:
    """One voice at a rate that the suppressor works at."""

    def __init__(self, rate: int) -> None:
        self._engine = _engine(rate)
        self._frame = rate // 100
        self._delay = DELAY_SAMPLES[rate]
        self._warm_up = round(WARM_UP_S * rate)
        self._waiting: Block = np.zeros(0, np.float32)
        self._skip = self._delay
        self._warm = False

    def process(self, samples: Block, last: bool) -> Block:
        self._waiting = np.concatenate([self._waiting, samples])
        if not self._warm:
            if self._waiting.size < self._warm_up and not last:
                return np.zeros(0, np.float32)
            self._get_warm()
        if last:
            self._waiting = np.pad(self._waiting, (0, self._delay))
        # Only the very last call may hold a broken frame: the engine would fill up any other.
        ready = self._waiting.size if last else self._waiting.size // self._frame * self._frame
        now, self._waiting = self._waiting[:ready], self._waiting[ready:]
        return self._passed(now)

    def _get_warm(self) -> None:
        first = self._waiting[: self._warm_up]
        mirrored = np.pad(first[::-1], (-first.size % self._frame, 0))
        if mirrored.size:
            self._engine.process(np.clip(mirrored, -PEAK, PEAK))
        self._warm = True

    def _passed(self, samples: Block) -> Block:
        if not samples.size:
            return samples
        out: Block = self._engine.process(np.clip(samples, -PEAK, PEAK))
        skipped, self._skip = min(self._skip, out.size), max(0, self._skip - out.size)
        return out[skipped:]


def _gains(loudness: Sequence[float] | None, voices: int) -> Block:
    """Linear gain of each voice on the way in, shape (voices, 1)."""
    known = np.array([np.inf] * voices if loudness is None else loudness, np.float64)
    gains_db = np.where(np.isfinite(known), WORKING_LUFS - known, 0.0)
    gains_db = np.clip(gains_db, -MOST_GAIN_DB, MOST_GAIN_DB)
    return (10 ** (gains_db / 20)).astype(np.float32)[:, np.newaxis]


def _engine(rate: int) -> Any:
    from pywebrtc_audio import NoiseSuppressor

    return NoiseSuppressor(sample_rate=rate, num_channels=1, level=SUPPRESSION_LEVEL)
