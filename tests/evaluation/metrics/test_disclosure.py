from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import rank_disclosure


def with_ranks(ranks: list[int], people: int) -> tuple[np.ndarray, list[int]]:
    """Scores in which the right person, always the last one, has these ranks, from 1."""
    scores = np.empty((people, len(ranks)))
    for trial, rank in enumerate(ranks):
        places = [place for place in range(1, people + 1) if place != rank]
        scores[:, trial] = [-float(place) for place in [*places, rank]]
    return scores, [people - 1] * len(ranks)


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=30))
def test_by_hand(ranks: list[int]) -> None:
    found = rank_disclosure(*with_ranks(ranks, 6))
    shares = [ranks.count(rank) / len(ranks) for rank in range(1, 7)]
    bits = [np.log2(6 * share) for share in shares if share]
    assert found.frequencies == pytest.approx(shares)
    expected = sum(share * b for share, b in zip([s for s in shares if s], bits, strict=True))
    assert found.value == pytest.approx(expected, abs=1e-12)
    assert found.largest == pytest.approx(max(bits))
    assert found.first == pytest.approx(shares[0])
    assert found.spread == sum(share * 6 > 1 + 1e-9 for share in shares) / 6
    assert found.bits[np.isfinite(found.bits)] == pytest.approx(bits)
    odds = [s * 5 / (1 - s) for s in shares if 0 < s < 1]
    assert np.exp(found.llr[np.isfinite(found.llr)]) == pytest.approx(odds)
    assert (found.fit, found.unit) == ("frequency", "bits")


def test_ranks_that_are_always_the_same_give_all_bits_even_the_last() -> None:
    for rank in (1, 4, 8):
        found = rank_disclosure(*with_ranks([rank] * 5, 8))
        assert (found.value, found.largest) == (3, 3)
        assert found.llr[rank - 1] == np.inf


def test_equal_scores_disclose_nothing() -> None:
    found = rank_disclosure(np.zeros((8, 3)), [0, 1, 2])
    assert found.value == pytest.approx(0)
    assert found.first == pytest.approx(1 / 8)
    assert found.spread == 0


def test_a_trial_counts_once_however_many_places_it_shares() -> None:
    found = rank_disclosure([[3.0, 2.0], [2.0, 2.0], [1.0, 1.0]], [0, 0])
    assert found.frequencies.tolist() == [0.75, 0.25, 0]


def test_published_ties_disclose_a_constant() -> None:
    assert rank_disclosure(np.zeros((7, 3)), [0, 1, 2], ties="average").value == pytest.approx(
        np.log2(7)
    )
    # Of eight, the mean place is four and a half: half for the fourth, half for the fifth.
    found = rank_disclosure(np.zeros((8, 3)), [0, 1, 2], ties="average")
    assert found.frequencies.tolist() == [0, 0, 0, 0.5, 0.5, 0, 0, 0]
    two_tied = rank_disclosure([[3.0], [2.0], [2.0], [2.0], [1.0]], [1], ties="average")
    assert two_tied.frequencies.tolist() == [0, 0, 1, 0, 0]


def test_frequencies_of_chance_are_biased_as_said_and_the_fit_is_not() -> None:
    rng = np.random.default_rng(2)
    people, trials = 40, 400
    counted, fitted = [], []
    for _ in range(10):
        scores = rng.standard_normal((people, trials))
        own = rng.integers(0, people, trials)
        counted.append(rank_disclosure(scores, own).value)
        fitted.append(rank_disclosure(scores, own, fit="beta-binomial").value)
    assert np.mean(counted) == pytest.approx((people - 1) / (2 * trials * np.log(2)), rel=0.15)
    assert np.mean(fitted) < 0.006


def test_the_fit_finds_its_own_law() -> None:
    from scipy.stats import betabinom

    law = betabinom(19, 0.6, 3.0).pmf(np.arange(20))
    rng = np.random.default_rng(3)
    ranks = (1 + rng.choice(20, 3000, p=law)).tolist()
    found = rank_disclosure(*with_ranks(ranks, 20), fit="beta-binomial")
    assert found.frequencies == pytest.approx(law, abs=0.012)
    assert found.frequencies.sum() == pytest.approx(1)
    assert found.value == pytest.approx(float((law * np.log2(20 * law)).sum()), abs=0.06)
    assert found.fit == "beta-binomial"


def test_the_fit_knows_constant_ranks() -> None:
    found = rank_disclosure(*with_ranks([1] * 50, 10), fit="beta-binomial")
    assert found.first > 0.99


def test_names_of_people_and_monotone_changes_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    scores, own = rng.standard_normal((9, 60)), rng.integers(0, 9, 60)
    order = rng.permutation(9)
    changed = rank_disclosure(np.exp(scores[order]), np.argsort(order)[own])
    assert changed.frequencies.tolist() == rank_disclosure(scores, own).frequencies.tolist()


def test_wrong_options_are_refused() -> None:
    with pytest.raises(InputError, match="fit="):
        rank_disclosure([[1.0], [2.0]], [0], fit="normal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="ties="):
        rank_disclosure([[1.0], [2.0]], [0], ties="best")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="one person only"):
        rank_disclosure([[1.0]], [0])
