from __future__ import annotations

import numpy as np
import pytest
from toy_pools import gaussian

from voxnym.errors import InputError
from voxnym.voices.gender_line import GenderLine
from voxnym.voices.pool import Pool


def test_it_tells_people_it_never_saw():
    line = GenderLine.fit(gaussian(200, 6))
    new = gaussian(200, 6, seed=1)
    told = line.guesses(new.vectors)
    assert np.mean([a == b for a, b in zip(told, new.genders, strict=True)]) > 0.97
    assert line.guess(new.vectors[0]) == told[0]


def test_the_line_lies_in_the_middle_whatever_the_numbers_of_each():
    rng = np.random.default_rng(0)
    vectors = np.concatenate([rng.normal(3, 1, (400, 1)), rng.normal(-1, 1, (40, 1))])
    pool = Pool(vectors, tuple(map(str, range(440))), ("f",) * 400 + ("m",) * 40, "toy")
    line = GenderLine.fit(pool)
    assert -line.bias / line.weights[0] == pytest.approx(1.0, abs=0.2)


def test_a_person_with_many_vectors_counts_once():
    pool = gaussian(30, 3)
    rows = [0] * 50 + list(range(30))
    many = Pool(
        pool.vectors[rows],
        tuple(pool.speakers[i] for i in rows),
        tuple(pool.genders[i] for i in rows),
        "toy",
    )
    assert GenderLine.fit(many).weights == pytest.approx(GenderLine.fit(pool).weights)


def test_without_genders_it_tells_nothing():
    pool = gaussian(10, 3)
    nobody = Pool(pool.vectors, pool.speakers, ("unknown",) * 10, "toy")
    line = GenderLine.fit(nobody)
    assert not line.known
    assert line.guesses(pool.vectors[:2]) == ("unknown", "unknown")
    assert GenderLine.of_array(line.array(), 3).guess(np.zeros(3)) == "unknown"
    assert GenderLine(np.array([1.0])).guess(np.zeros(1)) == "unknown"


def test_arrays_and_lengths_are_checked():
    line = GenderLine.fit(gaussian(20, 4))
    back = GenderLine.of_array(line.array(), 4)
    assert np.array_equal(back.weights, line.weights)
    assert back.bias == line.bias
    with pytest.raises(InputError, match="expected 6 or 1"):
        GenderLine.of_array(line.array(), 5)
    with pytest.raises(InputError, match=r"expected \(4,\)"):
        line.guess(np.zeros(3))
