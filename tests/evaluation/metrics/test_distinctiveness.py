from __future__ import annotations

import numpy as np
import pytest
from numpy.random import RandomState
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.metrics import (
    deid,
    distinctiveness,
    dominance,
    gvd,
    scale_of,
    voice_similarity,
)

PUBLISHED = {"calibration": "each", "pairs": "half", "absolute": True}


def noisy(seed: int, base: float, diagonal: float, size: float) -> NDArray[np.float64]:
    a = base + size * RandomState(seed).rand(10, 10)
    return np.asarray((a + a.T) / 2 + diagonal * np.eye(10))


def even(base: float, diagonal: float) -> NDArray[np.float64]:
    return base + diagonal * np.eye(4)


GAP = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
# Originals, originals with anonymized, anonymized; their dominance; DeID; gain in dB.
GOLDEN = {
    "a": (
        (even(0.5, 0.4), even(0.5, 0.1), even(0.5, 0.2)),
        (0.4, 0.1, 0.2),
        (0.75, -3.010299957),
    ),
    "b": (
        (noisy(10, 0.2, 0.5, 0.2), noisy(11, 0.3, 0.05, 0.2), noisy(12, 0.3, 0.1, 0.2)),
        (0.517332114, 0.013218206, 0.088497282),
        (0.974449284, -7.668395042),
    ),
    "c": (
        (np.exp(-GAP), 0.5 / (1 + GAP), 1 / (1 + GAP)),
        (0.828435415, 0.328333333, 0.656666667),
        (0.603670573, -1.009136852),
    ),
    "d": ((even(0.5, 0.4), even(0.5, -0.1), even(0.5, -0.4)), (0.4, 0.1, 0.4), (0.75, 0.0)),
    "e": ((even(0.5, 0.4), even(0.5, 0), even(0.5, 0)), (0.4, 0, 0), (1.0, -np.inf)),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_published_readings_of_matrices(name: str) -> None:
    (original, crossed, anonymized), standing_out, (hidden, gain) = GOLDEN[name]
    found = [dominance(m, absolute=True) for m in (original, crossed, anonymized)]
    assert found == pytest.approx(standing_out, abs=1e-9)
    assert deid(original, crossed, absolute=True) == pytest.approx(hidden, abs=1e-9)
    assert gvd(original, anonymized, absolute=True) == pytest.approx(gain, abs=2e-9)


@pytest.mark.parametrize("name", ["a", "b", "c", "e"])
def test_the_sign_changes_nothing_where_voices_are_distinct(name: str) -> None:
    original, crossed, anonymized = GOLDEN[name][0]
    assert deid(original, crossed) == deid(original, crossed, absolute=True)
    assert gvd(original, anonymized) == gvd(original, anonymized, absolute=True)


def test_voices_more_alike_across_people_than_within_are_not_distinct() -> None:
    original, crossed, anonymized = GOLDEN["d"][0]
    assert gvd(original, anonymized) == -np.inf
    assert deid(original, crossed) == 1
    assert dominance(anonymized) == pytest.approx(-0.4)


def segments(seed: int, shift: float) -> NDArray[np.float64]:
    x = RandomState(seed).randn(9, 9)
    same = np.equal.outer(np.arange(9) // 3, np.arange(9) // 3)
    return np.asarray((x + x.T) / 2 + np.where(same, shift, -shift))


SCORES = segments(20, 1.5), segments(21, 0.1), segments(22, 0.8)
OWNER = list("AAABBBCCC")


def test_published_reading_of_scores() -> None:
    found = distinctiveness(*SCORES, OWNER, **PUBLISHED)  # type: ignore[arg-type]
    # The published figures carry a ramp of 1e-6.
    diagonal = [0.967741962, 0.967741963, 0.967741961]
    assert np.diag(found.original) == pytest.approx(diagonal, abs=5e-8)
    assert found.original[0, 1] == pytest.approx(0.096774221, abs=5e-8)
    assert found.crossed[0, 1] == pytest.approx(0.480998213, abs=5e-7)
    assert found.deidentification == pytest.approx(0.911169401, abs=5e-8)
    assert found.value == pytest.approx(-1.787876909, abs=5e-7)
    assert found.unit == "dB"


def test_the_program_that_forgot_its_calibration() -> None:
    found = distinctiveness(*SCORES, OWNER, calibration="none", pairs="half", absolute=True)
    assert found.deidentification == pytest.approx(0.947493479, abs=1e-9)
    assert found.value == pytest.approx(-4.364238943, abs=2e-9)


def voices(seed: int, spread: float, noise: float = 0.5) -> NDArray[np.float64]:
    """(40, 8) unit vectors of ten people, four utterances each."""
    rng, people = np.random.default_rng(seed), np.random.default_rng(1).standard_normal((10, 8))
    x = spread * np.repeat(people, 4, axis=0) + noise * rng.standard_normal((40, 8))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))


