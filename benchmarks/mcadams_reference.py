"""McAdams anonymization in the straightforward way: one frame after the other.

Written from the formulas of the VoicePrivacy Challenge's second baseline, for comparison of speed
and results: Burg's recursion as librosa does it, `numpy.roots`, and `scipy.signal.lfilter` twice
per frame. It keeps that baseline's traits: symmetric window, every frame filtered from rest, the
tail that fills no hop left at zero, no gain matching.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

ORDER = 20
RATE = 16000
LENGTH = 320
HOP = 160
EPSILON = np.float32(1.1920929e-07)


def mcadams(samples: NDArray[np.float32], coefficient: float) -> NDArray[np.float32]:
    """Anonymized samples, before any scaling.

    Args:
        samples: (n,) float32 at 16 kHz, n >= 320.
        coefficient: the McAdams coefficient.

    Returns:
        (n,) float32.
    """
    samples = samples + EPSILON
    hann = np.hanning(LENGTH)
    window = np.sqrt(hann / (hann.sum() / HOP))
    result = np.zeros(len(samples), np.float32)
    for start in range(0, len(samples) - LENGTH + 1, HOP):
        frame = samples[start : start + LENGTH] * window
        polynomial = burg(frame + EPSILON, ORDER)
        moved = move_poles(polynomial, coefficient)
        residual = lfilter(polynomial, [1.0], frame)
        result[start : start + LENGTH] += lfilter([1.0], moved, residual) * window
    return result


def move_poles(polynomial: NDArray[np.float64], coefficient: float) -> NDArray[np.float64]:
    """Polynomial whose complex roots have their angle raised to the power of the coefficient."""
    roots = np.roots(polynomial)
    paired = roots.imag != 0
    angles = np.angle(roots[paired])
    angles = np.sign(angles) * np.abs(angles) ** coefficient
    roots[paired] = np.abs(roots[paired]) * np.exp(1j * angles)
    return np.real(np.poly(roots))


def burg(frame: NDArray[np.float64], order: int) -> NDArray[np.float64]:
    """Prediction polynomial of one frame."""
    forward, backward = frame[1:], frame[:-1]
    polynomial = np.zeros(order + 1)
    polynomial[0] = 1.0
    tiny = np.finfo(np.float64).tiny
    power = np.sum(forward**2 + backward**2)
    for i in range(order):
        reflection = -2.0 * np.sum(backward * forward) / (power + tiny)
        polynomial[1 : i + 2] += reflection * polynomial[i::-1].copy()
        forward, backward = forward + reflection * backward, backward + reflection * forward
        power = (1.0 - reflection**2) * power - backward[-1] ** 2 - forward[0] ** 2
        forward, backward = forward[1:], backward[:-1]
    return polynomial
