import builtins

import numpy as np
import pytest

from voxnym.errors import MissingExtraError
from voxnym.voices import mixture_fit
from voxnym.voices.mixture_fit import fit_mixture


def three_heaps() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.concatenate(
        [c + s * rng.standard_normal((200, 2)) for c, s in ((-9, 1), (0, 2), (9, 0.5))]
    )


@pytest.mark.parametrize("covariance", ["diagonal", "full", "tied"])
def test_one_part_is_the_likeliest_gaussian(covariance: str) -> None:
    points = three_heaps() @ np.array([[1.0, 0.5], [0.0, 1.0]])
    mixture = fit_mixture(points, 1, covariance, 1e-6, 0).mixture
    found = mixture.factors[0] @ mixture.factors[0].T
    expected = np.cov(points.T, bias=True)
    if covariance == "diagonal":
        expected = np.diag(np.diag(expected))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(mixture.means[0], points.mean(axis=0))


@pytest.mark.parametrize("covariance", ["diagonal", "full", "tied"])
def test_heaps_are_found(covariance: str) -> None:
    fitted = fit_mixture(three_heaps(), 3, covariance, 1e-6, 0)
    order = np.argsort(fitted.mixture.means[:, 0])
    np.testing.assert_allclose(fitted.mixture.means[order], [[-9, -9], [0, 0], [9, 9]], atol=0.5)
    np.testing.assert_allclose(fitted.mixture.weights, 1 / 3, atol=0.05)
    spreads = np.sqrt((fitted.mixture.factors[order] ** 2).sum(axis=2))
    if covariance == "tied":
        assert np.allclose(spreads[0], spreads[1])
    else:
        np.testing.assert_allclose(spreads, [[1, 1], [2, 2], [0.5, 0.5]], rtol=0.2)
    assert fitted.converged


def test_a_law_fits_its_own_points_better_than_one_gaussian() -> None:
    points = three_heaps()
    one, three = (fit_mixture(points, parts, "full", 1e-6, 0).mixture for parts in (1, 3))
    assert three.log_density(points).mean() > one.log_density(points).mean() + 0.5


def test_equal_seeds_equal_mixtures() -> None:
    one, two = (fit_mixture(three_heaps(), 3, "full", 1e-6, 5).mixture for _ in range(2))
    assert np.array_equal(one.means, two.means)


def test_a_fit_that_does_not_come_to_rest_ends_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mixture_fit, "STEPS", 1)
    rng = np.random.default_rng(1)
    fitted = fit_mixture(rng.standard_normal((200, 3)), 5, "full", 1e-30, 0)
    assert not fitted.converged
    assert fitted.tolerance == pytest.approx(1e-22)


def test_without_scikit_learn_one_part_fits_and_three_say_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("sklearn"):
            raise ModuleNotFoundError(name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert len(fit_mixture(three_heaps(), 1, "full", 1e-6, 0).mixture.weights) == 1
    with pytest.raises(MissingExtraError, match=r"voxnym\[train\]"):
        fit_mixture(three_heaps(), 3, "full", 1e-6, 0)
