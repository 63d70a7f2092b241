"""What every embedder is given: one channel at its rate, finite and not empty."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.records import Audio

RATE_HZ = 16_000


def heard(audio: Audio, rate: int = RATE_HZ) -> NDArray[np.float32]:
    """The mean of all channels at another rate.

    Args:
        audio: any recording.
        rate: Hz.

    Returns:
        (n,) samples.

    Raises:
        InputError: no samples, digital silence, or samples that are not finite.
    """
    from voxnym.audio.resample import resample

    if not audio.samples.size:
        raise InputError("no samples: nothing can be told of the voice")
    if not np.isfinite(audio.samples).all():
        raise InputError("samples that are not finite numbers: nothing can be told of the voice")
    if not audio.samples.any():
        raise InputError("nothing but silence: nothing can be told of the voice")
    mono = audio.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    whole: NDArray[np.float32] = resample(mono, audio.rate, rate)[0]
    return whole


def unit(vector: NDArray[np.floating], name: str) -> NDArray[np.float32]:
    """A vector of unit length.

    Args:
        vector: (dims,).
        name: of the embedder, for the error.

    Raises:
        InputError: no direction: zeros, or numbers that are not finite.

    >>> unit(np.array([3.0, 4.0]), "toy").tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    length = float(np.linalg.norm(vector))
    if not 0 < length < float("inf"):
        raise InputError(f"{name} finds no voice: its vector has length {length}")
    return np.asarray(vector / length, np.float32)
