import numpy as np
import pytest

from voxnym.voices.held_out import group_means, held_out_axes, principal_axes

SPREAD = 0.9 ** np.arange(60)


def people(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.arange(count) % 2
    return rng.standard_normal((count, 60)) * SPREAD + 5 * group[:, None], group


def test_means_of_groups_by_hand() -> None:
    rows = np.array([[1.0], [3.0], [10.0]])
    assert group_means(rows, np.array([0, 0, 1])).tolist() == [[2.0], [10.0]]


def test_axes_are_eigenvectors_of_the_covariance_within_groups() -> None:
    rows, group = people(200, 0)
    apart = np.concatenate([rows[group == g] - rows[group == g].mean(axis=0) for g in (0, 1)])
    values, vectors = np.linalg.eigh(apart.T @ apart / 198)
    axes = principal_axes(rows, group)
    np.testing.assert_allclose(axes.variances, values[::-1], rtol=1e-9)
    overlap = np.abs((axes.directions * vectors[:, ::-1].T).sum(axis=1))
    np.testing.assert_allclose(overlap, 1, atol=1e-6)


def test_a_small_pool_spans_no_more_axes_than_it_has_people_less_groups() -> None:
    rows, group = people(40, 1)
    axes = principal_axes(rows, group)
    assert len(axes.directions) == 38
    np.testing.assert_allclose(axes.directions @ axes.directions.T, np.eye(38), atol=1e-9)


@pytest.mark.parametrize(("count", "excess"), [(40, 1.15), (200, 1.03)])
def test_variances_of_strangers_are_those_that_fresh_people_have(count: int, excess: float) -> None:
    ratio_known, ratio_held = [], []
    for seed in range(8):
        rows, group = people(count, seed)
        known = principal_axes(rows, group)
        axes = held_out_axes(rows, group, 1.0, np.random.default_rng(seed))
        # The truth: the law's covariance along these axes.
        truth = (axes.directions**2) @ SPREAD**2
        ratio_held.append(axes.variances[:5].sum() / truth[:5].sum())
        ratio_known.append(known.variances[:5].sum() / truth[:5].sum())
        assert axes.total == pytest.approx(known.total)
    assert np.mean(ratio_known) > excess  # The pool's own variances are too large,
    assert abs(np.mean(ratio_held) - 1) < 0.1  # those of people left out are not.
    assert np.mean(ratio_held) < np.mean(ratio_known)


def test_what_lies_beyond_the_axes_is_what_fresh_people_have_there() -> None:
    found, truth = [], []
    for seed in range(8):
        rows, group = people(40, seed)
        axes = held_out_axes(rows, group, 1.0, np.random.default_rng(seed))
        beyond = np.eye(60) - axes.directions.T @ axes.directions
        truth.append((np.diagonal(beyond) * SPREAD**2).sum())
        found.append(axes.floor * (60 - len(axes.directions)))
    assert np.mean(found) == pytest.approx(np.mean(truth), rel=0.35)
    assert principal_axes(*people(40, 0)).floor == 0


def test_share_leads_from_one_to_the_other() -> None:
    rows, group = people(40, 3)
    first = [
        held_out_axes(rows, group, share, np.random.default_rng(0)).variances[0]
        for share in (0.0, 0.25, 1.0)
    ]
    assert first[0] == principal_axes(rows, group).variances[0]
    assert first[0] > first[1] > first[2]


def test_precision_is_the_inverse() -> None:
    rows, group = people(40, 4)
    axes = held_out_axes(rows, group, 0.5, np.random.default_rng(0))
    beyond = np.eye(60) - axes.directions.T @ axes.directions
    covariance = axes.directions.T * axes.variances @ axes.directions + axes.floor * beyond
    np.testing.assert_allclose(axes.precision(1e-9) @ covariance, np.eye(60), atol=1e-6)
    largest = np.linalg.eigvalsh(axes.precision(0.1)).max()
    assert largest == pytest.approx(10)


def test_equal_chance_equal_axes() -> None:
    rows, group = people(40, 5)
    one, two = (held_out_axes(rows, group, 0.5, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one.variances, two.variances)
