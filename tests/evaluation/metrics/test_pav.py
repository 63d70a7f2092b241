from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.pav import calibrated

SCORES = st.lists(
    st.integers(-4, 4).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=9
)


def by_min_max(rows: list[tuple[int, int]]) -> list[Fraction]:
    """Best monotone posteriors of rows of (targets, trials): largest of smallest means."""

    def mean(i: int, k: int) -> Fraction:
        return Fraction(sum(r[0] for r in rows[i : k + 1]), sum(r[1] for r in rows[i : k + 1]))

    n = len(rows)
    return [
        max(min(mean(i, k) for k in range(place, n)) for i in range(place + 1))
        for place in range(n)
    ]


def posteriors(target: list[float], other: list[float], **options: object) -> list[float]:
    found = calibrated(np.array(target), np.array(other), **options)  # type: ignore[arg-type]
    groups = [*found.target_group, *found.nontarget_group]
    return [float(found.posterior[g]) for g in groups]


@settings(deadline=None)
@given(SCORES, SCORES)
def test_pooled_ties(target: list[float], other: list[float]) -> None:
    scores = sorted({*target, *other})
    rows = [(target.count(s), target.count(s) + other.count(s)) for s in scores]
    best = dict(zip(scores, by_min_max(rows), strict=True))
    expected = [float(best[s]) for s in [*target, *other]]
    assert posteriors(target, other) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_ties_with_nontargets_first(target: list[float], other: list[float]) -> None:
    order = sorted([(s, 0) for s in other] + [(s, 1) for s in target])
    best = dict(zip(order, by_min_max([(hit, 1) for _, hit in order]), strict=True))
    expected = [float(best[s, 1]) for s in target] + [float(best[s, 0]) for s in other]
    assert posteriors(target, other, ties="nontargets-first") == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_laplace(target: list[float], other: list[float]) -> None:
    scores = sorted({*target, *other})
    rows = [(target.count(s), target.count(s) + other.count(s)) for s in scores]
    padded = [(1, 1), (0, 1), *rows, (1, 1), (0, 1)]
    best = dict(zip(scores, by_min_max(padded)[2:-2], strict=True))
    expected = [float(best[s]) for s in [*target, *other]]
    assert posteriors(target, other, laplace=True) == pytest.approx(expected, abs=1e-12)
    found = calibrated(np.array(target), np.array(other), laplace=True)
    assert np.isfinite(found.llr).all()
    assert found.is_padded
    assert (found.targets.sum(), found.nontargets.sum()) == (len(target) + 2, len(other) + 2)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_groups_count_their_trials_and_rise(target: list[float], other: list[float]) -> None:
    found = calibrated(np.array(target), np.array(other))
    groups = found.targets.size
    assert np.bincount(found.target_group, minlength=groups).tolist() == found.targets.tolist()
    others = np.bincount(found.nontarget_group, minlength=groups)
    assert others.tolist() == found.nontargets.tolist()
    assert (np.diff(found.posterior) >= 0).all()
    assert not found.is_padded


@settings(deadline=None)
@given(SCORES, SCORES)
def test_monotone_changes_change_nothing(target: list[float], other: list[float]) -> None:
    changed = [np.arctan(np.array(side)).tolist() for side in (target, other)]
    assert posteriors(*changed) == posteriors(target, other)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_swapped_sides_and_signs_give_the_opposite(target: list[float], other: list[float]) -> None:
    turned = posteriors([-s for s in other], [-s for s in target])
    straight = posteriors(target, other)
    expected = [1 - p for p in straight[len(target) :] + straight[: len(target)]]
    assert turned == pytest.approx(expected, abs=1e-12)


def test_ratios_leave_the_share_of_targets_out() -> None:
    found = calibrated(np.array([1.0, 2, 2, 2]), np.array([1.0, 1, 1, 1, 0, 0, 2, 2]))
    # Groups: 0 (0:2), 1 (1:4), 2 (3:2).
    assert found.targets.tolist() == [0, 1, 3]
    assert found.nontargets.tolist() == [2, 4, 2]
    expected = [-np.inf, np.log((1 / 4) / (4 / 8)), np.log((3 / 4) / (2 / 8))]
    assert found.llr == pytest.approx(expected)


def test_order_of_trials_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    target, other = rng.integers(0, 9, 50).astype(float), rng.integers(-3, 6, 80).astype(float)
    found = calibrated(target, other)
    turned = calibrated(target[::-1], other[::-1])
    assert turned.target_group[::-1].tolist() == found.target_group.tolist()
    assert turned.nontarget_group[::-1].tolist() == found.nontarget_group.tolist()


def test_an_unknown_reading_of_ties_is_refused() -> None:
    with pytest.raises(InputError, match="ties='random': expected pooled or nontargets-first"):
        calibrated(np.zeros(1), np.zeros(1), ties="random")  # type: ignore[arg-type]
