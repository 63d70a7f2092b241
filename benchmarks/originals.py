"""Is there anything of an original in this file? Used by the fault run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SNIPPET_SAMPLES = 32

Samples = NDArray[np.int16] | NDArray[np.float32]


class Originals:
    """The originals, ready to be compared with anything that lies in an output tree."""

    def __init__(self, folder: Path, recordings: Iterable[Path]) -> None:
        self._samples = {
            path.relative_to(folder): soundfile.read(path, dtype="int16")[0] for path in recordings
        }
        self._snippets = [_snippet(samples) for samples in self._samples.values()]

    def contained(self, data: bytes) -> bool:
        """Whether raw bytes hold a stretch of any original, as 16 bit samples or as float32."""
        return any(
            stretch.tobytes() in data or (stretch / np.float32(32768)).tobytes() in data
            for stretch in self._snippets
        )

    def likeness(self, relative: Path, recording: Path) -> float:
        """Highest normalised cross-correlation of an output with its original, 0 to 1."""
        ours = soundfile.read(recording, dtype="float32")[0]
        return _correlation(self._samples[relative].astype(np.float32), ours)


def _snippet(samples: Samples) -> Samples:
    loudest = int(np.argmax(np.abs(samples.astype(int))))
    start = max(0, min(loudest, samples.size - SNIPPET_SAMPLES))
    return samples[start : start + SNIPPET_SAMPLES]


def _correlation(one: Samples, other: Samples) -> float:
    size = 1 << (one.size + other.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    norm = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.abs(product).max()) / norm if norm else 0.0
