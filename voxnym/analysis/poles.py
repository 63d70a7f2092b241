"""Poles of many real polynomials at once: taken apart into quadratic factors, and put together.

A real polynomial of even order is a product of quadratics z² + bz + c, each of which holds a
conjugate pair or two real roots. Working on the quadratics keeps all arithmetic real, halves the
work, and treats both cases alike. All arrays have frames as their last axis, so that one NumPy
call works on many frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import RenderError
from voxnym.records import Frames

_STEPS = 30
_STEP_LIMIT = 0.3
_STEP_DONE = 1e-8
_PRODUCT_TOLERANCE = 1e-11
# Frames worked on at the same time: fewer waste NumPy's overhead per call, more fill the cache.
_WIDTH = 1024
# With so few left, the eigenvalues of each are found sooner than by more steps.
_FEW = 6
_START_RADIUS = 0.95
_BRACKET_POINTS = 17
_BRACKET_STEPS = 2


@dataclass(frozen=True, eq=False)
class Quadratics:
    """Factors z² + linear·z + constant of each frame's polynomial.

    Args:
        linear: shape (factors, frames).
        constant: shape (factors, frames).
    """

    linear: Frames
    constant: Frames


def factor(polynomials: Frames) -> Quadratics:
    """Real quadratic factors of monic real polynomials.

    All factors of a frame are improved at once by the Newton step of the system "product of
    factors = polynomial", which decouples modulo each factor (Durand-Kerner for quadratics). The
    product is then compared with the polynomial; a frame that does not pass is solved by the
    eigenvalues of its companion matrix, so the answer does not depend on the iteration's luck.

    Args:
        polynomials: shape (order + 1, frames), highest power first, first row 1. An odd order
            gets one more root, at zero.

    Returns:
        Factors, ceil(order / 2) of them, in no particular order.

    Raises:
        RenderError: a coefficient is not finite.

    Source: K. Dvorčuk, "Factorization of a polynomial into quadratic factors by Newton method",
        Aplikace matematiky 14 (1969), 54-80; E. Durand (1960); I. Kerner (1966).

    >>> q = factor(np.array([[1.0], [-1.0], [0.5]]))
    >>> q.linear.ravel().tolist(), q.constant.ravel().tolist()
    ([-1.0], [0.5])
    """
    if not np.isfinite(polynomials).all():
        raise RenderError(
            "prediction polynomials hold values that are not finite: the recording's prediction "
            "overflowed; use the autocorrelation estimator"
        )
    if len(polynomials) % 2 == 0:
        polynomials = np.concatenate([polynomials, np.zeros_like(polynomials[:1])])
    if len(polynomials) == 3:
        return Quadratics(polynomials[1:2].copy(), polynomials[2:].copy())
    with np.errstate(all="ignore"):
        found = _start(polynomials)
        left = _iterate(polynomials, found)
    for frame in left:
        found.linear[:, frame], found.constant[:, frame] = _eigenvalues(polynomials[:, frame])
    return found


def multiply(factors: Quadratics) -> Frames:
    """Monic polynomials whose factors these are.

    Args:
        factors: n quadratics for each frame.

    Returns:
        Shape (2n + 1, frames), highest power first, first row 1.

    >>> multiply(Quadratics(np.array([[0.0], [1.0]]), np.array([[-1.0], [0.0]]))).ravel().tolist()
    [1.0, 1.0, -1.0, -1.0, 0.0]
    """
    count, frames = factors.linear.shape
    product = np.zeros((2 * count + 1, frames))
    product[0] = 1.0
    for done, (linear, constant) in enumerate(zip(factors.linear, factors.constant, strict=True)):
        old = product[: 2 * done + 1].copy()
        product[1 : 2 * done + 2] += linear * old
        product[2 : 2 * done + 3] += constant * old
    return product


def _iterate(polynomials: Frames, found: Quadratics) -> NDArray[np.intp]:
    """Improve the guesses in `found`; indices of the frames for which that did not succeed.

    A fixed number of columns is worked on; as soon as a frame has converged, the next frame
    takes its column. So the batch keeps the width at which NumPy is fastest.
    """
    frames = polynomials.shape[1]
    fresh = min(frames, _WIDTH)
    column = np.arange(fresh)
    age = np.zeros(fresh, dtype=np.intp)
    target = polynomials[:, :fresh].copy()
    linear, constant = found.linear[:, :fresh].copy(), found.constant[:, :fresh].copy()
    while len(column) > _FEW:
        size = _improve(target, linear, constant)
        age += 1
        free = np.flatnonzero((size < _STEP_DONE) | (age >= _STEPS))
        if not len(free):
            continue
        found.linear[:, column[free]] = linear[:, free]
        found.constant[:, column[free]] = constant[:, free]
        taken = free[: frames - fresh]
        column[taken] = np.arange(fresh, fresh + len(taken))
        age[taken] = 0
        target[:, taken] = polynomials[:, column[taken]]
        linear[:, taken] = found.linear[:, column[taken]]
        constant[:, taken] = found.constant[:, column[taken]]
        fresh += len(taken)
        if len(taken) < len(free):
            empty = free[len(taken) :]
            column, age = np.delete(column, empty), np.delete(age, empty)
            target = np.delete(target, empty, axis=1)
            linear = np.delete(linear, empty, axis=1)
            constant = np.delete(constant, empty, axis=1)
    wrong = np.abs(multiply(found) - polynomials).max(axis=0)
    return np.flatnonzero(~(wrong <= _PRODUCT_TOLERANCE * np.abs(polynomials).max(axis=0)))


def _improve(target: Frames, linear: Frames, constant: Frames) -> Frames:
    """One step in place; the longest correction of each frame, before it was shortened."""
    step_linear, step_constant = _step(target, linear, constant)
    size = np.maximum(np.abs(step_linear), np.abs(step_constant))
    # A long step would throw a factor far out, from where it returns slowly.
    shorten = np.minimum(1.0, _STEP_LIMIT / size)
    step_linear *= shorten
    step_constant *= shorten
    linear += step_linear
    constant += step_constant
    longest: Frames = size.max(axis=0)
    return longest


def _step(target: Frames, linear: Frames, constant: Frames) -> tuple[Frames, Frames]:
    """Newton corrections: (target mod q) / (product of the other factors mod q), mod q."""
    slope, value = _remainder(target, linear, constant)
    p, q = _others(linear, constant)
    inverse = q - linear * p
    norm = q * inverse
    norm += constant * p * p
    step_linear = slope * q
    step_linear -= value * p
    step_linear /= norm
    step_constant = value * inverse
    slope *= constant
    slope *= p
    step_constant += slope
    step_constant /= norm
    return step_linear, step_constant


def _remainder(target: Frames, linear: Frames, constant: Frames) -> tuple[Frames, Frames]:
    """Target modulo each factor, as slope·z + value, by synthetic division."""
    before, last = np.ones_like(linear), target[1] - linear
    scratch = np.empty_like(linear)
    for coefficient in target[2:-1]:
        before *= constant
        np.multiply(linear, last, out=scratch)
        before += scratch
        np.subtract(coefficient, before, out=before)
        before, last = last, before
    before *= constant
    return last, target[-1] - before


def _others(linear: Frames, constant: Frames) -> tuple[Frames, Frames]:
    """Product of all other factors modulo each factor, as p·z + q."""
    count = len(linear)
    # Written twice in a row, "the k-th next factor" of all factors is a plain slice.
    all_linear = np.concatenate([linear, linear])
    all_constant = np.concatenate([constant, constant])
    p, q = all_linear[1 : count + 1] - linear, all_constant[1 : count + 1] - constant
    p_next, q_next, pp = np.empty_like(p), np.empty_like(p), np.empty_like(p)
    scratch = np.empty_like(p)
    for k in range(2, count):
        np.subtract(all_linear[k : k + count], linear, out=p_next)
        np.subtract(all_constant[k : k + count], constant, out=q_next)
        np.multiply(p, p_next, out=pp)
        p *= q_next
        p_next *= q
        p += p_next
        p -= np.multiply(linear, pp, out=scratch)
        q *= q_next
        q -= np.multiply(constant, pp, out=scratch)
    return p, q


def _start(polynomials: Frames) -> Quadratics:
    """First guess: pairs spread over a circle, and a real pair where one is certain to exist."""
    count = len(polynomials) // 2
    frames = polynomials.shape[1]
    angles = (np.arange(count) + 0.5) * np.pi / count
    linear = np.repeat(-2 * _START_RADIUS * np.cos(angles)[:, np.newaxis], frames, axis=1)
    constant = np.full((count, frames), _START_RADIUS**2)
    # A negative last coefficient means roots on both sides of zero. Left to itself the
    # iteration often fails to bring these two, far apart, into one factor.
    split = np.flatnonzero(polynomials[-1] < 0)
    if len(split):
        right = _real_root(polynomials[:, split], 1.0)
        left = _real_root(polynomials[:, split], -1.0)
        angles = (np.arange(count - 1) + 0.5) * np.pi / (count - 1)
        linear[:-1, split] = -2 * _START_RADIUS * np.cos(angles)[:, np.newaxis]
        linear[-1, split] = -(left + right)
        constant[-1, split] = left * right
    return Quadratics(linear, constant)


def _real_root(polynomials: Frames, side: float) -> Frames:
    """About where a polynomial that is negative at 0 crosses zero between 0 and `side`."""
    order = len(polynomials) - 1
    grid = np.linspace(0.0, side, _BRACKET_POINTS)
    values: Frames = np.vander(grid, order + 1) @ polynomials
    columns = np.arange(polynomials.shape[1])
    first = np.maximum((values > 0).argmax(axis=0), 1)
    low, high = grid[first - 1], grid[first]
    low_value, high_value = values[first - 1, columns], values[first, columns]
    for _ in range(_BRACKET_STEPS):
        root = low - (high - low) * low_value / (high_value - low_value)
        value = np.ones_like(root)
        for coefficient in polynomials[1:]:
            value *= root
            value += coefficient
        above = value > 0
        high, high_value = np.where(above, root, high), np.where(above, value, high_value)
        low, low_value = np.where(above, low, root), np.where(above, low_value, value)
    crossing: Frames = low - (high - low) * low_value / (high_value - low_value)
    return crossing


def _eigenvalues(polynomial: Frames) -> tuple[Frames, Frames]:
    """Factors of one polynomial by its companion matrix: slow and sure."""
    order = len(polynomial) - 1
    companion = np.diag(np.ones(order - 1), -1)
    companion[0] = -polynomial[1:]
    roots = np.linalg.eigvals(companion)
    upper = roots[roots.imag > 0]
    real = np.sort(roots[roots.imag == 0].real)
    linear = np.concatenate([-2 * upper.real, -(real[0::2] + real[1::2])])
    constant = np.concatenate([np.abs(upper) ** 2, real[0::2] * real[1::2]])
    return linear, constant
