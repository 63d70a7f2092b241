import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.training.crops import Crops, Labelled, filled, generator


def clips(people, lengths, bands=4):
    mels = tuple(np.full((length, bands), i + 1, np.float32) for i, length in enumerate(lengths))
    return Labelled(mels, np.array(people, np.intp), max(people) + 1)


def at(crops, step, seed, some):
    return crops.at(step, seed, some, some.of_person())


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20))
def test_of_person_names_every_clip_once(people):
    some = clips(people, [3] * len(people))
    groups = some.of_person()
    assert len(groups) == some.count
    assert sorted(np.concatenate(groups)) == list(range(len(people)))
    assert all(people[number] == person for person, g in enumerate(groups) for number in g)


def test_a_step_has_another_person_for_each_piece_and_their_speech():
    some = clips([0, 0, 1, 2, 3], [20, 30, 40, 50, 5])
    pieces, who = at(Crops(batch=4, frames=10, gain_db=0, mask_share=0), 3, 1, some)
    assert pieces.shape == (4, 10, 4)
    assert sorted(who) == [0, 1, 2, 3]
    for piece, person in zip(pieces, who, strict=True):
        clip = int(piece[0, 0]) - 1
        assert some.people[clip] == person
        assert (piece == clip + 1).all()


def test_people_repeat_where_there_are_too_few():
    pieces, who = at(Crops(batch=8, frames=4), 0, 0, clips([0, 1], [9, 9]))
    assert pieces.shape[0] == 8
    assert set(who) <= {0, 1}


def test_nobody_without_clips_is_drawn():
    some = Labelled((np.ones((9, 2), np.float32),) * 2, np.array([0, 3]), 5)
    _, who = at(Crops(batch=16, frames=4), 0, 0, some)
    assert set(who) == {0, 3}


def test_choices_follow_from_seed_and_step_alone():
    some = clips([0, 1, 2], [40, 50, 60])
    crops = Crops(batch=3, frames=10)
    once, again = at(crops, 7, 5, some), at(crops, 7, 5, some)
    np.testing.assert_array_equal(once[0], again[0])
    np.testing.assert_array_equal(once[1], again[1])
    for step, seed in ((8, 5), (7, 6)):
        assert not np.array_equal(once[0], at(crops, step, seed, some)[0])


def test_gain_is_within_bounds_and_masks_leave_nothing_there():
    some = clips([0], [200], bands=40)
    crops = Crops(batch=64, frames=100, gain_db=6, mask_share=1.0)
    pieces, _ = at(crops, 0, 0, some)
    loud = pieces.max(axis=(1, 2))
    assert 10**-0.6 - 1e-6 <= loud.min() < 0.5
    assert 2 < loud.max() <= 10**0.6 + 1e-6
    assert ((pieces == 0).all(axis=1).sum(axis=1) <= crops.band_most).all()
    assert ((pieces == 0).all(axis=2).sum(axis=1) <= crops.stretch_most).all()
    assert (pieces == 0).any()


def test_clips_themselves_are_left_alone():
    some = clips([0], [10])
    at(Crops(batch=4, frames=10, mask_share=1.0), 0, 0, some)
    assert (some.mels[0] == 1).all()


def test_longer_clips_are_drawn_more_often():
    some = clips([0, 0], [10, 90])
    pieces, _ = at(Crops(batch=400, frames=4, gain_db=0, mask_share=0), 0, 0, some)
    assert 0.85 < (pieces[:, 0, 0] == 2).mean() < 0.95


@given(st.integers(1, 20), st.integers(1, 50))
def test_filled_repeats_whole_clips(frames, wanted):
    mel = np.arange(frames, dtype=np.float32)[:, None]
    long = filled(mel, wanted)
    assert long.shape[0] >= wanted or long.shape[0] == frames >= wanted
    assert (long.ravel() == np.arange(long.shape[0]) % frames).all()


@pytest.mark.parametrize(
    ("mels", "people", "count"),
    [
        ((), [], 1),
        ((np.ones((2, 2)),), [0, 0], 1),
        ((np.ones((2, 2)),), [1], 1),
        ((np.ones((0, 2)),), [0], 1),
        ((np.ones((2, 2)),), [-1], 1),
    ],
)
def test_what_cannot_be_is_refused(mels, people, count):
    with pytest.raises(InputError):
        Labelled(mels, np.array(people, np.intp), count)


def test_purposes_have_their_own_numbers():
    first = generator(1, "a").random(4)
    assert (generator(1, "a").random(4) == first).all()
    assert not (generator(1, "b").random(4) == first).any()
    assert not (generator(2, "a").random(4) == first).any()
