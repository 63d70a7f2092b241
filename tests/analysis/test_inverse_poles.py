import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.analysis.inverse_poles import AngleMap, poles_back
from voxnym.analysis.poles import Quadratics, multiply
from voxnym.errors import InputError
from voxnym.records import Speech, Survey
from voxnym.stages.content_mcadams import ContentMcadams


def polynomials(angles, radii):
    """(frames, 2 * pairs + 1) with one conjugate pair at each angle."""
    linear, constant = -2 * radii * np.cos(angles), radii**2
    return multiply(Quadratics(linear.T, constant.T)).T


@given(st.integers(0, 10**6), st.floats(0.5, 1.05))
@settings(max_examples=30, deadline=None)
def test_poles_come_back_from_the_stage(seed, coefficient) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0.1, 0.9 * np.pi, (5, 8)), axis=1)
    content = polynomials(angles, rng.uniform(0.6, 0.97, (5, 8)))
    stage = ContentMcadams(coefficient=coefficient)
    speech = Speech("lpc", content, frame_rate=100, rate=16000)
    moved = stage.start(rng, Survey())(speech, True).content
    old = np.linspace(0, np.pi, 4096)
    found = poles_back(moved, AngleMap(old, old**coefficient))
    assert np.allclose(found, content, atol=2e-2 * np.abs(content).max())
    if abs(coefficient - 1) > 0.1:
        assert not np.allclose(moved, content, atol=2e-2 * np.abs(content).max())


def test_poles_in_the_band_that_the_map_left_empty_lose_their_peak() -> None:
    content = polynomials(np.array([[0.5, 2.5]]), np.full((1, 2), 0.95))
    old = np.linspace(0, np.pi, 512)
    found = poles_back(content, AngleMap(old, old**0.5), lost_radius=0.3)
    radii = np.sort(np.abs(np.roots(found[0])))
    assert np.allclose(radii, [0.285, 0.285, 0.95, 0.95])


def test_frames_without_prediction_and_real_poles_stay() -> None:
    content = np.array([[1.0, 0, 0, 0, 0], [1.0, -0.4, -0.32, 0, 0]])
    old = np.linspace(0, np.pi, 64)
    assert np.allclose(poles_back(content, AngleMap(old, old**0.8)), content)


@pytest.mark.parametrize(
    ("old", "new"),
    [([0, 1, 1], [0, 1, 2]), ([0, 1, 2], [0, 2, 1]), ([0, 1], [0, 1, 2]), ([0], [0])],
)
def test_maps_that_cannot_be_turned_round_are_refused(old, new) -> None:
    with pytest.raises(InputError, match=r"falls|expected"):
        AngleMap(np.array(old, float), np.array(new, float))
