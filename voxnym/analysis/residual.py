"""Frames to prediction polynomials and residuals, and back, in two ways.

`SpectrumFilter` multiplies and divides spectra: fast, and a frame whose polynomial is not changed
comes back exactly. A changed filter rings beyond the frame's end; the transform is longer than the
frame, so most of that is cut off, and what rings longer still wraps around to the frame's start,
where the synthesis window is small. `SampleFilter` filters sample by sample, from rest in every
frame, as the VoicePrivacy Challenge's baseline does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voxnym.analysis.linear_prediction import (
    autocorrelation_table,
    burg,
    levinson,
    response_table,
)
from voxnym.records import Frames

# Frames transformed at a time: their spectra stay in the processor's cache, and their matrix
# products stay below the size at which OpenBLAS wakes its threads, which cost far more than the
# product.
_CHUNK = 48


@dataclass(frozen=True)
class Predictor:
    """How polynomials are found.

    Args:
        order: number of poles.
        method: "autocorrelation" is always stable, "burg" follows librosa.
        white_noise: see `levinson`; "burg" does not use it.
        offset: added to each sample before "burg".
        smoothing: see `autocorrelation_table`; "burg" does not use it.
    """

    order: int
    method: Literal["autocorrelation", "burg"] = "autocorrelation"
    white_noise: float = 1e-9
    offset: float = 0.0
    smoothing: float = 0.0


class SpectrumFilter:
    """Residuals as complex spectra, (frames, bins) complex64.

    Args:
        window: (samples,) applied before analysis.
        predictor: how polynomials are found.
    """

    def __init__(self, window: Frames, predictor: Predictor) -> None:
        self._window = window
        self._predictor = predictor
        # At least half a frame of room for ringing; powers of two transform fastest.
        self._n_fft = 1 << math.ceil(math.log2(1.5 * len(window)))
        self._lags = autocorrelation_table(self._n_fft, predictor.order, predictor.smoothing)
        self._response = response_table(self._n_fft, predictor.order)

    def analyze(self, frames: NDArray[Any]) -> tuple[Frames, NDArray[np.complex64]]:
        """Polynomials (frames, order + 1) and residuals of (frames, samples) without window."""
        import scipy.fft

        order = self._predictor.order
        residual = np.empty((len(frames), self._n_fft // 2 + 1), np.complex64)
        found = np.empty((len(frames), order + 1))
        for part in _parts(len(frames)):
            windowed = frames[part] * self._window
            spectra = scipy.fft.rfft(windowed, self._n_fft)
            residual[part] = spectra
            if self._predictor.method == "burg":
                found[part] = burg(windowed + self._predictor.offset, order)
            else:
                found[part] = (spectra.real**2 + spectra.imag**2) @ self._lags
        if self._predictor.method == "autocorrelation":
            found = levinson(found, self._predictor.white_noise)
        for part in _parts(len(frames)):
            residual[part] *= self._respond(found[part])
        return found, residual

    def synthesize(self, polynomials: Frames, residual: NDArray[Any]) -> Frames:
        """Frames (frames, samples) without window; not finite where a filter overflows."""
        import scipy.fft

        frames = np.empty((len(residual), len(self._window)))
        with np.errstate(all="ignore"):
            for part in _parts(len(frames)):
                response = self._respond(polynomials[part])
                np.divide(residual[part], response, out=response)
                whole = scipy.fft.irfft(response, self._n_fft, overwrite_x=True)
                frames[part] = whole[:, : frames.shape[1]]
        return frames

    def _respond(self, polynomials: Frames) -> NDArray[np.complex128]:
        """Spectra of polynomials, (frames, bins)."""
        return (polynomials @ self._response).view(np.complex128)


class SampleFilter:
    """Residuals as samples, (frames, samples) float64.

    Args:
        window: (samples,) applied before analysis.
        predictor: how polynomials are found.
    """

    def __init__(self, window: Frames, predictor: Predictor) -> None:
        self._window = window
        self._predictor = predictor

    def analyze(self, frames: NDArray[Any]) -> tuple[Frames, Frames]:
        """Polynomials (frames, order + 1) and residuals of (frames, samples) without window."""
        from scipy.signal import lfilter

        windowed = frames * self._window
        polynomials = self._predict(windowed)
        residual = np.zeros_like(windowed)
        for out, polynomial, frame in zip(residual, polynomials, windowed, strict=True):
            out[:] = lfilter(polynomial, [1.0], frame)
        return polynomials, residual

    def synthesize(self, polynomials: Frames, residual: NDArray[Any]) -> Frames:
        """Frames (frames, samples) without window; not finite where a filter overflows."""
        from scipy.signal import lfilter

        frames = np.zeros(residual.shape)
        with np.errstate(all="ignore"):
            for out, polynomial, frame in zip(frames, polynomials, residual, strict=True):
                out[:] = lfilter([1.0], polynomial, frame)
        return frames

    def _predict(self, windowed: Frames) -> Frames:
        """Polynomials of windowed frames."""
        import scipy.fft

        predictor = self._predictor
        if predictor.method == "burg":
            return burg(windowed + predictor.offset, predictor.order)
        n_fft = 2 * len(self._window)
        spectra = scipy.fft.rfft(windowed, n_fft)
        power = spectra.real**2 + spectra.imag**2
        table = autocorrelation_table(n_fft, predictor.order, predictor.smoothing)
        return levinson(power @ table, predictor.white_noise)


def _parts(count: int) -> list[slice]:
    """Slices that cover `count` frames."""
    return [slice(i, i + _CHUNK) for i in range(0, count, _CHUNK)]
