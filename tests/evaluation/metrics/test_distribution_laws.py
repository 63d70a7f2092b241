from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.evaluation.metrics import cosine_law, law_distance, norm_law, pair_cosines

SAMPLES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12)


@settings(deadline=None)
@given(SAMPLES, SAMPLES)
def test_distance_of_laws_by_hand(first: list[float], second: list[float]) -> None:
    from scipy.stats import wasserstein_distance

    found = law_distance(first, second)
    gaps = [
        np.mean(np.less_equal(first, x)) - np.mean(np.less_equal(second, x)) for x in first + second
    ]
    assert found.value == pytest.approx(max(abs(gap) for gap in gaps))
    assert found.shift == pytest.approx(wasserstein_distance(first, second))


@settings(deadline=None)
@given(SAMPLES, SAMPLES, st.floats(0.5, 3))
def test_distances_of_laws_are_distances(
    first: list[float], second: list[float], scale: float
) -> None:
    found = law_distance(first, second)
    turned = law_distance(second, first)
    assert (turned.value, turned.shift) == pytest.approx((found.value, found.shift))
    assert law_distance(first, first).shift == 0
    scaled = law_distance(np.array(first) * scale, np.array(second) * scale)
    assert scaled.value == pytest.approx(found.value)
    assert scaled.shift == pytest.approx(found.shift * scale)


def test_cosines_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    x, centre = rng.standard_normal((5, 3)), rng.standard_normal(3)
    for shift in (None, centre):
        rows = x if shift is None else x - shift
        expected = [
            rows[i] @ rows[j] / np.linalg.norm(rows[i]) / np.linalg.norm(rows[j])
            for i in range(5)
            for j in range(i + 1, 5)
        ]
        assert pair_cosines(x, shift) == pytest.approx(expected)
    assert pair_cosines([[0.0, 0.0], [1.0, 0.0]]).tolist() == [0]


def test_averages_of_voices_are_too_alike_raw_and_centred() -> None:
    rng = np.random.default_rng(2)
    pool, real, fresh = (5 + rng.standard_normal((60, 10)) for _ in range(3))
    mixed = np.array([pool[rng.permutation(60)[:10]].mean(axis=0) for _ in range(60)])
    assert cosine_law(mixed, real).value > 0.9
    assert cosine_law(fresh, real).value < 0.15
    centre = pool.mean(axis=0)
    assert cosine_law(fresh, real, centre).value < 0.1
    # Centred, averages are as spread in direction as anybody: only the raw law sees them.
    assert cosine_law(mixed, real, centre).value < 0.2


def test_norms() -> None:
    pool = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = norm_law([[3.5, 4.0], [-0.1, 3.0]], [[0.0, 5.0], [0.0, 9.0]], pool)
    assert found.value == 0.5
    # Norms 5.315 and 3.002 against 5 and 9.
    assert found.spread == pytest.approx((np.sqrt(28.25) - np.sqrt(9.01)) / 4)
    # Of four values, 3.5 and -0.1 lie beyond the pool's range in their dimension.
    assert found.outside == 0.5


def test_norms_of_one() -> None:
    rng = np.random.default_rng(3)
    x, y = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.standard_normal((2, 20, 5)))
    for rounded in (x, x * (1 + 2e-7)):
        same = norm_law(rounded, y, y)
        assert same.value == norm_law(y, rounded, y).value == 0
        assert np.isnan(same.spread)
    assert norm_law(x * np.linspace(0.5, 2, 20)[:, None], y, y).spread == np.inf
    assert norm_law(x, y * np.linspace(0.5, 2, 20)[:, None], y).spread == 0


@pytest.mark.parametrize(
    ("voices", "message"),
    [
        (np.zeros(3), r"expected \(n, d\)"),
        (np.zeros((1, 3)), "n at least 2"),
        (np.zeros((3, 0)), r"expected \(n, d\)"),
        ([[np.nan, 1.0], [1.0, np.inf]], "2 values of voices are not finite"),
    ],
)
def test_wrong_voices_are_refused(voices: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pair_cosines(voices)  # type: ignore[arg-type]


def test_wrong_samples_are_refused() -> None:
    with pytest.raises(InputError, match="no first scores"):
        law_distance([], [1])
    with pytest.raises(InputError, match="not finite"):
        law_distance([np.inf], [1])
    with pytest.raises(InputError, match="n at least 1"):
        norm_law(np.zeros((0, 3)), np.ones((1, 3)), np.ones((1, 3)))
