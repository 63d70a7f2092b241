import numpy as np
import pytest
from scipy.stats import multivariate_normal

from voxnym.errors import InputError
from voxnym.voices.cloud import Cloud
from voxnym.voices.mixture import Mixture

DIMS = 6
AXES = np.linalg.qr(np.random.default_rng(0).standard_normal((DIMS, 4)))[0].T
MIXTURE = Mixture(np.ones(1), np.zeros((1, 2)), np.diag([3.0, 2.0])[None])
CLOUD = Cloud(AXES, MIXTURE, np.array([1.0, 0.5]), 0.2)


def covariance() -> np.ndarray:
    along = AXES.T * np.array([9.0, 4.0, 1.0, 0.25]) @ AXES
    return along + 0.04 * (np.eye(DIMS) - AXES.T @ AXES)


def test_draws_have_the_covariance_that_was_said() -> None:
    rng = np.random.default_rng(1)
    points = np.stack([CLOUD.draw(float(rng.random()), rng) for _ in range(4000)])
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose(np.cov(points.T), covariance(), atol=0.5)
    beyond = points - points @ AXES.T @ AXES
    assert (beyond**2).sum(axis=1).mean() == pytest.approx(2 * 0.04, rel=0.05)


def test_the_first_number_moves_along_the_first_axis_alone() -> None:
    low, high = (CLOUD.draw(level, np.random.default_rng(2)) for level in (0.1, 0.9))
    moved = high - low
    np.testing.assert_allclose(moved, (AXES[0] @ moved) * AXES[0], atol=1e-12)
    assert AXES[0] @ moved == pytest.approx(2 * 3.0 * 1.2815515655446004)


def test_density_against_a_full_covariance() -> None:
    points = np.random.default_rng(3).standard_normal((40, DIMS))
    expected = multivariate_normal(np.zeros(DIMS), covariance()).logpdf(points)
    np.testing.assert_allclose(CLOUD.log_density(points), expected, rtol=1e-9)


def test_sizes_of_the_mixture_do_not_change_the_density_of_one_gaussian() -> None:
    points = np.random.default_rng(3).standard_normal((5, DIMS))
    three = Mixture(np.ones(1), np.zeros((1, 3)), np.diag([3.0, 2.0, 1.0])[None])
    other = Cloud(AXES, three, np.array([0.5]), 0.2)
    np.testing.assert_allclose(other.log_density(points), CLOUD.log_density(points))


def test_a_law_that_holds_a_direction_still_has_no_density() -> None:
    flat = Cloud(AXES, MIXTURE, np.array([1.0, 0.5]), 0.0)
    assert flat.log_density(np.ones((2, DIMS))).tolist() == [-np.inf, -np.inf]
    whole = Cloud(np.eye(2), MIXTURE, np.zeros(0), 0.0)
    assert np.isfinite(whole.log_density(np.ones((1, 2)))).all()


def test_refusals() -> None:
    with pytest.raises(InputError, match="expected 3 or more"):
        Cloud(AXES, MIXTURE, np.ones(1), 0.1)
    with pytest.raises(InputError, match="negative"):
        Cloud(AXES, MIXTURE, np.array([1.0, -0.5]), 0.1)
