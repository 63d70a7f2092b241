from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import linkability

SCORES = st.lists(
    st.integers(-4, 4).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=9
)


def by_hand(target: list[float], other: list[float], prior: Fraction) -> Fraction:
    """Sum over targets, with ratios by the largest of smallest means over runs of scores."""
    scores = sorted({*target, *other})
    rows = [(target.count(s), target.count(s) + other.count(s)) for s in scores]

    def mean(i: int, k: int) -> Fraction:
        return Fraction(sum(r[0] for r in rows[i : k + 1]), sum(r[1] for r in rows[i : k + 1]))

    total = Fraction(0)
    for score in target:
        place, last = scores.index(score), len(rows)
        p = max(min(mean(i, k) for k in range(place, last)) for i in range(place + 1))
        if p == 1:
            total += 1
            continue
        odds = prior * (p / (1 - p)) * Fraction(len(other), len(target))
        total += max(2 * odds / (1 + odds) - 1, Fraction(0))
    return total / len(target)


@settings(deadline=None)
@given(SCORES, SCORES, st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(3)]))
def test_by_hand(target: list[float], other: list[float], prior: Fraction) -> None:
    found = linkability(target, other, prior_ratio=float(prior))
    assert found.value == pytest.approx(float(by_hand(target, other, prior)), abs=1e-12)
    assert (found.method, found.unit) == ("exact", "1")


@settings(deadline=None)
@given(SCORES, SCORES)
def test_monotone_changes_change_nothing(target: list[float], other: list[float]) -> None:
    changed = linkability(np.arctan(target), np.arctan(other))
    assert changed.value == linkability(target, other).value


@settings(deadline=None)
@given(SCORES, SCORES)
def test_the_curve_rises_with_the_score_and_its_mean_is_the_value(
    target: list[float], other: list[float]
) -> None:
    found = linkability(target, other)
    assert found.scores.tolist() == sorted(target)
    assert (np.diff(found.local) >= 0).all()
    assert ((found.local >= 0) & (found.local <= 1)).all()
    assert found.local.mean() == pytest.approx(found.value)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_rarer_pairs_of_one_person_link_less(target: list[float], other: list[float]) -> None:
    values = [linkability(target, other, prior_ratio=w).value for w in (0.1, 1, 10)]
    assert values == sorted(values)


@pytest.mark.parametrize(("rate", "truth"), [(0.05, 0.876), (0.20, 0.522), (0.35, 0.215)])
def test_closed_form_of_normal_scores(rate: float, truth: float) -> None:
    from scipy.special import ndtri

    d = -2 * ndtri(rate)
    levels = (np.arange(4000) + 0.5) / 4000
    target, other = d + ndtri(levels), ndtri(levels)
    # A likelihood ratio is d x - d²/2, so the local value is its half's hyperbolic tangent.
    local = np.maximum(np.tanh((d * target - d * d / 2) / 2), 0)
    assert local.mean() == pytest.approx(truth, abs=2e-3)
    assert linkability(target, other).value == pytest.approx(truth, abs=4e-3)
    assert linkability(target, other, method="published").value == pytest.approx(truth, abs=0.02)


def test_less_is_read_out_of_chance_than_by_bins() -> None:
    rng = np.random.default_rng(3)
    draws = [(rng.standard_normal(400), rng.standard_normal(4000)) for _ in range(12)]
    exact = np.mean([linkability(*both).value for both in draws])
    binned = np.mean([linkability(*both, method="published").value for both in draws])
    assert exact == pytest.approx(0.017, abs=0.01)
    assert binned == pytest.approx(0.065, abs=0.015)


def test_one_score_each() -> None:
    assert linkability([1], [0]).value == 1
    assert linkability([0], [1]).value == 0
    assert linkability([1], [1]).value == 0


def test_bins_are_integrated_between_their_centres() -> None:
    # Two bins, [0, 1) and [1, 2]: densities of targets 0.25 and 0.75, of others 0.75 and 0.25.
    target = np.repeat([0.0, 1.5, 2.0], [5, 14, 1])
    other = np.repeat([0.0, 1.5, 2.0], [3, 0, 1])
    found = linkability(target, other, method="published")
    assert found.scores.tolist() == [0.5, 1.5]
    assert found.local.tolist() == pytest.approx([0, 0.5])
    assert found.value == pytest.approx(0.5 * 0.75 / 2)


def test_bins_hide_few_targets_and_say_so_by_an_empty_curve() -> None:
    found = linkability(np.arange(9) + 100, np.arange(50), method="published")
    assert (found.value, found.scores.size, found.local.size) == (0, 0, 0)


@pytest.mark.parametrize(("targets", "bins"), [(10, 1), (19, 1), (20, 2), (999, 99), (1e4, 100)])
def test_a_bin_for_ten_targets_and_a_hundred_at_most(targets: float, bins: int) -> None:
    found = linkability(np.arange(targets), [0.0, targets], method="published")
    assert found.scores.size == found.local.size == bins


def test_a_bin_that_holds_nobody_has_even_odds_and_one_of_targets_alone_is_linked() -> None:
    target, other = np.repeat([0.0, 3.0], [15, 15]), [0.0, 0.1]
    found = linkability(target, other, method="published", prior_ratio=3)
    # Of those in the first bin a target is half as likely as a non-target: odds of 3 / 2.
    assert found.local.tolist() == pytest.approx([0.2, 0.5, 1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prior_ratio": 0.0}, "expected above 0"),
        ({"prior_ratio": float("nan")}, "expected above 0"),
        ({"method": "sum"}, "expected exact or published"),
    ],
)
def test_wrong_options_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        linkability([1], [0], **arguments)  # type: ignore[arg-type]


def test_wrong_scores_are_refused() -> None:
    with pytest.raises(InputError, match="no target scores"):
        linkability([], [0])
    with pytest.raises(InputError, match="no non-target scores"):
        linkability([0], [])
    with pytest.raises(InputError, match="infinite scores have no bins"):
        linkability([np.inf] * 20, [0], method="published")
