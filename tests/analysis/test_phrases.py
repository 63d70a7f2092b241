from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis.phrases import PhraseCutter
from voxnym.errors import InputError
from voxnym.testing import cut

RATE, HOP = 8000, 40


def cuts_of(samples, sizes=(1 << 30,), shortest_s=0.5, longest_s=2.0):
    cutter = PhraseCutter(RATE, HOP, shortest_s, longest_s)
    found = []
    for block, _ in cut(samples, sizes):
        found += cutter.add(block)
    return found + cutter.finish()


def test_cut_falls_into_the_pause():
    speech = np.random.default_rng(0).standard_normal(3 * RATE).astype(np.float32)
    speech[9000:9800] *= 0.01
    first, *rest = cuts_of(speech)
    assert 9000 + 200 <= first <= 9800 - 200
    assert rest[-1] == len(speech)


def test_quieter_of_two_pauses_wins():
    speech = np.random.default_rng(0).standard_normal(3 * RATE).astype(np.float32)
    speech[6000:7000] *= 0.1
    speech[12000:13000] *= 0.01
    assert 12000 < cuts_of(speech)[0] < 13000


def test_a_pause_before_the_shortest_length_is_not_taken():
    speech = np.random.default_rng(0).standard_normal(3 * RATE).astype(np.float32)
    speech[1000:3000] = 0
    assert cuts_of(speech)[0] >= 4000


@settings(max_examples=40, deadline=None)
@given(
    length=st.integers(0, 5 * RATE),
    seed=st.integers(0, 5),
    sizes=st.lists(st.integers(1, 9000), min_size=1, max_size=5),
)
def test_cuts_do_not_depend_on_blocks_and_keep_their_bounds(length, seed, sizes):
    rng = np.random.default_rng(seed)
    loudness = np.repeat(rng.uniform(0, 1, 101) ** 4, 400)[:length]
    speech = (rng.standard_normal(length) * loudness).astype(np.float32)
    found = cuts_of(speech)
    assert found == cuts_of(speech, sizes)
    assert (found[-1:] or [0]) == [length]
    lengths = np.diff([0, *found])
    assert np.all(lengths <= 2 * RATE)
    assert np.all(lengths[:-1] >= RATE / 2)
    assert all(place % HOP == 0 for place in found[:-1])


def test_cut_is_known_within_the_stated_time():
    speech = np.random.default_rng(3).standard_normal(20 * RATE).astype(np.float32)
    cutter = PhraseCutter(RATE, HOP, 0.5, 2.0)
    begin = 0
    for place in range(0, len(speech), HOP):
        for end in cutter.add(speech[place : place + HOP]):
            assert (place + HOP - begin) / RATE <= cutter.look_ahead_s + 1e-9
            begin = end
    assert begin > 17 * RATE


def test_a_pause_about_the_longest_length_is_seen_however_it_arrives():
    speech = np.random.default_rng(0).standard_normal(4 * RATE).astype(np.float32)
    speech[2 * RATE - 100 : 2 * RATE + 500] = 0
    found = cuts_of(speech)
    assert found[0] == 2 * RATE
    assert cuts_of(speech, (HOP,)) == found


def test_memory_is_bounded():
    cutter = PhraseCutter(RATE, HOP, 0.5, 2.0)
    noise = np.random.default_rng(3).standard_normal(RATE).astype(np.float32)
    for _ in range(60):
        cutter.add(noise)
        assert len(cutter._energy) <= 2.1 * RATE / HOP
        assert len(cutter._open) < HOP


@pytest.mark.parametrize(("shortest", "longest"), [(2.0, 1.0), (1.0, 1.0), (1.0, 21.0)])
def test_impossible_lengths_are_refused(shortest, longest):
    with pytest.raises(InputError, match="shortest < longest"):
        PhraseCutter(RATE, HOP, shortest, longest)
