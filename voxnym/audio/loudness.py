"""Loudness of a recording of any length, block by block.

Source: ITU-R BS.1770-4, annex 1 (gating over blocks of 400 ms with 75 % overlap, thresholds
-70 LUFS and -10 LU). The K-weighting is built for any rate from the parametric form of its two
filters (Bristow-Johnson, Audio EQ Cookbook: high shelf 4 dB at 1500 Hz, Q 1/√2; high pass 38 Hz,
Q 0.5), as the package pyloudnorm does, which the tests compare with.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Block

_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_HOPS_PER_S = 10
_HOPS_PER_BLOCK = 4
_SHELF_DB, _SHELF_HZ, _SHELF_Q = 4.0, 1500.0, 1 / math.sqrt(2)
_PASS_HZ, _PASS_Q = 38.0, 0.5
_LOWEST_SHELF_RATE_HZ = 4000
_SURROUND_WEIGHT = 1.41
_TINY = 1e-30


class Meter:
    """Integrated loudness; keeps one number per 100 ms.

    Channels weigh 1, 1, 1, 1.41, 1.41 (left, right, centre, surrounds) for up to five of them.
    With six to eight, layouts differ too much to guess which ones are surrounds: all weigh 1.
    Below 4000 Hz the shelf, which would lie at the edge of the band, is left out.

    Args:
        rate: samples per second, Hz, at least 100.
        channels: number of channels.

    Raises:
        InputError: a rate or channel count that is too small.
    """

    def __init__(self, rate: int, channels: int) -> None:
        if rate < 100 or channels < 1:
            raise InputError(
                f"rate={rate}, channels={channels}: expected 100 Hz, 1 channel or more"
            )
        self.rate = rate
        self.channels = channels
        self._filters = k_weighting(rate)
        self._state = np.zeros((len(self._filters), channels, 2))
        weights = [1.0, 1.0, 1.0, _SURROUND_WEIGHT, _SURROUND_WEIGHT]
        self._weights = np.array(weights[:channels] if channels <= 5 else [1.0] * channels)
        self._hops: list[NDArray[np.float64]] = []
        self._hop_count = 0
        self._open_hop = 0.0
        self._frames = 0
        self._squares = 0.0

    def add(self, block: Block) -> None:
        """Take more of the recording into account.

        Args:
            block: float32, shape (channels, n), full scale ±1, finite.

        Raises:
            InputError: another number of channels.
        """
        if block.ndim != 2 or block.shape[0] != self.channels:
            raise InputError(f"block.shape={block.shape}: expected ({self.channels}, n)")
        if block.shape[1] == 0:
            return
        from scipy.signal import sosfilt

        samples = block.astype(np.float64)
        self._squares += float(np.vdot(samples, samples))
        weighted, self._state = sosfilt(self._filters, samples, axis=1, zi=self._state)
        # Decaying states become denormal numbers in silence, which cost a hundred times as much.
        self._state[np.abs(self._state) < _TINY] = 0.0
        np.square(weighted, out=weighted)
        self._add_hops(self._weights @ weighted)

    @property
    def integrated(self) -> float | None:
        """Gated loudness, LUFS; -inf for silence, None under 0.4 s."""
        energies = self._block_energies()
        if energies is None:
            return None
        loud = energies[energies >= _energy(_ABSOLUTE_GATE_LUFS)]
        if loud.size == 0:
            return -math.inf
        gate = _energy(_lufs(float(loud.mean())) + _RELATIVE_GATE_LU)
        return _lufs(float(loud[loud > gate].mean()))

    @property
    def rms_db(self) -> float:
        """Level without weighting or gate over all channels, dB re full scale; -inf for silence."""
        if self._squares == 0.0:
            return -math.inf
        return 10.0 * math.log10(self._squares / (self._frames * self.channels))

    @property
    def level_db(self) -> float:
        """Loudness where it is defined, RMS under 0.4 s; a change in dB changes both alike."""
        integrated = self.integrated
        return self.rms_db if integrated is None else integrated

    def _add_hops(self, energy: NDArray[np.float64]) -> None:
        """Sum weighted squares (n,) over the 100 ms hops that begin at multiples of rate / 10."""
        start, end = self._frames, self._frames + energy.size
        last = end * _HOPS_PER_S // self.rate
        while last * self.rate // _HOPS_PER_S > end:
            last -= 1
        while (last + 1) * self.rate // _HOPS_PER_S <= end:
            last += 1
        edges = np.arange(self._hop_count + 1, last + 1) * self.rate // _HOPS_PER_S - start
        cuts = np.concatenate([np.zeros(1, np.int64), edges])
        inside = cuts[cuts < energy.size]
        sums = np.add.reduceat(energy, inside)
        sums = np.concatenate([sums, np.zeros(cuts.size - inside.size)])
        sums[0] += self._open_hop
        if sums.size > 1:
            self._hops.append(sums[:-1])
        self._hop_count = last
        self._open_hop = float(sums[-1])
        self._frames = end

    def _block_energies(self) -> NDArray[np.float64] | None:
        """Mean square of each 400 ms block; None if there is not one."""
        if self._frames * _HOPS_PER_S < _HOPS_PER_BLOCK * self.rate:
            return None
        hops = np.concatenate(self._hops)
        # A last hop that is more than half there counts, as in the reference implementation.
        if round(self._frames * _HOPS_PER_S / self.rate) > hops.size:
            hops = np.append(hops, self._open_hop)
        blocks = np.convolve(hops, np.ones(_HOPS_PER_BLOCK), "valid")
        energies: NDArray[np.float64] = blocks * _HOPS_PER_S / (_HOPS_PER_BLOCK * self.rate)
        return energies


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The K-weighting as second-order sections.

    Args:
        rate: samples per second, Hz.

    Returns:
        Shape (sections, 6): b0 b1 b2 1 a1 a2, as scipy.signal.sosfilt takes them.
    """
    sections = [_high_pass(rate)]
    if rate >= _LOWEST_SHELF_RATE_HZ:
        sections.insert(0, _high_shelf(rate))
    return np.array(sections)


def _high_shelf(rate: int) -> NDArray[np.float64]:
    a = 10.0 ** (_SHELF_DB / 40.0)
    w = 2.0 * math.pi * _SHELF_HZ / rate
    cos = math.cos(w)
    slope = 2.0 * math.sqrt(a) * math.sin(w) / (2.0 * _SHELF_Q)
    b = [
        a * ((a + 1) + (a - 1) * cos + slope),
        -2 * a * ((a - 1) + (a + 1) * cos),
        a * ((a + 1) + (a - 1) * cos - slope),
    ]
    return _section(
        b,
        [
            (a + 1) - (a - 1) * cos + slope,
            2 * ((a - 1) - (a + 1) * cos),
            (a + 1) - (a - 1) * cos - slope,
        ],
    )


def _high_pass(rate: int) -> NDArray[np.float64]:
    w = 2.0 * math.pi * _PASS_HZ / rate
    cos = math.cos(w)
    alpha = math.sin(w) / (2.0 * _PASS_Q)
    b = [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2]
    return _section(b, [1 + alpha, -2 * cos, 1 - alpha])


def _section(b: list[float], a: list[float]) -> NDArray[np.float64]:
    return np.array([*b, *a]) / a[0]


def _lufs(energy: float) -> float:
    return _OFFSET_DB + 10.0 * math.log10(energy)


def _energy(lufs: float) -> float:
    return float(10.0 ** ((lufs - _OFFSET_DB) / 10.0))
