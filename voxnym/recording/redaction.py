"""Stretches of a recording that nobody may hear: silenced before anything else, then covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.protocols import Source
from voxnym.recording.silence import FADE_S, SilenceKeeper
from voxnym.records import Block, Span

GUARD_S = 0.1
"""Labels are cut by hand, and the start of a name is enough to guess it."""
TONE_HZ = 1000.0
TONE_AMPLITUDE = 0.1
"""About the fixed level, so that a tone neither startles nor moves the level of the voice."""


@dataclass(frozen=True)
class Redaction:
    """What is to be hidden of a recording, and what is heard instead.

    Args:
        spans: stretches in seconds; in any order, they may overlap.
        sound: a tone, or silence: exact zeros, or what fills pauses.
        guard_s: how far before and after each stretch is hidden too, seconds.
    """

    spans: tuple[Span, ...] = ()
    sound: Literal["tone", "silence"] = "tone"
    guard_s: float = GUARD_S

    def stretches(self, rate: int) -> NDArray[np.int64]:
        """Samples at `rate` Hz with the guard band, (count, 2), ascending, apart."""
        return stretches_of(self.spans, self.guard_s, rate)


def stretches_of(spans: Sequence[Span], guard_s: float, rate: int) -> NDArray[np.int64]:
    """Samples that spans cover together with a guard band, rounded outwards.

    Returns:
        (count, 2) at `rate` Hz: first sample, and the one after the last; ascending, apart.

    >>> stretches_of([Span(1, 2), Span(1.5, 3), Span(5, 6)], 0.0, 100).tolist()
    [[100, 300], [500, 600]]
    """
    merged: list[list[int]] = []
    for span in sorted(spans):
        start = max(int(np.floor((span.start - guard_s) * rate)), 0)
        end = int(np.ceil((span.end + guard_s) * rate))
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return np.array(merged, np.int64).reshape(-1, 2)


class RedactedSource:
    """A recording without the stretches that are to be hidden; nothing behind it can hear them.

    The fade beside a stretch lies outside of it.
    """

    def __init__(self, source: Source, redaction: Redaction) -> None:
        self._source = source
        self._stretches = redaction.stretches(source.rate)
        self.rate = source.rate
        self.channels = source.channels

    @property
    def declared_frames(self) -> int | None:
        """As the recording has it."""
        return self._source.declared_frames

    def blocks(self) -> Iterator[Block]:
        """All samples, exactly zero where redacted."""
        keeper = SilenceKeeper(self._stretches, self.rate, self.rate)
        for block in self._source.blocks():
            yield keeper.apply(block)


class Cover:
    """Adds a tone where something was redacted, with short fades inside the stretch.

    Args:
        stretches: (count, 2) samples at `rate` Hz, ascending, apart.
        rate: Hz.
        amplitude: of the tone, full scale 1.
    """

    def __init__(self, stretches: NDArray[np.int64], rate: int, amplitude: float) -> None:
        self._stretches, self._rate, self._amplitude = stretches, rate, amplitude
        self._fade = max(1, round(FADE_S * rate))
        self._position = 0

    def apply(self, block: Block) -> Block:
        """The next (channels, n) samples; the tone replaces what is there."""
        first, last = self._position, self._position + block.shape[1]
        self._position = last
        starts, ends = self._stretches[:, 0], self._stretches[:, 1]
        near = self._stretches[(starts < last) & (ends > first)]
        if not near.size:
            return block
        out = block.copy()
        for start, end in near:
            place = slice(max(start - first, 0), min(end, last) - first)
            index = np.arange(max(start, first), min(end, last))
            fade = np.clip(np.minimum(index - start + 1, end - index) / self._fade, 0, 1)
            tone = np.sin(2 * np.pi * TONE_HZ * (index - start) / self._rate)
            out[:, place] *= (1 - fade).astype(np.float32)
            out[:, place] += (self._amplitude * fade * tone).astype(np.float32)
        return out
