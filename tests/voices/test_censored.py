import numpy as np
import pytest
from scipy.stats import kstest, truncnorm

from voxnym.voices.censored import Censored, redrawn


def test_a_score_alone_is_a_truncated_normal() -> None:
    rows = 4000
    cut = Censored(np.ones((rows, 1), bool), np.full((rows, 1), 0.3))
    made = redrawn(
        np.zeros((rows, 1)), np.full((rows, 1), 1.0), cut, np.array([[4.0]]),
        np.random.default_rng(0),
    )  # fmt: skip
    assert made.max() <= 0.3
    expected = truncnorm(-np.inf, (0.3 - 1.0) / 0.5, loc=1.0, scale=0.5)
    assert kstest(made[:, 0], expected.cdf).pvalue > 0.01


def test_a_score_is_drawn_given_the_others() -> None:
    covariance = np.array([[1.0, 0.9], [0.9, 1.0]])
    rows = 6000
    scores = np.column_stack([np.full(rows, 0.0), np.full(rows, -1.0)])
    cut = Censored(np.tile([True, False], (rows, 1)), np.full((rows, 2), 50.0))
    made = redrawn(
        scores, np.zeros((rows, 2)), cut, np.linalg.inv(covariance), np.random.default_rng(1)
    )
    assert (made[:, 1] == -1.0).all()
    assert made[:, 0].mean() == pytest.approx(-0.9, abs=0.02)
    assert made[:, 0].std() == pytest.approx(np.sqrt(1 - 0.81), abs=0.02)


def test_it_finds_a_correlation_that_chance_hides() -> None:
    rng = np.random.default_rng(2)
    truth = 0.8
    hidden = rng.multivariate_normal([0, 0], [[1, truth], [truth, 1]], 4000)
    cut = Censored(hidden < 0, np.zeros(hidden.shape))
    dealt = np.where(cut.cut, -np.abs(rng.standard_normal(hidden.shape)), hidden)
    scores = dealt
    for _ in range(15):
        precision = np.linalg.inv(np.cov(scores.T))
        scores = redrawn(scores, np.zeros(scores.shape), cut, precision, rng)
    assert np.corrcoef(dealt.T)[0, 1] < 0.7
    assert np.corrcoef(scores.T)[0, 1] == pytest.approx(truth, abs=0.04)


def test_where_hardly_anything_lies_below_it_is_the_limit() -> None:
    cut = Censored(np.array([[True]]), np.array([[-60.0]]))
    made = redrawn(np.zeros((1, 1)), np.zeros((1, 1)), cut, np.eye(1), np.random.default_rng(0))
    assert made[0, 0] == -60.0


def test_what_is_not_cut_off_and_the_given_array_stay() -> None:
    scores = np.random.default_rng(3).standard_normal((5, 3))
    before = scores.copy()
    cut = Censored(np.zeros((5, 3), bool), scores)
    made = redrawn(scores, np.zeros((5, 3)), cut, np.eye(3), np.random.default_rng(0))
    np.testing.assert_allclose(made, before)
    assert np.array_equal(scores, before)