PEOPLE = np.repeat(np.arange(10), 4)


def test_unless_told_one_scale_and_all_pairs_make_the_matrices_and_signs_count() -> None:
    found = distinctiveness(*SCORES, OWNER)
    scale = scale_of(SCORES[0], OWNER)
    expected = [
        voice_similarity(scores, OWNER, scale=scale, across=across)
        for scores, across in zip(SCORES, (False, True, False), strict=True)
    ]
    for matrix, mine in zip(
        (found.original, found.crossed, found.anonymized), expected, strict=True
    ):
        assert matrix == pytest.approx(mine, abs=1e-12)
    # Anonymized voices more alike across people than within.
    assert distinctiveness(SCORES[0], -SCORES[0], -SCORES[0], OWNER).value == -np.inf


def test_nothing_changed() -> None:
    original, again = voices(2, 2), voices(3, 2)
    found = distinctiveness(original @ original.T, original @ again.T, again @ again.T, PEOPLE)
    assert found.value == pytest.approx(0, abs=0.4)
    assert found.deidentification == pytest.approx(0, abs=0.1)


def test_pseudonyms_keep_voices_distinct_and_hide_them() -> None:
    original, mirror = voices(2, 2), np.linalg.qr(np.random.default_rng(4).random((8, 8)))[0]
    changed = voices(3, 2) @ mirror
    found = distinctiveness(
        original @ original.T, original @ changed.T, changed @ changed.T, PEOPLE
    )
    assert found.value > -0.5
    assert found.deidentification > 0.8


def test_one_scale_sees_shrunken_differences_that_separate_ones_stretch() -> None:
    original = voices(2, 2)
    # All anonymized voices are nearly one, with what is left of each person far apart in noise.
    one = np.ones(8) / np.sqrt(8)
    changed = one + 0.02 * voices(3, 2)
    changed /= np.linalg.norm(changed, axis=1, keepdims=True)
    scores = original @ original.T, original @ changed.T, changed @ changed.T
    shared = distinctiveness(*scores, PEOPLE)
    each = distinctiveness(*scores, PEOPLE, calibration="each")
    assert each.value > -0.6
    assert shared.value < -10


def test_the_only_utterance_of_somebody_is_left_out_and_published_as_nothing() -> None:
    owner = [*"AAABBBCC", "D"]
    found = distinctiveness(*SCORES, owner)
    assert np.isnan(found.original[3, 3])
    assert np.isfinite([found.value, found.deidentification]).all()


def test_dominance_leaves_out_what_is_unknown() -> None:
    assert dominance([[1.0, 0.25, 0.5], [0.25, np.nan, np.nan], [0.5, np.nan, 0.5]]) == 0.375


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match="expected a square"):
        dominance(np.zeros((2, 3)))
    with pytest.raises(InputError, match="two or more people"):
        dominance([[1.0]])
    with pytest.raises(InputError, match="no person, or no two people"):
        dominance([[np.nan, 1.0], [1.0, np.nan]])
    with pytest.raises(InputError, match="not told apart"):
        gvd(even(0.5, 0), even(0.5, 0.1))
    with pytest.raises(InputError, match="not told apart"):
        deid(even(0.5, -0.1), even(0.5, 0.1))
    with pytest.raises(InputError, match="expected shared, each or none"):
        distinctiveness(*SCORES, OWNER, calibration="some")  # type: ignore[arg-type]
