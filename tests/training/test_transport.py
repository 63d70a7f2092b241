from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from voxnym.errors import InputError
from voxnym.training.transport import exact_transport


def dual_optimum(costs):
    """The published way: a linear program over both sides' potentials."""
    n = len(costs)
    rows = [np.concatenate([np.eye(n)[i], -np.eye(n)[j]]) for i in range(n) for j in range(n)]
    told = linprog(
        np.concatenate([-np.ones(n), np.ones(n)]),
        A_ub=np.array(rows),
        b_ub=costs.ravel(),
        bounds=(-1e3, 1e3),
        method="highs",
    )
    return -told.fun


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(0, 10**6), st.booleans())
def test_potentials_prove_the_plan_and_reach_the_linear_programs_optimum(n, seed, ties):
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 3, (n, n)).astype(float) if ties else rng.uniform(-1, 5, (n, n))
    told = exact_transport(costs)
    assert sorted(told.partners) == list(range(n))
    slack = costs - (told.rows[:, None] - told.columns[None])
    assert slack.min() > -1e-9
    assert np.abs(slack[told.partners, np.arange(n)]).max() < 1e-9
    assert told.rows.sum() - told.columns.sum() == pytest.approx(dual_optimum(costs), abs=1e-6)
    assert told.rows.mean() + told.columns.mean() == pytest.approx(0, abs=1e-9)


def test_two_points_by_hand():
    # 0 and 3 are brought to 1 and 5: 0 to 1 and 3 to 5.
    costs = (np.array([0.0, 3.0])[:, None] - np.array([1.0, 5.0])[None]) ** 2 / 2
    told = exact_transport(costs)
    assert told.partners.tolist() == [0, 1]
    assert told.rows.sum() - told.columns.sum() == pytest.approx(0.5 + 2.0)


def test_neither_side_is_favoured():
    rng = np.random.default_rng(0)
    costs = rng.uniform(0, 1, (12, 12))
    there, back = exact_transport(costs), exact_transport(costs.T)
    assert back.rows == pytest.approx(-there.columns)
    assert back.columns == pytest.approx(-there.rows)


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.full((2, 2), np.inf), np.zeros(4)])
def test_what_is_no_square_of_numbers_is_refused(wrong):
    with pytest.raises(InputError, match="square"):
        exact_transport(wrong)
