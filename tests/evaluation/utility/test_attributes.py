import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics.bootstrap import resamples
from voxnym.evaluation.utility.attributes import area, area_replicates

CASES = st.lists(
    st.tuples(st.integers(-3, 3), st.booleans(), st.sampled_from("abcd")), min_size=2, max_size=25
).filter(lambda rows: len({has for _, has, _ in rows}) == 2)


def counted(rows, weights):
    """All pairs one by one; weights by person."""
    won = total = 0.0
    for mine, has, who in rows:
        for other, also, whose in rows:
            if has and not also:
                weight = weights[who] if who == whose else weights[who] * weights[whose]
                won += weight * (0.5 if mine == other else float(mine > other))
                total += weight
    return won / total if total else float("nan")


@given(CASES, st.integers(0, 1000))
def test_against_all_pairs(rows, seed):
    scores, has, people = zip(*rows, strict=True)
    names = sorted(set(people))
    assert area(scores, has) == pytest.approx(counted(rows, dict.fromkeys(names, 1)))
    counts = resamples(len(names), np.random.default_rng(seed), 5)
    expected = [counted(rows, dict(zip(names, row, strict=True))) for row in counts]
    assert area_replicates(scores, has, people, counts) == pytest.approx(expected, nan_ok=True)


@given(CASES)
def test_order_is_all_that_counts(rows):
    scores, has, _ = (np.array(each) for each in zip(*rows, strict=True))
    found = area(scores, has)
    assert area(np.exp(scores / 2) + 5, has) == pytest.approx(found)
    assert area(-scores, has) == pytest.approx(1 - found)
    assert area(scores, ~has) == pytest.approx(1 - found)


def test_intervals_go_by_people_and_not_by_utterances():
    rng = np.random.default_rng(3)
    people = np.repeat([f"p{n:02}" for n in range(20)], 15)
    has = np.repeat(np.arange(20) % 2 == 0, 15)
    scores = np.repeat(rng.normal(0, 1, 20), 15) + 0.8 * has
    counts = resamples(20, rng, 400)
    by_person = area_replicates(scores, has, people, counts).std()
    singly = [f"u{n:03}" for n in range(people.size)]
    by_utterance = area_replicates(scores, has, singly, resamples(people.size, rng, 400)).std()
    assert by_person > 2 * by_utterance


def test_refused():
    with pytest.raises(InputError, match="2 of 2 have the trait"):
        area([1, 2], [True, True])
    with pytest.raises(InputError, match="0 of 2"):
        area([1, 2], [False, False])
    with pytest.raises(InputError, match="NaN"):
        area([1, np.nan], [True, False])
    counts = resamples(3, np.random.default_rng(0), 2)
    with pytest.raises(InputError, match="counts of 3 people for 2"):
        area_replicates([1, 2], [True, False], ["a", "b"], counts)
