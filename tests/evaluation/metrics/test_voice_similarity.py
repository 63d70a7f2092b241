from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from voxnym.errors import InputError
from voxnym.evaluation.metrics import scale_of, voice_similarity

CASES = st.integers(2, 7).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, (n, n), elements=st.integers(-6, 6).map(float)),
        st.lists(st.sampled_from("abc"), min_size=n, max_size=n).filter(lambda x: len(set(x)) > 1),
    )
)


def by_hand(scores: np.ndarray, owner: list[str], used: object) -> np.ndarray:
    """Every pair in a list of its people; `used` says of (i, j) whether it counts."""
    people = sorted(set(owner))
    found = np.full((len(people), len(people)), np.nan)
    for a, first in enumerate(people):
        for b, second in enumerate(people):
            values = [
                scores[i, j]
                for i in range(len(owner))
                for j in range(len(owner))
                if {owner[i], owner[j]} == {first, second} and used(i, j)  # type: ignore[operator]
            ]
            if values:
                found[a, b] = 1 / (1 + np.exp(-np.mean(values)))
    return found


@settings(deadline=None)
@given(CASES)
def test_within_a_set(case: tuple[np.ndarray, list[str]]) -> None:
    scores, owner = case
    found = voice_similarity(scores, owner)
    expected = by_hand(scores, owner, lambda i, j: i != j)
    assert found == pytest.approx(expected, nan_ok=True)
    half = voice_similarity(scores, owner, pairs="half")
    assert half == pytest.approx(by_hand(scores, owner, lambda i, j: i < j), nan_ok=True)


@settings(deadline=None)
@given(CASES)
def test_across_sets(case: tuple[np.ndarray, list[str]]) -> None:
    scores, owner = case
    found = voice_similarity(scores, owner, across=True)
    assert found == pytest.approx(by_hand(scores, owner, lambda i, j: True))
    half = voice_similarity(scores, owner, across=True, pairs="half")
    assert half == pytest.approx(by_hand(scores, owner, lambda i, j: i < j), nan_ok=True)


def test_somebody_with_one_utterance_is_like_nobody_knows() -> None:
    found = voice_similarity(np.zeros((3, 3)), ["ann", "ann", "bob"])
    assert np.isnan(found).tolist() == [[False, False], [False, True]]
    assert not np.isnan(voice_similarity(np.zeros((3, 3)), list("aab"), across=True)).any()


def test_names_and_order_of_people_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    scores, owner = rng.standard_normal((8, 8)), np.array(list("aabbccdd"))
    order = rng.permutation(8)
    turned = voice_similarity(scores[np.ix_(order, order)], owner[order], across=True)
    assert turned == pytest.approx(voice_similarity(scores, owner, across=True))


def test_a_scale_is_monotone_finite_and_level_beyond_its_ends() -> None:
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(6), 4)
    scores = rng.standard_normal((24, 24)) + 2 * (owner[:, None] == owner)
    scale = scale_of(scores, owner)
    assert (np.diff(scale.llr) >= 0).all()
    assert (np.diff(scale.scores) > 0).all()
    assert np.isfinite(scale.llr).all()
    ends = scale(np.array([-1e9, 1e9]))
    assert ends.tolist() == [scale.llr[0], scale.llr[-1]]
    assert ends[0] < 0 < ends[1]


def test_a_scale_by_hand() -> None:
    # Pairs: ann-ann 3, bob-bob 3, ann-bob 1, 1, 1, 1: perfect, with Laplace's ends.
    owner = ["ann", "ann", "bob", "bob"]
    scores = np.where(np.equal.outer(owner, owner), 3.0, 1.0)
    scale = scale_of(scores, owner)
    assert scale.scores.tolist() == [1, 3]
    # One target in six below, one non-target in four above; two pairs to four in all.
    assert scale.llr == pytest.approx([np.log(1 / 5) - np.log(2 / 4), np.log(3) - np.log(2 / 4)])
    assert scale(np.array([2.0])) == pytest.approx(scale.llr.mean())


def test_monotone_changes_do_not_move_scaled_similarities() -> None:
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(4), 4)
    scores = rng.standard_normal((16, 16)) + (owner[:, None] == owner)
    scores = scores + scores.T
    one = voice_similarity(scores, owner, scale=scale_of(scores, owner))
    changed = np.exp(scores)
    assert voice_similarity(changed, owner, scale=scale_of(changed, owner)) == pytest.approx(one)


@pytest.mark.parametrize(
    ("scores", "owner", "message"),
    [
        (np.zeros((2, 3)), ["a", "b"], "of 2 utterances"),
        (np.zeros((2, 2)), ["a", "a"], "at least two people"),
        (np.zeros((0, 0)), [], "at least two people"),
        ([[0.0, np.inf], [np.nan, 0.0]], ["a", "b"], "2 scores are not finite"),
    ],
)
def test_wrong_input_is_refused(scores: object, owner: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        voice_similarity(scores, owner)  # type: ignore[arg-type]


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(InputError, match="expected all or half"):
        voice_similarity(np.zeros((2, 2)), ["a", "b"], pairs="most")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a pair of utterances of one person"):
        scale_of(np.zeros((2, 2)), ["a", "b"])
