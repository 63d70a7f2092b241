import numpy as np
import pytest

from voxnym.analysis.residual import Predictor, SampleFilter, SpectrumFilter

WINDOW = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(320) / 320))
KINDS = [SpectrumFilter, SampleFilter]


def frames_of(count, seed=0):
    noise = np.random.default_rng(seed).standard_normal((count, 320))
    return np.cumsum(noise, axis=1).astype(np.float32)


@pytest.mark.parametrize("method", ["autocorrelation", "burg"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 130])
def test_what_is_taken_apart_comes_together(kind, method, count):
    frames = frames_of(count)
    filtering = kind(WINDOW, Predictor(20, method))
    polynomials, residual = filtering.analyze(frames)
    assert polynomials.shape == (count, 21)
    assert len(residual) == count
    again = filtering.synthesize(polynomials, residual)
    scale = np.abs(frames).max(initial=1.0)
    np.testing.assert_allclose(again, frames * WINDOW, atol=1e-6 * scale)


def test_both_kinds_find_the_same_polynomials():
    frames = frames_of(70)
    for predictor in (Predictor(12), Predictor(12, smoothing=0.004), Predictor(12, "burg")):
        one, other = (kind(WINDOW, predictor).analyze(frames)[0] for kind in KINDS)
        np.testing.assert_allclose(one, other, atol=1e-9)


def test_both_kinds_filter_alike_but_for_the_edges():
    frames = frames_of(10)
    changed = np.array([1.0, -1.6, 0.85])
    results = []
    for kind in KINDS:
        filtering = kind(WINDOW, Predictor(2))
        _, residual = filtering.analyze(frames)
        results.append(filtering.synthesize(np.tile(changed, (10, 1)), residual) * WINDOW)
    wrong = np.linalg.norm(results[0] - results[1]) / np.linalg.norm(results[1])
    assert wrong < 1e-3


def test_the_residual_is_flatter_than_the_frame():
    frames = frames_of(20)
    _, residual = SampleFilter(WINDOW, Predictor(20)).analyze(frames)
    windowed = frames * WINDOW

    def flatness(x):
        power = np.abs(np.fft.rfft(x)) ** 2 + 1e-20
        return np.exp(np.log(power).mean()) / power.mean()

    assert flatness(residual) > 10 * flatness(windowed)
