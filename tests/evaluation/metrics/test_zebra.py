from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import zebra
from voxnym.evaluation.metrics.zebra import _relief, category

SCORES = st.lists(
    st.integers(-4, 4).map(float) | st.sampled_from([-np.inf, np.inf]), min_size=1, max_size=12
)
FULL = 1 / (2 * np.log(2))


@settings(deadline=None)
@given(SCORES, SCORES)
def test_monotone_changes_change_nothing(target: list[float], other: list[float]) -> None:
    assert zebra(np.arctan(target), np.arctan(other)) == zebra(target, other)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_swapped_sides_and_signs_give_the_same(target: list[float], other: list[float]) -> None:
    straight = zebra(target, other)
    turned = zebra([-s for s in other], [-s for s in target])
    assert turned.value == pytest.approx(straight.value, abs=1e-9)
    assert turned.worst == pytest.approx(straight.worst, abs=1e-9)


@settings(deadline=None)
@given(SCORES, SCORES)
def test_bounds(target: list[float], other: list[float]) -> None:
    found = zebra(target, other)
    assert -1e-12 <= found.value <= FULL + 1e-12
    assert found.worst >= 0
    assert np.isfinite(found.worst)


@settings(deadline=None)
@given(st.floats(-20, 20))
def test_a_ratio_and_its_opposite_by_the_integral(llr: float) -> None:
    """Expected disclosure: the loss of entropy, averaged over all prior odds that matter.

    For one target and one non-target of opposite ratios it is the area between the cross-entropy
    of the prior and that of the posterior, over the prior's probability.
    """
    t = np.linspace(-40, 40, 20001)
    log_prior, log_posterior = -np.logaddexp(0, -t), -np.logaddexp(0, -(t + llr))
    p = np.exp(log_prior)
    saved = p * (log_posterior - log_prior) / np.log(2)
    # Over log odds: dp = p (1 - p) dt.
    expected = np.trapezoid(saved * p * (1 - p), t)
    assert _relief(np.array([llr])) / np.log(2) == pytest.approx(expected, abs=1e-5)


def test_perfect_separation() -> None:
    for number in (5, 50):
        found = zebra(np.arange(number) + 100.0, np.arange(number))
        assert found.value == pytest.approx(FULL)
        # The padded extreme: n + 1 targets to one non-target.
        assert found.worst == pytest.approx(np.log10(number + 1))


def test_evidence_against_a_person_counts_as_much_as_for_one() -> None:
    target, other = np.ones(30), np.append(np.zeros(30), np.ones(10))
    # Padded: (1 target, 31 others), then (30 + 1 targets, 10 + 1 others).
    against, in_favour = (1 / 31) / (30 / 40), (31 / 11) / (30 / 40)
    assert -np.log10(against) > np.log10(in_favour)
    assert zebra(target, other).worst == pytest.approx(-np.log10(against))


def test_no_information() -> None:
    rng = np.random.default_rng(1)
    found = zebra(rng.standard_normal(4000), rng.standard_normal(4000))
    assert found.value < 0.003
    constant = zebra(np.zeros(50), np.zeros(50))
    assert (constant.value, constant.worst, constant.category) == (0, 0, "0")


def test_the_ramp_alone_is_no_evidence() -> None:
    found = zebra(np.zeros(50), np.zeros(50), published_ramp=True)
    assert (found.worst, found.category) == (0, "0")


@pytest.mark.parametrize(("limit", "below", "above"), ["1AB", "2BC", "4CD", "5DE", "6EF"])
def test_a_category_ends_at_its_limit(limit: str, below: str, above: str) -> None:
    found = [category(float(limit) + step) for step in (-0.1, 0, 0.1)]
    assert found == [below, below, above]


def test_ties_told_apart_are_evidence_out_of_nothing() -> None:
    read = zebra(np.zeros(20), np.zeros(30), ties="nontargets-first")
    assert read.worst > 1.4
    assert read.value == 0


def test_inverted_scores_say_nothing() -> None:
    found = zebra([0, 1, 2], [3, 4, 5])
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.worst < 0.2


def test_one_score_each() -> None:
    found = zebra([1], [0])
    assert found.value == pytest.approx(FULL)
    assert found.worst == pytest.approx(np.log10(2))


def test_wrong_scores_are_refused() -> None:
    with pytest.raises(InputError, match="no target scores"):
        zebra([], [0])
    with pytest.raises(InputError, match="NaN"):
        zebra([0], [np.nan])
    with pytest.raises(InputError, match="ties="):
        zebra([0], [1], ties="random")  # type: ignore[arg-type]
