import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from voxnym.analysis.linear_prediction import (
    autocorrelation_table,
    burg,
    levinson,
    response_table,
)


def burg_of_one(frame, order):
    forward, backward = frame[1:].copy(), frame[:-1].copy()
    polynomial = np.zeros(order + 1)
    polynomial[0] = 1.0
    power = np.sum(forward**2 + backward**2)
    for i in range(order):
        k = -2 * np.sum(backward * forward) / (power + np.finfo(float).tiny)
        old = polynomial.copy()
        for j in range(1, i + 2):
            polynomial[j] = old[j] + k * old[i + 1 - j]
        forward, backward = forward + k * backward, backward + k * forward
        power = (1 - k * k) * power - backward[-1] ** 2 - forward[0] ** 2
        forward, backward = forward[1:], backward[:-1]
    return polynomial


def lags_of(frames, order):
    length = frames.shape[1]
    return np.stack(
        [(frames[:, : length - k] * frames[:, k:]).sum(axis=1) for k in range(order + 1)], axis=1
    )


def test_burg_of_many_frames_is_burg_of_each():
    frames = np.random.default_rng(0).standard_normal((7, 320))
    found = burg(frames, 20)
    for frame, polynomial in zip(frames, found, strict=True):
        np.testing.assert_allclose(polynomial, burg_of_one(frame, 20), atol=1e-12)


def test_burg_finds_the_filter_of_filtered_noise():
    noise = np.random.default_rng(1).standard_normal(20000)
    wanted = np.array([1.0, -1.2, 0.8])
    found = burg(lfilter([1.0], wanted, noise)[np.newaxis], 2)[0]
    np.testing.assert_allclose(found, wanted, atol=0.02)


def test_burg_leaves_its_input_alone_and_takes_no_frames():
    frames = np.random.default_rng(0).standard_normal((2, 40))
    before = frames.copy()
    burg(frames, 4)
    np.testing.assert_array_equal(frames, before)
    assert burg(np.zeros((0, 40)), 4).shape == (0, 5)


def test_levinson_solves_the_normal_equations():
    lags = lags_of(np.random.default_rng(2).standard_normal((5, 100)), 12)
    found = levinson(lags, white_noise=0.0)
    for row, polynomial in zip(lags, found, strict=True):
        np.testing.assert_allclose(polynomial[1:], solve_toeplitz(row[:-1], -row[1:]), atol=1e-10)


def test_white_noise_is_added_to_lag_zero():
    lags = lags_of(np.random.default_rng(2).standard_normal((5, 100)), 12)
    more = lags.copy()
    more[:, 0] *= 1.01
    np.testing.assert_allclose(levinson(lags, 0.01), levinson(more, 0.0), atol=1e-12)


@pytest.mark.parametrize("hertz", [0.0, 1.0, 440.0, 1000.0, 7999.0, 8000.0])
@pytest.mark.parametrize("windowed", [True, False])
def test_levinson_is_stable_on_tones(hertz, windowed):
    frames = np.cos(2 * np.pi * hertz * np.arange(320) / 16000)[np.newaxis]
    if windowed:
        frames = frames * np.sqrt(np.hanning(320))
    found = levinson(lags_of(frames, 20))
    assert np.isfinite(found).all()
    assert np.abs(np.roots(found[0])).max() < 1.0


@pytest.mark.parametrize("scale", [1e-150, 1e-20, 1e20])
def test_levinson_does_not_depend_on_level(scale):
    lags = lags_of(np.random.default_rng(2).standard_normal((5, 100)), 12)
    np.testing.assert_allclose(levinson(lags * scale), levinson(lags), atol=1e-12)


def test_levinson_of_silence_predicts_nothing():
    np.testing.assert_array_equal(levinson(np.zeros((2, 4))), [[1, 0, 0, 0]] * 2)


def test_levinson_stays_bounded_on_what_is_no_autocorrelation():
    assert np.isfinite(levinson(np.array([[1.0, 2.0, -3.0, 4.0]]))).all()


@given(n_fft=st.integers(60, 130), order=st.integers(1, 20))
def test_tables_give_lags_and_spectra(n_fft, order):
    frames = np.random.default_rng(n_fft).standard_normal((3, n_fft - order))
    power = np.abs(np.fft.rfft(frames, n_fft)) ** 2
    np.testing.assert_allclose(
        power @ autocorrelation_table(n_fft, order), lags_of(frames, order), atol=1e-9
    )
    polynomials = frames[:, : order + 1]
    np.testing.assert_allclose(
        (polynomials @ response_table(n_fft, order)).view(complex),
        np.fft.rfft(polynomials, n_fft) if order < n_fft else 0,
        atol=1e-10,
    )


def test_smoothing_widens_a_line_to_a_gaussian_of_that_width():
    order, width, line = 255, 0.01, 0.2
    power = np.zeros((1, 257))
    power[0, round(line * 512)] = 1.0
    lags = (power @ autocorrelation_table(512, order, width))[0]
    turns = np.arange(0, 0.5, 0.001)
    smooth = lags[0] + 2 * np.cos(2 * np.pi * np.outer(turns, np.arange(1, order + 1))) @ lags[1:]
    assert turns[smooth.argmax()] == pytest.approx(line, abs=0.002)
    half = turns[smooth > smooth.max() / 2]
    assert np.ptp(half) == pytest.approx(2 * np.sqrt(2 * np.log(2)) * width, rel=0.1)
