from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.metrics import published_laplace_eer, rocch_eer


def test_perfect_separation_gets_an_error_rate_that_fades_with_trials() -> None:
    rates = [
        published_laplace_eer(np.arange(n) + 9000.0, np.arange(2 * n)).value for n in (10, 100)
    ]
    # The line from (1, 0) through 1 target missed and 3 non-targets too few.
    assert rates == pytest.approx([1 / (1 + n * (1 + 3 / (2 * n))) for n in (10, 100)])


def test_far_from_the_ends_it_is_nearly_the_hull() -> None:
    rng = np.random.default_rng(2)
    target, other = 1 + rng.standard_normal(2000), rng.standard_normal(4000)
    found = published_laplace_eer(target, other)
    assert found.value == pytest.approx(rocch_eer(target, other).value, abs=1e-3)
    assert found.value != rocch_eer(target, other).value


def test_rates_leave_their_range() -> None:
    found = published_laplace_eer([1.0, 1.0], [0.0, 0.0])
    assert found.alarm.tolist() == [1.0, -1.5, -2.0]
    assert found.miss.tolist() == [0.0, 0.5, 2.0]


def test_the_last_segment_counts_as_well() -> None:
    # The upper corner lies at alarm 0.6, miss 0.05, the end at -0.2, 1.1: a line of slope -1.3125.
    found = published_laplace_eer([1.0] * 20, [0.0] * 5 + [2.0] * 15)
    assert found.alarm.size == 3
    assert found.value == pytest.approx((0.05 + 1.3125 * 0.6) / 2.3125)


@pytest.mark.parametrize(
    ("target", "other", "value"),
    [
        ([2.0, 0.0], [4.0, 3.0, 1.0, 4.0], 6 / 13),
        ([2.0, 2.0, 2.0, 2.0, 0.0, 4.0], [0.0, 0.0, 2.0, 3.0], 2 / 17),
    ],
)
def test_a_line_through_the_origin(target: list[float], other: list[float], value: float) -> None:
    """Such lines have no equation a x + b y = 1, which the published program solves."""
    found = published_laplace_eer(target, other)
    lines = list(zip(found.alarm, found.miss, strict=True))
    across = [a * n - b * m for (a, m), (b, n) in pairwise(lines)]
    assert min(np.abs(across)) < 1e-12
    assert found.value == pytest.approx(value)


def test_no_scores_are_refused() -> None:
    with pytest.raises(InputError, match="no target scores"):
        published_laplace_eer([], [0])
