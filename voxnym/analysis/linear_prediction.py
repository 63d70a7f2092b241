"""Linear prediction of many frames at once: Burg's recursion, and autocorrelation with Levinson's.

A prediction polynomial A(z) = 1 + a₁z⁻¹ + … + aₚz⁻ᵖ turns a frame into its residual; 1/A is the
filter of the vocal tract.
"""

from __future__ import annotations

import numpy as np

from voxnym.records import Frames

_LARGEST_REFLECTION = 1.0 - 1e-12


def burg(frames: Frames, order: int) -> Frames:
    """Prediction polynomials by Burg's method, forward and backward error together.

    Follows the recursion of `librosa.lpc`, whose running denominator saves time but loses its
    digits on noise-free tones: the polynomial may then be unstable. `levinson` never is.

    Args:
        frames: shape (frames, samples), samples > order.
        order: number of poles.

    Returns:
        Shape (frames, order + 1), float64, first column 1.

    Source: J. P. Burg, "Maximum entropy spectral analysis" (1967); the running denominator:
        L. Marple, IEEE Trans. ASSP 28 (1980), 441-454.
    """
    forward = np.array(frames[:, 1:], dtype=np.float64)
    backward = np.array(frames[:, :-1], dtype=np.float64)
    polynomials = np.zeros((len(frames), order + 1))
    polynomials[:, 0] = 1.0
    tiny = np.finfo(np.float64).tiny
    power = _dot(forward, forward) + _dot(backward, backward)
    for i in range(order):
        reflection = (-2.0 * _dot(backward, forward) / (power + tiny))[:, np.newaxis]
        polynomials[:, 1 : i + 2] += reflection * polynomials[:, i::-1]
        forward, backward = forward + reflection * backward, backward + reflection * forward
        kept = 1.0 - reflection[:, 0] ** 2
        power = kept * power - backward[:, -1] ** 2 - forward[:, 0] ** 2
        forward, backward = forward[:, 1:], backward[:, :-1]
    return polynomials


def levinson(autocorrelation: Frames, white_noise: float = 1e-9) -> Frames:
    """Prediction polynomials from autocorrelations; always stable.

    Args:
        autocorrelation: shape (frames, order + 1), lag 0 first.
        white_noise: added to lag 0, as a share of it: bounds the dynamic range that is modelled
            (1e-9 is 90 dB) and keeps noise-free tones away from the unit circle.

    Returns:
        Shape (frames, order + 1), float64, first column 1; the rest 0 where lag 0 is 0.

    Source: J. Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 63 (1975), 561-580.

    >>> levinson(np.array([[1.0, 0.5, 0.25]]), white_noise=0.0).tolist()
    [[1.0, -0.5, 0.0]]
    """
    lags = np.ascontiguousarray(autocorrelation.T, dtype=np.float64)
    order = len(lags) - 1
    sounding = lags[0] > 0
    lags = lags / np.where(sounding, lags[0], 1.0)
    lags[0] = 1.0 + white_noise
    lags[1:, ~sounding] = 0.0
    polynomials = np.zeros_like(lags)
    polynomials[0] = 1.0
    error = lags[0].copy()
    for i in range(1, order + 1):
        reflection = np.einsum("ij,ij->j", polynomials[:i], lags[i:0:-1])
        reflection /= -error
        np.clip(reflection, -_LARGEST_REFLECTION, _LARGEST_REFLECTION, out=reflection)
        polynomials[1 : i + 1] += reflection * polynomials[i - 1 :: -1]
        error *= 1.0 - reflection * reflection
    return np.ascontiguousarray(polynomials.T)


def autocorrelation_table(n_fft: int, order: int, smoothing: float = 0.0) -> Frames:
    """Matrix that turns a power spectrum into autocorrelation: `power @ table`.

    Args:
        n_fft: transform length; at least frame length + order, or lags wrap around.
        order: highest lag.
        smoothing: standard deviation of the Gaussian that smooths the spectrum, cycles per
            sample. It keeps poles from clinging to single harmonics.

    Returns:
        Shape (n_fft // 2 + 1, order + 1).

    Source: Y. Tohkura, F. Itakura, S. Hashimoto, "Spectral smoothing technique in PARCOR speech
        analysis-synthesis", IEEE Trans. ASSP 26 (1978), 587-596 (lag window).
    """
    bins, lags = np.arange(n_fft // 2 + 1), np.arange(order + 1)
    table = np.cos(2 * np.pi * np.outer(bins, lags) / n_fft) * (2.0 / n_fft)
    table *= np.exp(-0.5 * (2 * np.pi * smoothing * lags) ** 2)
    table[0] /= 2
    if n_fft % 2 == 0:
        table[-1] /= 2
    return table


def response_table(n_fft: int, order: int) -> Frames:
    """Matrix that turns polynomials into spectra: `(polynomials @ table).view(complex128)`.

    For so few coefficients a matrix product is faster than a transform of zero-padded ones.

    Args:
        n_fft: transform length.
        order: order of the polynomials.

    Returns:
        Shape (order + 1, 2 · (n_fft // 2 + 1)), real and imaginary parts in turn.
    """
    bins = np.arange(n_fft // 2 + 1)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(order + 1), bins) / n_fft)
    return np.ascontiguousarray(turns).view(np.float64)


def _dot(a: Frames, b: Frames) -> Frames:
    """Inner product of each row."""
    result: Frames = np.einsum("ij,ij->i", a, b)
    return result
