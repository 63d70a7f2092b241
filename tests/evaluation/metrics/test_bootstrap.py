from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics import (
    Interval,
    bootstrap,
    eer,
    eer_replicates,
    indicative,
    interval,
    paired,
    ratio_replicates,
    replicated,
    resamples,
    trial_replicates,
    weighted_eer,
    weighted_mean,
    weighted_recall,
)

TRIALS = st.lists(
    st.tuples(st.integers(-3, 3).map(float), st.integers(0, 2), st.integers(0, 3)),
    min_size=2,
    max_size=14,
).filter(lambda trials: len({claimed == heard for _, claimed, heard in trials}) == 2)
COUNTS = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [0, 3, 0, 1], [0, 0, 4, 0]])


def columns(trials: list[tuple[float, int, int]]) -> tuple[NDArray[np.generic], ...]:
    scores, claimed, heard = (np.array(column) for column in zip(*trials, strict=True))
    return scores, claimed == heard, claimed, heard


@settings(deadline=None)
@given(TRIALS)
def test_joint_resamples_are_corpora_of_people_drawn(trials: list[tuple[float, int, int]]) -> None:
    """Every copy of a person claimed meets every copy of a person heard; copies are one person."""
    found = eer_replicates(*columns(trials), COUNTS)
    for rate, counts in zip(found, COUNTS, strict=True):
        same, other = [], []
        for score, claimed, heard in trials:
            if claimed == heard:
                same += [score] * counts[claimed]
            else:
                other += [score] * (counts[claimed] * counts[heard])
        if same and other:
            assert rate == eer(same, other).value
        else:
            assert np.isnan(rate)


def test_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    claimed, heard = (axis.ravel() for axis in np.meshgrid(range(6), range(6)))
    arguments = (rng.standard_normal(36), claimed == heard, claimed, heard, resamples(6, rng, 50))
    whole = eer_replicates(*arguments)
    trialwise = trial_replicates(
        weighted_eer(*arguments[:2]), arguments[1], np.random.default_rng(1), 50
    )
    monkeypatch.setattr(bootstrap, "_CHUNK", 36 * 7)
    assert eer_replicates(*arguments).tolist() == whole.tolist()
    monkeypatch.setattr(bootstrap, "_CHUNK", 1)
    assert eer_replicates(*arguments).tolist() == whole.tolist()
    again = trial_replicates(
        weighted_eer(*arguments[:2]), arguments[1], np.random.default_rng(1), 50
    )
    assert again.shape == trialwise.shape == (50,)


def test_resamples_draw_people_alike() -> None:
    found = resamples(5, np.random.default_rng(0), 4000)
    assert found.shape == (4000, 5)
    assert (found.sum(axis=1) == 5).all()
    assert found.mean(axis=0) == pytest.approx(1, abs=0.06)
    # The variance of a count is (1 - 1/S), its covariance with another -1/S.
    assert np.cov(found.T) == pytest.approx(np.eye(5) - 0.2, abs=0.06)
    again = resamples(5, np.random.default_rng(0), 4000)
    assert (again == found).all()
    assert resamples(5, np.random.default_rng(0)).shape == (1000, 5)
    assert resamples(1, np.random.default_rng(0), 1).tolist() == [[1]]


def test_units_of_one_person() -> None:
    person = np.array([0, 0, 1, 2])
    counts = np.array([[1, 1, 1], [3, 0, 0], [0, 1, 2]])
    found = replicated(weighted_mean([1, 0, 1, 0]), counts, person)
    assert found == pytest.approx([0.5, 0.5, 1 / 3])
    recall = weighted_recall(["a", "b", "a", "a"], ["a", "a", "a", "b"])
    assert replicated(recall, counts, person) == pytest.approx([1 / 3, 0.5, 1 / 3])


def test_ratios_of_sums() -> None:
    counts = np.array([[1, 1], [2, 0], [0, 2]])
    found = ratio_replicates([1, 4], [10, 0], counts)
    assert found == pytest.approx([0.5, 0.1, np.inf])
    found = ratio_replicates([[1, 2], [3, 4]], [[2, 2], [4, 4]], counts)
    assert found == pytest.approx(np.array([[4 / 6, 1], [0.5, 1], [0.75, 1]]))


def test_the_mean_of_people_has_the_known_spread() -> None:
    """The percentile interval of a mean of S people is about ±1.96 standard errors."""
    rng = np.random.default_rng(5)
    values = rng.standard_normal(100)
    counts = resamples(100, rng, 4000)
    found = interval(values.mean(), replicated(weighted_mean(values), counts, np.arange(100)))
    error = values.std() / 10
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
    assert found.replicates == 4000


def test_trials_are_drawn_on_each_side_alone() -> None:
    target = np.array([True, True, False, False, False])
    seen = []

    def keep(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        seen.append(weights)
        return weights[:, 0]

    found = trial_replicates(keep, target, np.random.default_rng(0), 2000)
    weights = np.concatenate(seen)
    assert found.tolist() == weights[:, 0].tolist()
    assert weights.shape == (2000, 5)
    assert (weights[:, target].sum(axis=1) == 2).all()
    assert (weights[:, ~target].sum(axis=1) == 3).all()
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.08)
    assert trial_replicates(keep, [True], np.random.default_rng(0), 3).tolist() == [1, 1, 1]


def test_percentiles() -> None:
    found = interval(50.0, np.arange(101.0))
    assert found == Interval(50.0, 2.5, 97.5, 101)
    assert interval(1.0, np.array([np.nan, 2.0, np.inf])) == Interval(1.0, 2.0, 2.0, 1)
    with pytest.raises(InputError, match="no replicate gave a value"):
        interval(1.0, np.array([np.nan]))


