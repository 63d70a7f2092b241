import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal, norm

from voxnym.errors import InputError
from voxnym.voices.mixture import Mixture

WEIGHTS = np.array([0.2, 0.5, 0.3])
MEANS = np.array([[-3.0, 0.0], [0.5, 2.0], [4.0, -1.0]])
FACTORS = np.array([[[1.0, 0], [0.5, 0.3]], [[0.4, 0], [-0.2, 1.0]], [[2.0, 0], [0.0, 0.1]]])
MIXTURE = Mixture(WEIGHTS, MEANS, FACTORS)


def drawn(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([MIXTURE.draw(float(rng.random()), rng) for _ in range(count)])


def test_draws_follow_the_mixture() -> None:
    points = drawn(4000)
    mean = WEIGHTS @ MEANS
    covariance = sum(
        w * (f @ f.T + np.outer(m - mean, m - mean))
        for w, m, f in zip(WEIGHTS, MEANS, FACTORS, strict=True)
    )
    np.testing.assert_allclose(points.mean(axis=0), mean, atol=0.2)
    np.testing.assert_allclose(np.cov(points.T), covariance, atol=0.6)

    def second(x: np.ndarray) -> np.ndarray:
        spreads = np.sqrt((FACTORS[:, 1] ** 2).sum(axis=1))
        return norm.cdf((x[:, None] - MEANS[:, 1]) / spreads) @ WEIGHTS

    assert kstest(points[:, 1], second).pvalue > 0.01


def test_the_first_number_is_the_level_of_the_first_coordinate() -> None:
    rng = np.random.default_rng(3)
    for level in (0.001, 0.2, 0.5, 0.77, 0.999):
        place = MIXTURE.draw(level, rng)[0]
        below = norm.cdf((place - MEANS[:, 0]) / FACTORS[:, 0, 0]) @ WEIGHTS
        assert below == pytest.approx(level, abs=1e-9)


def test_the_ends_are_finite_and_levels_rise() -> None:
    places = [MIXTURE.first_quantile(level) for level in np.linspace(0, 1, 101)]
    assert np.isfinite(places).all()
    assert (np.diff(places) > 0).all()


def test_density_against_that_of_scipy() -> None:
    points = drawn(50, 5)
    expected = sum(
        w * multivariate_normal(m, f @ f.T).pdf(points)
        for w, m, f in zip(WEIGHTS, MEANS, FACTORS, strict=True)
    )
    np.testing.assert_allclose(MIXTURE.log_density(points), np.log(expected), rtol=1e-9)


def test_scaling_scales_draws() -> None:
    factor = np.array([2.0, 0.5])
    one = MIXTURE.draw(0.3, np.random.default_rng(1))
    other = MIXTURE.scaled(factor).draw(0.3, np.random.default_rng(1))
    np.testing.assert_allclose(other, one * factor, rtol=1e-9)


@pytest.mark.parametrize(
    ("weights", "factors", "words"),
    [
        (np.array([0.5, 0.5]), FACTORS, "expected"),
        (np.array([0.5, 0.5, 0.5]), FACTORS, "sum 1.5"),
        (WEIGHTS, -FACTORS, "positive diagonal"),
    ],
)
def test_refusals(weights: np.ndarray, factors: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Mixture(weights, MEANS, factors)
