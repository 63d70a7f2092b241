import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxnym.training.schedule import ramp, triangular, warm_cosine

sizes = st.integers(1, 2000)


@given(sizes, st.integers(0, 100), st.data())
def test_warm_cosine_stays_between_nothing_and_one(steps, warm, data):
    step = data.draw(st.integers(0, steps - 1))
    assert 0 < warm_cosine(step, steps, warm_steps=warm) <= 1


@given(st.integers(50, 2000))
def test_warm_cosine_rises_then_falls_to_its_floor(steps):
    course = [warm_cosine(step, steps, warm_steps=30, floor=0.1) for step in range(steps)]
    top = course.index(max(course))
    assert top == 29
    assert course[top] == pytest.approx(1)
    assert course[: top + 1] == sorted(course[: top + 1])
    assert course[top:] == sorted(course[top:], reverse=True)
    assert course[-1] == pytest.approx(0.1)


def test_margin_grows_and_stays():
    assert [ramp(step, 4) for step in range(6)] == [0, 0.25, 0.5, 0.75, 1, 1]
    assert ramp(0, 0) == 1


@given(st.integers(1, 500), st.integers(0, 5000))
def test_triangle_repeats_and_is_symmetric(half, step):
    rate = triangular(step, base=0.1, peak=0.9, half_cycle=half)
    assert 0.1 - 1e-12 <= rate <= 0.9 + 1e-12
    assert triangular(step + 2 * half, base=0.1, peak=0.9, half_cycle=half) == pytest.approx(rate)
    within = step % (2 * half)
    mirrored = triangular(2 * half - within, base=0.1, peak=0.9, half_cycle=half)
    assert mirrored == pytest.approx(rate)


def test_the_challenge_ends_on_the_rising_slope():
    # 1 350 steps in each of 10 epochs, half a cycle of 65 000 steps.
    rate = triangular(13_500, base=1e-8, peak=0.01, half_cycle=65_000)
    assert rate == pytest.approx(0.0021, abs=5e-5)
