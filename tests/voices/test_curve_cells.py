import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.voices.curve import Curve
from voxnym.voices.curve_cells import CurveCells, even_cells
from voxnym.voices.curve_published import published_codewords

CORNERS = np.sin(1 + np.arange(24.0)).reshape(8, 3)
T = np.arange(50.0)
ROWS = 1.2 * np.stack([np.cos(0.9 * T), np.sin(1.7 * T), np.cos(2.3 * T + 1)], axis=1)


def test_golden_cells():
    cells = even_cells(Curve(CORNERS), ROWS, 8)
    assert Curve(CORNERS).project(ROWS).at_corner.mean() == pytest.approx(0.28)
    edges = [
        (0.275242, 0), (1, 0.323332), (1.307548, 0), (2.983194, 0), (5.536857, 0),
        (6, -1.073201), (6.698434, 0),
    ]  # fmt: skip
    assert cells.edges.real == pytest.approx([s for s, _ in edges], abs=1e-6)
    assert cells.edges.imag == pytest.approx([r for _, r in edges], abs=1e-6)
    codes = cells.code(ROWS)
    assert np.bincount(codes).tolist() == [6, 6, 6, 7, 6, 6, 6, 7]
    assert codes[:12].tolist() == [0, 0, 5, 2, 3, 6, 7, 7, 4, 7, 2, 2]
    wanted = {
        0: (0.911391, 0.716970, -0.759015),
        3: (0.215026, 0.291979, 0.251342),
        7: (0.773036, -0.715175, -0.543164),
    }
    for cell, value in wanted.items():
        assert cells.values[cell] == pytest.approx(value, abs=1e-6)


def test_golden_published_codewords():
    codewords = published_codewords(Curve(CORNERS), ROWS, 8)
    assert codewords[0] == pytest.approx([0.081081, 0.028438, -0.050351], abs=1e-6)
    counts = np.bincount(Curve(codewords).nearest_corner(ROWS), minlength=8)
    assert counts.tolist() == [0, 8, 11, 3, 0, 14, 0, 14]


def test_published_codewords_are_pulled_to_the_origin():
    # 12 vectors of one kind at a point, two codewords of 6: a mean of 6 is divided by 7.
    rows = np.tile([[2.0, 1.0]], (12, 1))
    codewords = published_codewords(Curve(np.array([[0.0, 0.0], [4.0, 2.0]])), rows, 2)
    assert codewords == pytest.approx(np.full((2, 2), [12 / 7, 6 / 7]))


def test_published_codewords_by_hand():
    # 5 places for 2 codewords: chunks of 2, half of the next one, and the last is never used.
    rows = np.array([[0.0], [1.0], [2.0], [3.0], [9.0]])
    codewords = published_codewords(Curve(np.array([[0.0], [4.0], [10.0]])), rows, 2)
    assert codewords[:, 0].tolist() == [(0 + 1 + 0.5 * 2) / 3, (2 + 3 + 0.5 * 9) / 3]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 24), st.integers(0, 40))
def test_cells_are_equally_common_and_lie_in_order(seed, count, more):
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count + more, 2))
    curve = Curve(rng.standard_normal((5, 2)))
    cells = even_cells(curve, vectors, count)
    codes = cells.code(vectors)
    sizes = np.bincount(codes, minlength=count)
    assert sizes.max() - sizes.min() <= 1
    order = [(z.real, z.imag) for z in curve.project(vectors).order]
    by_position = sorted(range(len(order)), key=order.__getitem__)
    assert (np.diff(codes[by_position]) >= 0).all()
    for cell in range(count):
        assert cells.values[cell] == pytest.approx(vectors[codes == cell].mean(axis=0))


def test_fresh_vectors_are_even_up_to_chance():
    rng = np.random.default_rng(0)
    curve = Curve(rng.standard_normal((8, 4)))
    cells = even_cells(curve, rng.standard_normal((20_000, 4)), 16)
    counts = np.bincount(cells.code(rng.standard_normal((20_000, 4))), minlength=16)
    chi2 = np.sum((counts - 1250) ** 2) / 1250
    assert chi2 < 2 * 30.58  # 99 % point of 15 degrees of freedom; edges are estimated too


def test_position_alone_would_not_do():
    rng = np.random.default_rng(0)
    curve = Curve(3 * rng.standard_normal((8, 4)))
    places = curve.project(rng.standard_normal((2000, 4)))
    shared = places.order.real[places.at_corner]
    assert np.unique(shared).size < 9
    assert np.unique(places.order).size == 2000


def test_equal_vectors_that_leave_a_cell_empty():
    curve = Curve(np.array([[0.0], [1.0]]))
    with pytest.raises(InputError, match="stay empty"):
        even_cells(curve, np.array([[0.5]] * 9 + [[0.9]]), 4)


@pytest.mark.parametrize("count", [1, 51])
def test_too_few_vectors(count):
    with pytest.raises(InputError, match="for 50 vectors"):
        even_cells(Curve(CORNERS), ROWS, count)
    if count > 1:
        with pytest.raises(InputError, match="for 50 vectors"):
            published_codewords(Curve(CORNERS), ROWS, count)


@pytest.mark.parametrize(
    ("edges", "values", "told"),
    [
        ([0.5], np.zeros((3, 3)), "one edge less"),
        ([0.5, 0.2], np.zeros((3, 3)), "ascending"),
        ([0.5 + 1j, 0.5], np.zeros((3, 3)), "ascending"),
        ([0.5], np.zeros((2, 4)), "4 dims"),
        ([np.nan], np.zeros((2, 3)), "NaN"),
        ([0.5], np.full((2, 3), np.inf), "NaN"),
    ],
)
def test_refused_cells(edges, values, told):
    with pytest.raises(InputError, match=told):
        CurveCells(Curve(CORNERS), np.array(edges), values)
