import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from voxnym.errors import InputError
from voxnym.voices.curve import Curve

CORNERS = np.sin(1 + np.arange(24.0)).reshape(8, 3)
VECTORS = 1.5 * np.cos(0.7 * np.arange(15.0)).reshape(5, 3)


def nearest_by_search(corners, vector):
    """(distance, segment, share) by minimising along each segment, no formula shared."""
    found = []
    for k in range(len(corners) - 1):

        def distance(t, k=k):
            return np.linalg.norm(vector - (1 - t) * corners[k] - t * corners[k + 1])

        inner = minimize_scalar(distance, bounds=(0, 1), method="bounded", options={"xatol": 1e-9})
        share = min((0.0, 1.0, float(inner.x)), key=distance)
        found.append((distance(share), k, share))
    return min(found)


def test_golden_projection():
    places = Curve(CORNERS).project(VECTORS)
    assert places.points[0] == pytest.approx(CORNERS[0])
    assert places.points[1] == pytest.approx(CORNERS[5])
    assert places.points[2] == pytest.approx([0.075641, 0.595105, 0.567432], abs=1e-6)
    assert places.segment[2] == 5
    assert places.share[2] == pytest.approx(0.830426, abs=1e-6)
    assert np.mean((VECTORS - places.points) ** 2) == pytest.approx(0.2550853, abs=1e-7)


def test_golden_local_search():
    places = Curve(CORNERS).project_nearby(VECTORS)
    assert np.mean((VECTORS - places.points) ** 2) == pytest.approx(0.2550853, abs=1e-7)
    t = np.arange(50.0)
    rows = 1.2 * np.stack([np.cos(0.9 * t), np.sin(1.7 * t), np.cos(2.3 * t + 1)], axis=1)
    counts = np.bincount(Curve(CORNERS).project_nearby(rows).segment, minlength=7)
    assert counts.tolist() == [15, 8, 3, 3, 1, 10, 10]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(1, 4))
def test_nothing_on_the_curve_is_nearer(seed, count, dims):
    rng = np.random.default_rng(seed)
    corners, vector = rng.standard_normal((count, dims)), 1.5 * rng.standard_normal(dims)
    distance, segment, share = nearest_by_search(corners, vector)
    places = Curve(corners).project(vector[None])
    found = np.linalg.norm(vector - places.points[0])
    assert found == pytest.approx(distance, abs=1e-7)
    # In one dimension the curve may pass the vector several times.
    if dims > 1:
        assert places.order.real[0] == pytest.approx(segment + share, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_local_search_is_the_better_of_two_segments(seed, count):
    rng = np.random.default_rng(seed)
    corners, vectors = rng.standard_normal((count, 3)), rng.standard_normal((20, 3))
    places = Curve(corners).project_nearby(vectors)
    for vector, point in zip(vectors, places.points, strict=True):
        near = int(np.argmin([np.linalg.norm(vector - corner) for corner in corners]))
        near = min(max(near, 1), count - 2) if count > 2 else 1
        around = corners[max(near - 1, 0) : near + 2]
        wanted = nearest_by_search(around, vector)[0]
        assert np.linalg.norm(vector - point) == pytest.approx(wanted, abs=1e-7)


def test_exact_search_finds_what_local_search_misses():
    # The nearest corner is the last; the long segment passes nearer by, but does not touch it.
    curve = Curve(np.array([[-10.0, 0.0], [10.0, 0.0], [10.0, 5.0], [0.0, 5.0], [0.0, 2.0]]))
    vector = np.array([[0.0, 0.9]])
    assert curve.project(vector).segment[0] == 0
    assert curve.project_nearby(vector).segment[0] == 3


def test_both_sides_of_a_corner_are_one_position():
    curve = Curve(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.5]]))
    rng = np.random.default_rng(0)
    wedge = np.array([1.0, 0.0]) + rng.uniform(0.1, 2, (200, 1)) * [1.0, 0.1]
    places = curve.project(np.concatenate([wedge, wedge + 1e-13]))
    assert places.at_corner.all()
    assert (places.order.real == 1).all()


def test_what_shares_a_corner_is_ordered_along_the_curve():
    curve = Curve(np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, -1.0]]))
    angles = np.linspace(0.75, 0.25, 11)[1:-1] * np.pi
    places = curve.project(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert (places.order.real == 1).all()
    assert places.order.imag == pytest.approx(np.cos(angles))
    assert (np.sort(places.order) == places.order).all()


def test_beyond_an_end_is_before_it():
    curve = Curve(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]))
    order = curve.project(
        np.array([[-3.0, 1.0], [-1.0, 0.0], [0.5, 0.0], [2.5, 0.0], [9.0, 0.0]])
    ).order
    assert order.tolist() == [-3j, -1j, 0.5, 2 + 0.5j, 2 + 7j]


def test_what_lies_on_the_curve_stays():
    curve = Curve(CORNERS)
    positions = np.linspace(0, 7, 71)
    points = curve.at(positions)
    assert curve.project(points).points == pytest.approx(points, abs=1e-12)
    assert curve.project(points).order.real == pytest.approx(positions, abs=1e-9)
    assert curve.at(np.array([-1.0, 99.0])) == pytest.approx(CORNERS[[0, 7]], abs=1e-15)


def test_moving_and_scaling_everything_changes_no_position():
    rng = np.random.default_rng(3)
    vectors = rng.standard_normal((50, 3))
    before = Curve(CORNERS).project(vectors).order
    after = Curve(40 * CORNERS + 7).project(40 * vectors + 7).order
    assert after.real == pytest.approx(before.real, abs=1e-9)
    assert after.imag == pytest.approx(40 * before.imag, abs=1e-9)


def test_many_rows_are_the_same_as_one_by_one(monkeypatch):
    vectors = np.random.default_rng(4).standard_normal((37, 3))
    curve = Curve(CORNERS)
    segments, corners = curve.project(vectors).segment, curve.nearest_corner(vectors)
    monkeypatch.setattr("voxnym.voices.curve._AT_ONCE", 40)
    assert (curve.project(vectors).segment == segments).all()
    assert (curve.nearest_corner(vectors) == corners).all()
    wanted = [np.argmin(np.linalg.norm(CORNERS - each, axis=1)) for each in vectors]
    assert corners.tolist() == wanted


def test_a_segment_without_length_is_a_point():
    curve = Curve(np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]))
    places = curve.project(np.array([[0.5, 1.0], [-1.0, 0.0]]))
    assert np.isfinite(places.order).all()
    assert places.points.tolist() == [[0.5, 0.0], [0.0, 0.0]]


def test_no_rows():
    assert Curve(CORNERS).project(np.zeros((0, 3))).order.size == 0
    assert Curve(CORNERS).nearest_corner(np.zeros((0, 3))).size == 0


@pytest.mark.parametrize(
    "corners", [np.zeros(3), np.zeros((1, 3)), np.zeros((3, 0)), np.full((3, 2), np.nan)]
)
def test_refused_corners(corners):
    with pytest.raises(InputError, match="corners"):
        Curve(corners)


@pytest.mark.parametrize("vectors", [np.zeros(3), np.zeros((2, 4)), np.full((2, 3), np.inf)])
def test_refused_vectors(vectors):
    with pytest.raises(InputError, match="vectors"):
        Curve(CORNERS).project(vectors)
