"""How loud the result is.

Loudness identifies: scored alone it tells our test speakers apart with an equal error rate of
about 35 %. So by default every result has one fixed loudness. Published systems stretch each
file to full scale instead, which turns silence into noise and gives the coefficient away.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Block

TARGET_LUFS = -23.0
"""The fixed loudness: EBU R 128."""
NEAR_SILENCE_LUFS = -60.0
"""Below this a recording counts as near-silent; it is never made louder."""
MOST_APART_DB = 12.0
"""Between the gains of two people of one recording."""
PEAK_INT16 = 32766
"""The challenge's peak, of 32768."""


def gain_db(measured: float, wanted: Literal["fixed", "keep"], original: float) -> float:
    """The gain that brings a result to its level.

    Args:
        measured: loudness of the result before any gain, LUFS; -inf if silent.
        wanted: one fixed level, or the original's.
        original: loudness of the input, LUFS; -inf if silent.

    Returns:
        dB. 0 where either is silent; never above 0 where the input is near-silent.

    >>> gain_db(-30.0, "fixed", -28.0), gain_db(-30.0, "keep", -28.0)
    (7.0, 2.0)
    >>> gain_db(-70.0, "fixed", -71.0)
    -1.0
    """
    if not (math.isfinite(measured) and math.isfinite(original)):
        return 0.0
    # A near-silent input keeps its own level even where a fixed one was asked for: raised to
    # the fixed level, the hiss of an empty room would be as loud as speech.
    near_silent = original < NEAR_SILENCE_LUFS
    target = original if wanted == "keep" or near_silent else TARGET_LUFS
    return target - measured


def people_gains_db(
    measured: Sequence[float],
    wanted: Literal["fixed", "keep"],
    original: Sequence[float],
    nobody: int | None = None,
) -> NDArray[np.float64]:
    """Gains for the people of one recording: each gets the level, since a level identifies.

    What is nobody's turn is background more often than speech: it gets the lowest gain of the
    others. Nobody is raised by more than `MOST_APART_DB` over that either, since a person of a
    few soft sounds would come with all of the room.

    Args:
        measured: loudness of each result before any gain, LUFS; -inf if silent.
        wanted: see `gain_db`.
        original: loudness of each person in the input, LUFS; -inf if silent.
        nobody: index of what is nobody's turn, if there is such.

    Returns:
        (people,) dB.

    >>> people_gains_db([-30, -20, -50], "fixed", [-30, -20, -50], nobody=2).tolist()
    [7.0, -3.0, -3.0]
    """
    pairs = zip(measured, original, strict=True)
    gains = np.array([gain_db(after, wanted, before) for after, before in pairs])
    heard = np.isfinite(measured) & np.isfinite(original)
    if nobody is not None:
        heard[nobody] &= len(gains) == 1
    if not heard.any():
        return gains
    lowest = float(gains[heard].min())
    gains = np.minimum(gains, lowest + MOST_APART_DB)
    return np.where(heard, gains, lowest)


def peak_scaled(block: Block, peak: float) -> Block:
    """The challenge's scaling: samples over the file's peak, cut to 16 bits towards zero.

    Source: VoicePrivacy Challenge 2022 and 2024, baseline B2. All arithmetic in float32.
    """
    if peak == 0:
        return block
    scaled: Block = np.trunc(block / np.float32(peak) * np.float32(PEAK_INT16))
    return scaled / np.float32(32768)


class RunningLevel:
    """A slow gain towards the fixed level for live use, from the past alone.

    The gain of each 0.1 s follows from the mean power of the speech before it, with a memory of
    5 s of speech, so that the caller's cuts do not matter and no delay is added. Speech is what
    stands out from the quietest 0.1 s of the last 5 s: mere background never moves the gain,
    however long it lasts.

    Args:
        rate: Hz.
    """

    _MEMORY_S = 5.0
    _HOP_S = 0.1
    _FLOOR_DB = -60.0
    _BACKGROUND_S = 5.0
    _STANDS_OUT_DB = 8.0

    def __init__(self, rate: int) -> None:
        self._hop = max(1, round(self._HOP_S * rate))
        self._keep = math.exp(-self._HOP_S / self._MEMORY_S)
        self._recent: deque[float] = deque(maxlen=round(self._BACKGROUND_S / self._HOP_S))
        self._power = 0.0
        self._weight = 0.0
        self._sum = 0.0
        self._filled = 0
        self._gain_db = 0.0
        self._next_db = 0.0

    def apply(self, block: Block) -> Block:
        """The next (n,) samples, levelled."""
        pieces = []
        while block.size:
            piece, block = np.split(block, [min(self._hop - self._filled, block.size)])
            pieces.append(self._ramp(piece))
        return np.concatenate(pieces) if pieces else block

    def _ramp(self, piece: Block) -> Block:
        place = (self._filled + np.arange(piece.size)) / self._hop
        gains_db = self._gain_db + (self._next_db - self._gain_db) * place
        self._sum += float(np.sum(piece.astype(np.float64) ** 2))
        self._filled += piece.size
        if self._filled == self._hop:
            self._advance()
        return (piece * 10 ** (gains_db / 20)).astype(np.float32)

    def _advance(self) -> None:
        power = self._sum / self._hop
        self._sum, self._filled, self._gain_db = 0.0, 0, self._next_db
        if power < 10 ** (self._FLOOR_DB / 10):
            return
        self._recent.append(power)
        if power < min(self._recent) * 10 ** (self._STANDS_OUT_DB / 10):
            return
        self._power = self._keep * self._power + (1 - self._keep) * power
        self._weight = self._keep * self._weight + (1 - self._keep)
        level_db = 10 * math.log10(self._power / self._weight)
        self._next_db = TARGET_LUFS - level_db
