import dataclasses

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.voices.cloud_fit import fit_cloud
from voxnym.voices.gmm_settings import DEFAULT, HELD_OUT, PUBLISHED, GmmSettings

DIMS = 12
SPREAD = 0.8 ** np.arange(DIMS)
NOWHERE = np.zeros(DIMS)


def rows(count: int = 80, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, DIMS)) * SPREAD


def one_group(count: int = 80) -> np.ndarray:
    return np.zeros(count, np.intp)


def settings(**changed: object) -> GmmSettings:
    told: dict[str, object] = {"components": 4, "mixtures": 1} | changed
    return dataclasses.replace(DEFAULT, **told)


def test_published_holds_nothing_beyond_its_axes() -> None:
    small = dataclasses.replace(PUBLISHED, components=3)
    cloud = fit_cloud(rows(), one_group(), small, NOWHERE, 0).cloud
    assert len(cloud.axes) == 3
    assert cloud.floor == 0
    point = cloud.draw(0.4, np.random.default_rng(0))
    np.testing.assert_allclose(point, point @ cloud.axes.T @ cloud.axes)


def test_published_axes_are_principal_and_the_mixture_has_the_variance_of_the_pool() -> None:
    data = rows(400)
    small = dataclasses.replace(PUBLISHED, components=3)
    cloud = fit_cloud(data, one_group(400), small, NOWHERE, 0).cloud
    rng = np.random.default_rng(0)
    made = np.stack([cloud.draw(float(rng.random()), rng) for _ in range(1500)])
    known = np.linalg.eigvalsh(np.cov(data.T))[::-1][:3]
    np.testing.assert_allclose((made @ cloud.axes.T).var(axis=0), known, rtol=0.2)


@pytest.mark.parametrize("beyond", ["even", "axes"])
@pytest.mark.parametrize("count", [10, 80])
def test_variance_is_neither_lost_nor_won(beyond: str, count: int) -> None:
    told = settings(beyond=beyond, held_out_share=0.5)
    data = np.random.default_rng(1).standard_normal((count * 2, 30))
    cloud = fit_cloud(data, one_group(count * 2), told, np.zeros(30), 0).cloud
    main = (cloud.mixture.factors[0] ** 2).sum()
    beyond_axes = (30 - len(cloud.axes)) * cloud.floor**2
    total = main + (cloud.spread**2).sum() + beyond_axes
    assert total == pytest.approx(data.var(axis=0, ddof=1).sum(), rel=1e-4)


def test_a_share_of_variance_chooses_the_axes() -> None:
    data = rows(400)
    shares = np.cumsum(np.linalg.eigvalsh(np.cov(data.T))[::-1])
    shares /= shares[-1]
    for share in (0.3, 0.5, 0.9):
        fitted = fit_cloud(data, one_group(400), settings(components=share), NOWHERE, 0)
        assert shares[fitted.components - 1] >= share
        assert fitted.components == 1 or shares[fitted.components - 2] < share


def test_the_first_axis_points_where_it_should() -> None:
    towards = np.ones(DIMS)
    one = fit_cloud(rows(), one_group(), settings(), towards, 0).cloud.axes
    other = fit_cloud(rows(), one_group(), settings(), -towards, 0).cloud.axes
    assert one[0] @ towards > 0
    np.testing.assert_allclose(other[0], -one[0])
    np.testing.assert_allclose(other[1:], one[1:])


def test_people_left_out_choose_one_part_for_one_heap_and_two_for_two() -> None:
    told = settings(mixtures=HELD_OUT, components=2)
    one = fit_cloud(rows(200), one_group(200), told, NOWHERE, 0)
    assert one.mixtures == 1
    heaps = rows(200)
    heaps[::2, 0] += 12
    two = fit_cloud(heaps, one_group(200), told, NOWHERE, 0)
    assert two.mixtures == 2
    assert two.likelihood is not None
    fixed = fit_cloud(heaps, one_group(200), settings(components=2), NOWHERE, 0)
    assert fixed.likelihood is None


def test_their_likelihood_is_that_of_people_left_out() -> None:
    told = settings(mixtures=HELD_OUT, components=2)
    data = rows(400)
    found = fit_cloud(data, one_group(400), told, NOWHERE, 0).likelihood
    # Of the law that the rows came from.
    fresh = rows(400, 1) / SPREAD
    truth = -(fresh**2).sum(axis=1).mean() / 2 - np.log(SPREAD * np.sqrt(2 * np.pi)).sum()
    assert truth - 0.5 < found < truth + 0.3


def test_sizes_are_not_compared_where_laws_have_no_density() -> None:
    data = np.random.default_rng(0).standard_normal((40, 60))
    told = settings(mixtures=HELD_OUT, held_out_share=0.0)
    with pytest.raises(InputError, match="no size gives people left out any chance"):
        fit_cloud(data, one_group(40), told, np.zeros(60), 0)


def test_more_axes_than_people_tell_of_are_refused() -> None:
    with pytest.raises(InputError, match="components=13: 80 people tell of 12 axes"):
        fit_cloud(rows(), one_group(), settings(components=13), NOWHERE, 0)
