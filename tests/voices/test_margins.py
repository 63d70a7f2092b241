import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from voxnym.errors import InputError
from voxnym.voices.margins import MOST_LEVELS, Margins, fit_margins


def rectified(rows: int, dims: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.maximum(np.random.default_rng(seed).standard_normal((rows, dims)) + shift, 0.0)


def test_scores_of_distinct_values_are_those_of_their_ranks() -> None:
    values = np.array([[3.0], [1.0], [2.0], [10.0]])
    scores = fit_margins(values).to_normal(values, np.random.default_rng(0))
    # By hand: ranks 3, 1, 2, 4 of 4.
    np.testing.assert_allclose(scores[:, 0], ndtri([0.625, 0.125, 0.375, 0.875]))


@given(
    st.integers(2, 40),
    st.integers(1, 4),
    st.integers(0, 99),
    st.sampled_from([-1.0, 0.0, 0.7]),
)
def test_values_of_the_pool_come_back_exactly(
    rows: int, dims: int, seed: int, shift: float
) -> None:
    values = rectified(rows, dims, seed, shift)
    margins = fit_margins(values)
    scores = margins.to_normal(values, np.random.default_rng(seed))
    np.testing.assert_allclose(margins.from_normal(scores), values, rtol=0, atol=1e-12)


@given(st.integers(0, 99), st.sampled_from([-0.5, 0.0, 0.5]))
def test_levels_between_come_back_where_the_law_is_even(seed: int, shift: float) -> None:
    values = rectified(25, 3, seed, shift)
    margins = fit_margins(values)
    level = np.random.default_rng(seed + 1).uniform(0.03, 0.97, (50, 3))
    made = margins.from_normal(ndtri(level))
    low, high = margins.levels(made, "low"), margins.levels(made, "high")
    assert (low <= level + 1e-9).all()
    assert (level <= high + 1e-9).all()
    np.testing.assert_allclose(low[made > 0], high[made > 0])


def test_an_atom_keeps_its_share_and_no_other_value_is_in_it() -> None:
    values = np.array([0.0] * 6 + [2.0, 4.0, 6.0, 8.0])[:, None]
    margins = fit_margins(values)
    level = (np.arange(100_000) + 0.5) / 100_000
    made = margins.from_normal(ndtri(level)[:, None])[:, 0]
    assert abs((made == 0).mean() - 0.6) < 2e-5
    # The law goes on from the edge of the atom, at level 0.6, to its next quantile, at 0.65.
    assert margins.from_normal(np.array([[ndtri(0.625)]]))[0, 0] == pytest.approx(1.0)
    scores = margins.to_normal(values, np.random.default_rng(1))
    assert (ndtr(scores[:6]) <= 0.6 + 1e-12).all()
    assert (ndtr(scores[6:]) > 0.6).all()


def test_scores_of_an_atom_fill_its_share_evenly() -> None:
    values = np.repeat([0.0, 1.0], [4000, 6000])[:, None]
    values[4000:, 0] += np.linspace(0, 1, 6000)
    level = ndtr(fit_margins(values[::40]).to_normal(values[:4000], np.random.default_rng(0)))
    assert abs(level.mean() - 0.2) < 0.01
    assert level.min() < 0.01
    assert 0.39 < level.max() <= 0.4 + 1e-12


def test_atoms_at_the_top_and_two_atoms_side_by_side() -> None:
    margins = Margins(np.array([[0.0], [0.0], [5.0], [5.0]]))
    made = margins.from_normal(ndtri(np.array([[0.01], [0.49], [0.51], [0.99]])))
    assert made[:, 0].tolist() == [0.0, 0.0, 5.0, 5.0]
    assert margins.levels(np.array([[5.0]]), "low")[0, 0] == 0.5
    assert margins.levels(np.array([[5.0]]), "high")[0, 0] == 1.0


def test_values_beyond_the_pool_count_as_its_ends_and_none_are_made() -> None:
    margins = fit_margins(np.array([[1.0], [2.0], [3.0], [4.0]]))
    assert margins.levels(np.array([[-9.0], [9.0]]), "low")[:, 0].tolist() == [0.125, 0.875]
    assert margins.from_normal(np.array([[-40.0], [40.0]]))[:, 0].tolist() == [1.0, 4.0]


def test_a_constant_value_stays() -> None:
    values = np.column_stack([np.full(5, 0.25), np.arange(5.0)])
    margins = fit_margins(values)
    assert margins.varied.tolist() == [False, True]
    made = margins.from_normal(np.random.default_rng(0).standard_normal((20, 2)))
    assert (made[:, 0] == 0.25).all()


def test_a_large_pool_is_kept_as_quantiles() -> None:
    values = np.random.default_rng(0).standard_normal((5000, 2))
    margins = fit_margins(values)
    assert margins.quantiles.shape == (MOST_LEVELS, 2)
    expected = ndtri((np.arange(MOST_LEVELS) + 0.5) / MOST_LEVELS)
    assert np.abs(margins.quantiles[10:-10] - expected[10:-10, None]).max() < 0.08
    scores = margins.to_normal(values, np.random.default_rng(1))
    assert abs(scores.mean()) < 0.02
    assert abs(scores.std() - 1) < 0.02


@pytest.mark.parametrize(
    ("quantiles", "words"),
    [
        (np.zeros((1, 3)), "2 or more"),
        (np.zeros(3), "expected"),
        (np.array([[1.0], [0.0]]), "rise"),
    ],
)
def test_refusals(quantiles: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Margins(quantiles)


def test_one_voice_has_no_law() -> None:
    with pytest.raises(InputError, match="at least 2"):
        fit_margins(np.zeros((1, 3)))
