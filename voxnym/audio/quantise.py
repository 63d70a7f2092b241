"""Samples to the integers that files store, and the refusal of what no file may hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import OutputError
from voxnym.records import Block

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}


def coded(block: Block, subtype: str) -> tuple[NDArray[Any], int]:
    """Interleaved samples in the type that is stored unchanged, and how many were limited.

    Args:
        block: float32, shape (channels, n).
        subtype: a PCM width; lossy ones get floating point, limited to ±1.

    Returns:
        Shape (n, channels); integers of 16 or 32 bits with the value in their upper bits.
    """
    frames = np.ascontiguousarray(block.T)
    if subtype in ("FLOAT", "DOUBLE"):
        return frames, 0
    if subtype not in _BITS:
        limited = np.clip(frames, -1.0, 1.0)
        return limited, int(np.count_nonzero(limited != frames))
    bits = _BITS[subtype]
    # float32 holds integers of 24 bits; wider ones need float64 for their upper limit.
    wide = frames.astype(np.float64) if bits > 24 else frames
    rounded = np.rint(wide * wide.dtype.type(2 ** (bits - 1)))
    top = wide.dtype.type(2 ** (bits - 1))
    limited = np.clip(rounded, -top, top - 1)
    clipped = int(np.count_nonzero(limited != rounded))
    # libsndfile keeps the upper bits of the type that it is given.
    if bits <= 16:
        return limited.astype(np.int16) << (16 - bits), clipped
    return limited.astype(np.int32) << (32 - bits), clipped


def check_block(block: Block, channels: int, name: str) -> None:
    """Refuse samples that no file may hold.

    Args:
        block: float32, expected shape (channels, n), finite.
        channels: of the file.
        name: what the error text calls it.

    Raises:
        OutputError: another shape, or samples that are not finite.
    """
    if block.ndim != 2 or block.shape[0] != channels:
        raise OutputError(f"{name}: block.shape={block.shape}: expected ({channels}, n)")
    if not np.isfinite(block).all():
        raise OutputError(
            f"{name}: samples that are not finite were about to be written; nothing like that "
            "belongs into a file: please report it"
        )