def test_zero_is_excluded_only_beyond_an_end() -> None:
    assert Interval(1, 0.1, 2, 9).excludes_zero
    assert Interval(-1, -2, -0.1, 9).excludes_zero
    assert not Interval(1, 0.0, 2, 9).excludes_zero
    assert not Interval(-1, -2, 0.0, 9).excludes_zero
    assert not Interval(1, -1, 2, 9).excludes_zero


def test_paired_differences_are_narrower_than_their_parts() -> None:
    rng = np.random.default_rng(2)
    shared = rng.standard_normal(500)
    found = paired(3.0, 2.0, shared + 3, shared + 2 + 0.01 * rng.standard_normal(500))
    assert found.value == 1
    assert 0.97 < found.low < 1 < found.high < 1.03
    with pytest.raises(InputError, match="3 and 2 replicates"):
        paired(0, 0, np.zeros(3), np.zeros(2))


def test_too_little_is_said_in_words() -> None:
    assert indicative({"f": 20, "m": 20}, 200) == ""
    assert "only 19 women and 20 men" in indicative({"f": 19, "m": 20}, 200)
    assert "only 20 women and 19 men" in indicative({"f": 20, "m": 19}, 200)
    assert "only 20 women and 0 men" in indicative({"f": 20}, 200)
    assert "only 0 women and 20 men" in indicative({"m": 20}, 200)
    assert indicative({"f": 20, "m": 20}, 199) == "only 199 target trials (200 would allow a claim)"
    both = indicative({"f": 1, "m": 2}, 3)
    assert both.count("; ") == 1
    assert both.endswith("only 3 target trials (200 would allow a claim)")


def speaker_scores(people: int, rng: np.random.Generator) -> tuple[NDArray[np.generic], ...]:
    """Cosines of 16 Gaussian dimensions: the mean of 3 enrolled utterances, 5 tried ones each."""
    voices = rng.standard_normal((people, 1, 16))
    enrolled = (voices + 1.6 * rng.standard_normal((people, 3, 16))).mean(axis=1)
    tried = (voices + 1.6 * rng.standard_normal((people, 5, 16))).reshape(-1, 16)
    enrolled /= np.linalg.norm(enrolled, axis=1, keepdims=True)
    tried /= np.linalg.norm(tried, axis=1, keepdims=True)
    claimed, heard = np.meshgrid(np.arange(people), np.repeat(np.arange(people), 5), indexing="ij")
    return (enrolled @ tried.T).ravel(), (claimed == heard).ravel(), claimed.ravel(), heard.ravel()


def test_people_drawn_cover_the_truth_and_trials_drawn_do_not() -> None:
    """The long version is benchmarks/bootstrap_coverage.py."""
    rng = np.random.default_rng(11)
    scores, target, *_ = speaker_scores(300, rng)
    truth = eer(scores[target], scores[~target]).value
    assert 0.1 < truth < 0.3
    covered, width = {"joint": 0, "trials": 0}, {"joint": 0.0, "trials": 0.0}
    corpora = 50
    for _ in range(corpora):
        scores, target, claimed, heard = speaker_scores(12, rng)
        value = eer(scores[target], scores[~target]).value
        joint = eer_replicates(scores, target, claimed, heard, resamples(12, rng, 120))
        single = trial_replicates(weighted_eer(scores, target), target, rng, 120)
        for name, replicates in (("joint", joint), ("trials", single)):
            found = interval(value, replicates)
            covered[name] += found.low <= truth <= found.high
            width[name] += found.high - found.low
    # Of 50 draws at 0.93, more than 0.8 hold in 99 of 100 runs; trials drawn hold about 0.8.
    assert covered["joint"] / corpora > 0.8
    assert covered["trials"] < covered["joint"]
    assert width["joint"] > 1.15 * width["trials"]


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    counts = np.ones((5, 2), np.int64)
    with pytest.raises(InputError, match="0 people, 5 replicates"):
        resamples(0, rng, 5)
    with pytest.raises(InputError, match="5 people, 0 replicates"):
        resamples(5, rng, 0)
    with pytest.raises(InputError, match="expected 0 to 1"):
        replicated(weighted_mean([1.0]), counts, [2])
    with pytest.raises(InputError, match="expected 0 to 1"):
        replicated(weighted_mean([1.0]), counts, [0], [2])
    with pytest.raises(InputError, match="expected 0 to 1"):
        replicated(weighted_mean([1.0]), counts, [-1])
    with pytest.raises(InputError, match="1 and 2 people"):
        replicated(weighted_mean([1.0]), counts, [0], [0, 1])
    trial = ([1.0, 0.0], [True, False])
    with pytest.raises(InputError, match="1 trials are marked as target or not against"):
        eer_replicates(*trial, [0, 0], [0, 0], counts)
    with pytest.raises(InputError, match="1 trials are marked as target or not against"):
        eer_replicates(*trial, [0, 0], [1, 1], counts)
    with pytest.raises(InputError, match="2 trials, 1 people claimed, 2 people heard"):
        eer_replicates(*trial, [0], [0, 1], counts)
    with pytest.raises(InputError, match="2 trials, 2 people claimed, 1 people heard"):
        eer_replicates(*trial, [0, 1], [0], counts)
    with pytest.raises(InputError, match="NaN"):
        eer_replicates([np.nan, 0.0], [True, False], [0, 0], [0, 1], counts)
