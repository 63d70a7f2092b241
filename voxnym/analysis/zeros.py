"""Digital silence frame by frame, so that a codec can carry it from analysis to synthesis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnym.records import Block


def long_zeros(samples: Block, shortest: int) -> NDArray[np.bool_]:
    """(n,) which samples stand in a run of at least `shortest` exact zeros.

    >>> long_zeros(np.float32([0, 1, 0, 0]), 2).tolist()
    [False, False, True, True]
    """
    zero = np.concatenate([[False], samples == 0, [False]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(zero))
    marks = np.zeros(len(samples), bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        marks[start:end] = end - start >= shortest
    return marks


def mark_zeros(marks: NDArray[np.bool_], hop: int) -> NDArray[np.int16]:
    """(frames, 2) how many marked samples each hop begins and ends with; all of them twice.

    Exact where marked runs are longer than a hop, since then no hop holds one in its middle.

    Args:
        marks: (frames * hop,).
        hop: samples.
    """
    sound = ~marks.reshape(-1, hop)
    some = sound.any(axis=1)
    head = np.where(some, sound.argmax(axis=1), hop)
    tail = np.where(some, sound[:, ::-1].argmax(axis=1), hop)
    return np.stack([head, tail], axis=1).astype(np.int16)


def zeros_gain(zeros: NDArray[np.int16], hop: int, edge: int) -> NDArray[np.float64]:
    """(frames * hop,) 0 where `mark_zeros` found silence, rising to 1 over `edge` samples.

    >>> zeros_gain(np.int16([[2, 0], [0, 0]]), 3, 2).round(1).tolist()
    [0.0, 0.0, 0.2, 0.6, 1.0, 1.0]
    """
    place = np.arange(hop)
    sound = ((place >= zeros[:, :1]) & (place < hop - zeros[:, 1:])).ravel()
    if sound.all():
        return np.ones(sound.size)
    near = np.pad(sound.astype(np.float64), edge, mode="edge")
    width = 2 * edge + 1
    near = np.convolve(near, np.ones(width), "valid")
    return np.where(sound, np.clip((2 * near - width) / width, 0, 1), 0.0)
