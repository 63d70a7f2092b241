"""What no recording may be, whichever library decodes it: the checks that all sources share."""

from __future__ import annotations

import os
from typing import BinaryIO

import numpy as np

from voxnym.audio.formats import HIGHEST_RATE_HZ, LOWEST_RATE_HZ, MAX_CHANNELS
from voxnym.errors import InputError
from voxnym.records import Block

HIGHEST_SAMPLE = 1e6
DAMAGED = "the file is damaged or not what it seems: export it again, for example as WAV"


class Unchanged:
    """Notices that a file is another one, or was written to, between two readings."""

    def __init__(self) -> None:
        self._identity: tuple[int, ...] | None = None

    def check(self, raw: BinaryIO, name: str) -> None:
        """Compare with the first file that was given; a path's file, open.

        Raises:
            InputError: it changed.
        """
        status = os.fstat(raw.fileno())
        identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._identity is None:
            self._identity = identity
        if identity != self._identity:
            raise InputError(f"{name}: changed while it was being read; wait until it is complete")


def check_shape(rate: int, channels: int, name: str) -> None:
    """Refuse rates and channel counts that no speech comes in.

    Args:
        rate: samples per second, Hz.
        channels: number of channels.
        name: what the error text calls the recording.

    Raises:
        InputError: beyond the limits of `voxnym.audio.formats`.
    """
    if not LOWEST_RATE_HZ <= rate <= HIGHEST_RATE_HZ:
        raise InputError(
            f"{name}: {rate} samples per second; expected {LOWEST_RATE_HZ} to "
            f"{HIGHEST_RATE_HZ} Hz: resample it, or mend its header"
        )
    if not 1 <= channels <= MAX_CHANNELS:
        raise InputError(
            f"{name}: {channels} channels; expected 1 to {MAX_CHANNELS}: split it first"
        )


def check_samples(block: Block, before: int, rate: int, name: str) -> None:
    """Refuse samples that are not finite or lie beyond 120 dB over full scale.

    Args:
        block: float32, shape (channels, n), n > 0.
        before: samples of one channel that came earlier; for the error text.
        rate: Hz.
        name: what the error text calls the recording.

    Raises:
        InputError: such a sample; the text says where.
    """
    # Maximum and minimum carry NaN along, so that two passes are enough.
    if max(float(block.max()), -float(block.min())) <= HIGHEST_SAMPLE:
        return
    bad = ~(np.abs(block) <= HIGHEST_SAMPLE)
    first = int(np.argmax(bad.any(axis=0)))
    value = float(block[:, first][bad[:, first]][0])
    what = f"sample {value:g}" if np.isfinite(value) else f"a sample that is {value}"
    raise InputError(
        f"{name}: {what} at {(before + first) / rate:.3f} s; expected finite "
        "samples with full scale ±1: export the recording again"
    )
