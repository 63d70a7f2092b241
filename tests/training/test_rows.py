import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.training.rows import RATE, EveryRow, crop, rows_of, split
from voxnym.training.waves import HeldWaves


def waves(*seconds, level=0.1):
    samples = tuple(np.full(round(each * RATE), level, np.float32) for each in seconds)
    return HeldWaves(samples, np.arange(len(seconds)) % 2, 2)


def test_a_row_for_each_full_chunk():
    found = rows_of(waves(2.99, 3.0, 5.9, 6.0, 10.0), range(5))
    assert np.bincount(found, minlength=5).tolist() == [0, 1, 1, 2, 3]


def test_only_the_utterances_that_were_asked_for():
    assert rows_of(waves(4.0, 4.0, 7.0), [2]).tolist() == [2, 2]


def test_silent_chunks_do_not_count():
    some = waves(9.0)
    some.samples[0][3 * RATE : 6 * RATE] = 4e-4
    assert rows_of(some, [0]).size == 2


def test_nothing_to_train_on_is_refused():
    with pytest.raises(InputError, match="none of 2"):
        rows_of(waves(1.0, 2.0), range(2))


@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 5))
def test_split_parts_everything_and_repeats(count, share, seed):
    people = np.arange(count) % 7
    if round(share * count) >= count:
        with pytest.raises(InputError):
            split(people, share, seed)
        return
    learned, held_out = split(people, share, seed)
    assert sorted([*learned, *held_out]) == list(range(count))
    assert held_out.size == max(1, round(share * count))
    again = split(people, share, seed)
    np.testing.assert_array_equal(learned, again[0])


@pytest.mark.parametrize("share", [0.0, 1.0, -1, 2])
def test_shares_out_of_range_are_refused(share):
    with pytest.raises(InputError):
        split(np.zeros(10, np.intp), share, 0)


@given(st.integers(1, 3 * RATE), st.integers(0, 3), st.integers(0, 3))
def test_a_crop_has_its_length_and_holds_the_utterance(length, visit, row):
    samples = np.arange(length, dtype=np.float32)
    piece = crop(samples, 0.01, 0, visit, row)
    assert piece.shape == (160,)
    assert (np.diff(piece) % length == 1 % length).all()
    np.testing.assert_array_equal(piece, crop(samples, 0.01, 0, visit, row))


def test_every_visit_cuts_elsewhere():
    samples = np.arange(10 * RATE, dtype=np.float32)
    starts = {float(crop(samples, 3.0, 0, visit, 0)[0]) for visit in range(20)}
    assert len(starts) > 15


def test_order_changes_with_the_epoch_and_holds_every_row():
    order = EveryRow(50, 3, is_shuffled=True)
    order.set_epoch(4)
    first = list(order)
    assert sorted(row for row, _ in first) == list(range(50))
    assert {visit for _, visit in first} == {4}
    assert list(order) == first
    order.set_epoch(5)
    assert [row for row, _ in order] != [row for row, _ in first]
    assert len(order) == 50


def test_validation_hears_the_same_at_every_epoch():
    order = EveryRow(5, 3, is_shuffled=False)
    before = list(order)
    order.set_epoch(9)
    assert list(order) == before == [(row, 0) for row in range(5)]
