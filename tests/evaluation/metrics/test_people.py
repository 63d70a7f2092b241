from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import eer, per_speaker_eer

TRIALS = st.lists(
    st.tuples(st.sampled_from("cab"), st.integers(-3, 3).map(float), st.booleans()),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(TRIALS)
def test_each_person_alone(trials: list[tuple[str, float, bool]]) -> None:
    sides = {True: [t for t in trials if t[2]], False: [t for t in trials if not t[2]]}
    alone = {}
    for person in sorted({t[0] for t in trials}):
        target, other = ([s for p, s, _ in sides[side] if p == person] for side in (True, False))
        alone[person] = eer(target, other).value if target and other else None
    arguments = (
        [t[1] for t in sides[True]],
        [t[1] for t in sides[False]],
        [t[0] for t in sides[True]],
        [t[0] for t in sides[False]],
    )
    known = {p: rate for p, rate in alone.items() if rate is not None}
    if not known:
        with pytest.raises(InputError):
            per_speaker_eer(*arguments)
        return
    found = per_speaker_eer(*arguments)
    assert found.people == tuple(alone)
    for rate, expected in zip(found.rates, alone.values(), strict=True):
        assert np.isnan(rate) if expected is None else rate == expected
    assert found.value == pytest.approx(np.mean([min(r, 0.5) for r in known.values()]))
    assert found.unclipped == pytest.approx(np.mean(list(known.values())))
    assert found.worst == min(0.5, *known.values(), 1)
    assert found.worst_person == min(known, key=lambda p: (known[p], p))
    assert found.unit == "1"


@pytest.mark.parametrize(("people", "worst"), [(5, 1), (14, 1), (16, 2), (30, 3)])
def test_worst_tenth(people: int, worst: int) -> None:
    """Person number p has p of 100 non-targets above the only target: rate (p / 100) / 2."""
    names = np.repeat(np.arange(people), 100)
    other = np.concatenate([np.where(np.arange(100) < p, 2.0, 0.0) for p in range(people)])
    found = per_speaker_eer(np.ones(people), other, np.arange(people), names)
    assert found.rates == pytest.approx(np.arange(people) / 200)
    assert found.worst == pytest.approx(np.arange(worst).mean() / 200)


def test_inverted_people_count_as_guessing() -> None:
    found = per_speaker_eer([0.0, 1.0], [1.0, 0.0], ["ann", "bob"], ["ann", "bob"])
    assert found.rates.tolist() == [1, 0]
    assert (found.value, found.unclipped, found.worst_person) == (0.25, 0.5, "bob")


def test_numbers_are_names_too() -> None:
    found = per_speaker_eer([1.0, 1.0], [0.0, 2.0], [10, 9], [10, 9])
    assert found.people == ("9", "10")
    assert found.rates.tolist() == [1, 0]


def test_refusals() -> None:
    with pytest.raises(InputError, match="2 and 1 scores with 1 and 1 labels"):
        per_speaker_eer([1.0, 2.0], [0.0], ["ann"], ["ann"])
    with pytest.raises(InputError, match="1 and 2 scores with 1 and 1 labels"):
        per_speaker_eer([1.0], [0.0, 1.0], ["ann"], ["ann"])
    with pytest.raises(InputError, match="nobody has both"):
        per_speaker_eer([1.0], [0.0], ["ann"], ["bob"])
    with pytest.raises(InputError, match="1 of 1 target scores are NaN"):
        per_speaker_eer([np.nan], [0.0], ["ann"], ["ann"])
