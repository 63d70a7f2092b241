import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis import poles
from voxnym.analysis.poles import Quadratics, factor, multiply
from voxnym.errors import RenderError


def polynomial_of(roots):
    return np.real(np.poly(np.asarray(roots, dtype=complex)))


def assert_factors(polynomials, tolerance=1e-9):
    found = factor(polynomials)
    assert np.isfinite(found.linear).all()
    assert np.isfinite(found.constant).all()
    product = multiply(found)[: len(polynomials)]
    wrong = np.abs(product - polynomials).max(axis=0)
    assert (wrong <= tolerance * np.abs(polynomials).max(axis=0)).all()
    return found


@st.composite
def stable_roots(draw):
    """Roots inside the unit circle: pairs, real ones, doubles and zeros."""
    pairs = draw(st.integers(0, 12))
    reals = draw(st.integers(0 if pairs else 1, 6))
    radius = st.floats(0.0, 0.999)
    roots = []
    for _ in range(pairs):
        z = draw(radius) * np.exp(1j * draw(st.floats(0.001, np.pi - 0.001)))
        roots += [z, z.conjugate()]
    roots += [draw(st.one_of(st.just(0.0), st.floats(-0.999, 0.999))) for _ in range(reals)]
    if roots and draw(st.booleans()):
        twin = roots[draw(st.integers(0, len(roots) - 1))]
        roots += [twin, twin.conjugate()] if np.imag(twin) else [twin]
    return roots


@settings(max_examples=150, deadline=None)
@given(stable_roots())
def test_factors_multiply_back(roots):
    # Enough copies, each a little different, that the iteration and not the fallback is at work.
    scales = 1 - 0.01 * np.arange(9)
    polynomials = np.stack([polynomial_of(np.asarray(roots) * s) for s in scales], axis=1)
    assert_factors(polynomials)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(0, 40))
def test_any_order_and_any_number_of_frames(seed, order, frames):
    reflections = np.random.default_rng(seed).uniform(-0.98, 0.98, (order, frames))
    polynomials = np.zeros((order + 1, frames))
    polynomials[0] = 1.0
    for i, k in enumerate(reflections):
        polynomials[1 : i + 2] += k * polynomials[i::-1].copy()
    found = assert_factors(polynomials)
    assert found.linear.shape == ((order + 1) // 2, frames)


def test_roots_are_those_of_numpy():
    rng = np.random.default_rng(3)
    roots = rng.uniform(0.5, 0.98, (10, 50)) * np.exp(1j * rng.uniform(0.05, 3.1, (10, 50)))
    polynomials = np.stack([polynomial_of(np.concatenate([z, z.conj()])) for z in roots.T], axis=1)
    found = factor(polynomials)
    half = -found.linear / 2
    upper = half + 1j * np.sqrt(found.constant - half**2)
    np.testing.assert_allclose(np.sort(np.angle(upper), 0), np.sort(np.angle(roots), 0), atol=1e-6)


def test_the_iteration_leaves_few_frames_to_the_fallback(monkeypatch):
    # Without the guess of a real pair, a third of such polynomials defeat the iteration.
    rng = np.random.default_rng(4)
    columns = []
    for _ in range(400):
        z = rng.uniform(0.6, 0.98, 9) * np.exp(1j * rng.uniform(0.05, 3.1, 9))
        ends = [rng.uniform(0.05, 0.98), -rng.uniform(0.05, 0.98)]
        columns.append(polynomial_of(np.concatenate([z, z.conj(), ends])))
    called = []
    exact = poles._eigenvalues
    monkeypatch.setattr(poles, "_eigenvalues", lambda p: called.append(1) or exact(p))
    assert_factors(np.stack(columns, axis=1))
    assert len(called) < 60


def test_more_frames_than_columns_and_each_as_if_alone(monkeypatch):
    rng = np.random.default_rng(5)
    reflections = rng.uniform(-0.9, 0.9, (8, 100))
    polynomials = np.zeros((9, 100))
    polynomials[0] = 1.0
    for i, k in enumerate(reflections):
        polynomials[1 : i + 2] += k * polynomials[i::-1].copy()
    whole = assert_factors(polynomials)
    monkeypatch.setattr(poles, "_WIDTH", 16)
    narrow = assert_factors(polynomials)
    np.testing.assert_allclose(
        np.sort(narrow.constant, axis=0), np.sort(whole.constant, axis=0), atol=1e-9
    )


def test_a_wrong_answer_of_the_iteration_is_noticed(monkeypatch):
    monkeypatch.setattr(poles, "_STEP_DONE", 10.0)  # every first step counts as converged
    rng = np.random.default_rng(6)
    z = rng.uniform(0.7, 0.95, (4, 20)) * np.exp(1j * rng.uniform(0.1, 3.0, (4, 20)))
    assert_factors(np.stack([polynomial_of(np.concatenate([c, c.conj()])) for c in z.T], axis=1))


def test_all_roots_at_zero():
    polynomials = np.zeros((21, 10))
    polynomials[0] = 1.0
    found = factor(polynomials)
    np.testing.assert_array_equal(found.linear, 0)
    np.testing.assert_array_equal(found.constant, 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(bad):
    polynomials = np.ones((5, 10))
    polynomials[2, 3] = bad
    with pytest.raises(RenderError, match="not finite"):
        factor(polynomials)


def test_multiply_is_the_product_of_polynomials():
    rng = np.random.default_rng(7)
    linear, constant = rng.standard_normal((2, 3, 4))
    product = multiply(Quadratics(linear, constant))
    for column in range(4):
        wanted = np.ones(1)
        for b, c in zip(linear[:, column], constant[:, column], strict=True):
            wanted = np.convolve(wanted, [1, b, c])
        np.testing.assert_allclose(product[:, column], wanted, atol=1e-12)
