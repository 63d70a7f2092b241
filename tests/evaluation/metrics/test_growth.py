from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import eer, grown, linking


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 5), st.integers(0, 9))
def test_groups_hold_one_person_and_no_recording_twice(
    owner: list[int], size: int, seed: int
) -> None:
    # Every recording is a bit, so that a sum says which ones are in it.
    bits = 2.0 ** np.arange(len(owner))
    matrix, owners = grown(bits[None], owner, size, np.random.default_rng(seed))
    expected = {person: owner.count(person) // size for person in set(owner)}
    assert {p: (owners == p).sum() for p in set(owner)} == expected
    used: set[int] = set()
    for total, person in zip(matrix[0] * size, owners, strict=True):
        members = {place for place in range(len(owner)) if round(total) >> place & 1}
        assert len(members) == size
        assert all(owner[place] == person for place in members)
        assert not members & used
        used |= members


def test_one_utterance_is_every_utterance() -> None:
    scores = np.random.default_rng(1).standard_normal((4, 6))
    matrix, owners = grown(scores, [0, 1, 0, 2, 1, 0], 1, np.random.default_rng(2))
    assert sorted(matrix.T.tolist()) == sorted(scores.T.tolist())
    assert owners.tolist() == [0, 0, 0, 1, 1, 2]


def test_nobody_has_enough() -> None:
    matrix, owners = grown(np.zeros((4, 6)), [0, 1, 2, 3, 0, 1], 3, np.random.default_rng(1))
    assert (matrix.shape, owners.size) == ((4, 0), 0)


def test_a_seed_repeats() -> None:
    scores, owner = np.random.default_rng(3).standard_normal((4, 12)), np.repeat([0, 1], 6)
    one, again, other = (
        grown(scores, owner, 3, np.random.default_rng(seed))[0].tolist() for seed in (4, 4, 5)
    )
    assert one == again
    assert one != other


def test_linking_grows_where_single_utterances_hide_it() -> None:
    rng = np.random.default_rng(6)
    own = np.repeat(np.arange(20), 30)
    scores = rng.standard_normal((20, own.size))
    scores[own, np.arange(own.size)] += 0.5
    rates, linked = [], []
    for size in (1, 3, 10, 30):
        matrix, owners = grown(scores, own, size, rng)
        mine = np.zeros(matrix.shape, bool)
        mine[owners, np.arange(owners.size)] = True
        rates.append(eer(matrix[mine], matrix[~mine]).value)
        linked.append(linking(matrix, owners, 20).value)
    assert linked == sorted(linked)
    assert rates == sorted(rates, reverse=True)
    # A shift of half a deviation: 40 % for one utterance, Φ(-0.5 √30 / 2) for thirty.
    assert rates[0] == pytest.approx(0.401, abs=0.03)
    assert rates[-1] == pytest.approx(0.085, abs=0.06)


def test_wrong_input_is_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(InputError, match="3 owners"):
        grown(np.zeros((2, 2)), [0, 1, 1], 1, rng)
    with pytest.raises(InputError, match="expected at least 1"):
        grown(np.zeros((2, 2)), [0, 1], 0, rng)
    with pytest.raises(InputError, match="1 scores are NaN"):
        grown([[np.nan, 1.0]], [0, 1], 1, rng)
