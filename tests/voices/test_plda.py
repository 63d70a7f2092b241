from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from toy_pools import gaussian

from voxnym.errors import InputError
from voxnym.voices.plda import Plda, _diagonal, _two_covariances
from voxnym.voices.pool import Pool
from voxnym.voices.scatter import Scatter, discriminants


def spread_matrix(rng, dims, scale=1.0):
    root = rng.standard_normal((dims, dims)) * scale
    return root @ root.T + 0.2 * np.eye(dims)


def bare(between):
    """A model without reduction that scores vectors of the length sqrt(dims) as they are."""
    dims = len(between)
    return Plda(np.zeros(dims), np.eye(dims), np.zeros(dims), np.eye(dims), np.asarray(between))


def of_one_length(vectors):
    return vectors * np.sqrt(vectors.shape[1]) / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_scores_are_log_likelihood_ratios_of_the_two_covariance_model():
    rng = np.random.default_rng(0)
    between = np.array([3.0, 1.0, 0.2, 0.0])
    a, b = (of_one_length(rng.standard_normal((n, 4))) for n in (3, 5))
    told = bare(between).scores(a, b)
    people, all_of_one = np.diag(between), np.diag(between + 1)
    joint = np.block([[all_of_one, people], [people, all_of_one]])
    for i in range(3):
        for j in range(5):
            same = multivariate_normal.logpdf(np.concatenate([a[i], b[j]]), cov=joint)
            apart = sum(multivariate_normal.logpdf(x, cov=all_of_one) for x in (a[i], b[j]))
            assert told[i, j] == pytest.approx(same - apart, abs=1e-9)


def test_whitening_turns_the_two_covariances_into_one_and_a_diagonal():
    rng = np.random.default_rng(1)
    within, between = spread_matrix(rng, 5), spread_matrix(rng, 5, 2.0)
    turn, variances = _diagonal(within, between)
    assert np.allclose(turn @ within @ turn.T, np.eye(5))
    assert np.allclose(turn @ between @ turn.T, np.diag(variances))
    assert np.all(np.diff(variances) <= 0)


def people_from(rng, people, within, between, counts):
    owner = np.repeat(np.arange(people), counts)
    dims = len(within)
    centres = rng.multivariate_normal(np.zeros(dims), between, people)
    return centres[owner] + rng.multivariate_normal(np.zeros(dims), within, owner.size), owner


def log_likelihood(vectors, owner, within, between):
    total = 0.0
    for person in np.unique(owner):
        rows = vectors[owner == person]
        ones = np.ones((len(rows), len(rows)))
        covariance = np.kron(ones, between) + np.kron(np.eye(len(rows)), within)
        total += multivariate_normal.logpdf(rows.ravel(), cov=covariance)
    return total


def test_each_round_makes_the_vectors_likelier():
    rng = np.random.default_rng(2)
    true_within, true_between = spread_matrix(rng, 2), spread_matrix(rng, 2, 2.0)
    counts = rng.integers(1, 5, 40)
    vectors, owner = people_from(rng, 40, true_within, true_between, counts)
    scatter = Scatter.of(vectors, owner)
    before = -np.inf
    for rounds in (0, 1, 2, 4, 8):
        now = log_likelihood(vectors, owner, *_two_covariances(scatter, rounds))
        assert now >= before - 1e-9
        before = now


def test_covariances_of_many_people_are_found():
    rng = np.random.default_rng(3)
    within, between = spread_matrix(rng, 3), spread_matrix(rng, 3, 2.0)
    vectors, owner = people_from(rng, 3000, within, between, rng.integers(1, 6, 3000))
    found_within, found_between = _two_covariances(Scatter.of(vectors, owner), 30)
    assert np.abs(found_within - within).max() < 0.1 * np.abs(within).max()
    assert np.abs(found_between - between).max() < 0.12 * np.abs(between).max()


def test_discriminants_find_the_only_direction_on_which_people_differ():
    rng = np.random.default_rng(4)
    owner = np.repeat(np.arange(50), 4)
    vectors = rng.standard_normal((200, 5)) * [10.0, 10.0, 1.0, 1.0, 1.0]
    vectors[:, 3] += 6 * rng.standard_normal(50)[owner]
    first = discriminants(vectors, owner, 2)[0]
    assert abs(first[3]) / np.linalg.norm(first) > 0.98


def test_same_person_scores_above_others_on_people_it_never_saw():
    pool = gaussian(80, 8, each=4, seed=5)
    new = gaussian(30, 8, each=2, seed=6)
    told = Plda.fit(pool).scores(new.vectors[::2], new.vectors[1::2])
    same, other = np.diag(told), told[~np.eye(30, dtype=bool)]
    assert np.mean(same[:, None] > other[None]) > 0.97
    assert np.mean(same) > 0 > np.mean(other)


def test_order_of_rows_and_names_do_not_matter():
    pool = gaussian(20, 4, each=3)
    order = np.random.default_rng(0).permutation(60)
    shuffled = Pool(
        pool.vectors[order],
        tuple("x" + pool.speakers[i] for i in order),
        tuple(pool.genders[i] for i in order),
        "toy",
    )
    a, b = Plda.fit(pool), Plda.fit(shuffled)
    assert np.allclose(a.scores(pool.vectors, pool.vectors), b.scores(pool.vectors, pool.vectors))


def test_arrays_round_trip_and_are_checked():
    model = Plda.fit(gaussian(20, 4, each=3))
    back = Plda.of_arrays(model.arrays(), 4)
    for field in dataclasses.fields(Plda):
        assert np.array_equal(getattr(back, field.name), getattr(model, field.name))
    with pytest.raises(InputError, match=r"plda\.shift is missing"):
        Plda.of_arrays({k: v for k, v in model.arrays().items() if k != "plda.shift"}, 4)
    with pytest.raises(InputError, match="negative"):
        Plda.of_arrays(model.arrays() | {"plda.between": -model.between - 1}, 4)


def test_too_few_people_are_refused():
    with pytest.raises(InputError, match="two of them with several"):
        Plda.fit(gaussian(20, 4, each=1))
    with pytest.raises(InputError, match="2 people"):
        Plda.fit(gaussian(2, 4, each=3))
    with pytest.raises(InputError, match=r"\(3,\)"):
        Plda.fit(gaussian(20, 4, each=3)).scores(np.ones((1, 3)), np.ones((1, 4)))
