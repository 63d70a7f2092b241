import sys
from pathlib import Path

import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.voices.adam import Adam
from voxnym.voices.curve import Curve
from voxnym.voices.curve_fit import (
    RELEASED,
    Schedule,
    first_corners,
    fit_curve_stages,
    fit_stage,
    grow,
)
from voxnym.voices.curve_step import CurveStep, extended

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
CORNERS = np.sin(1 + np.arange(24.0)).reshape(8, 3).astype(np.float32)
VECTORS = (1.5 * np.cos(0.7 * np.arange(15.0))).reshape(5, 3).astype(np.float32)
SHARES = ((np.arange(7) + 0.5) / 7).astype(np.float32)
GRADIENT = {
    0: (-0.191307, -0.089937, -0.032543),
    1: (-0.014716, -0.006918, -0.002503),
    5: (0.022613, 0.006615, -0.019054),
    6: (0.097593, 0.037530, -0.058075),
    7: (0.190812, 0.172564, 0.153283),
}


def test_golden_gradient(monkeypatch):
    seen = []
    monkeypatch.setattr(Adam, "step", lambda self, values, gradient, rate: seen.append(gradient))
    step = CurveStep(CORNERS, 5)
    step.take(extended(VECTORS), SHARES, 1e-3)
    wanted = np.zeros((8, 3))
    for row, values in GRADIENT.items():
        wanted[row] = values
    assert seen[0] == pytest.approx(wanted, abs=2e-6)
    assert step.error(extended(VECTORS)) == pytest.approx(0.3695338, abs=1e-6)


def test_adam_is_that_of_pytorch():
    torch = pytest.importorskip("torch", reason="compared with PyTorch (extra attack)")
    rng = np.random.default_rng(0)
    values = rng.standard_normal((5, 3)).astype(np.float32)
    theirs = torch.nn.Parameter(torch.from_numpy(values.copy()))
    optimizer, ours = torch.optim.Adam([theirs], lr=1e-2), Adam(values.shape)
    for turn in range(200):
        # Some values get no gradient for a while, and one is tiny.
        gradient = (rng.standard_normal((5, 3)) * (turn % 3 > 0)).astype(np.float32)
        gradient[0, 0] *= 1e-9
        theirs.grad = torch.from_numpy(gradient.copy())
        rate = 1e-2 if turn < 120 else 5e-3
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        ours.step(values, gradient, rate)
    assert values == pytest.approx(theirs.detach().numpy(), abs=2e-5)


@pytest.mark.parametrize("is_shuffled", [False, True])
def test_same_corners_as_the_straightforward_loop(monkeypatch, is_shuffled):
    pytest.importorskip("torch", reason="compared with PyTorch (extra attack)")
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    from spacefill_reference import train_stage

    rng = np.random.default_rng(0)
    data = rng.standard_normal((320, 6)).astype(np.float32)
    start = data[:8]
    theirs = train_stage(
        start, data, np.random.default_rng(1), updates=100, batch=32, is_shuffled=is_shuffled
    )
    schedule = Schedule(100, 32, 1e-3, is_shuffled)
    ours = fit_stage(data, start, np.random.default_rng(1), schedule)
    assert np.abs(theirs - start).max() > 0.05
    assert ours.corners == pytest.approx(theirs, abs=1e-4)


def test_golden_growth():
    grown = grow(CORNERS[:4])
    assert grown[[0, 2, 5, 7]].tolist() == CORNERS[:4].tolist()
    assert grown[1] == pytest.approx([0.825488, 0.890615, 0.136915], abs=1e-6)
    assert grown[3] == pytest.approx([-0.742665, -0.939441, -0.272500], abs=1e-6)
    assert grown[4] == pytest.approx([0.642849, 0.969875, 0.405203], abs=1e-6)
    assert grown[6] == pytest.approx([-0.532011, -0.980097, -0.527086], abs=1e-6)


def test_growth_changes_little_of_the_curve():
    rng = np.random.default_rng(0)
    vectors, corners = rng.standard_normal((200, 3)), rng.standard_normal((8, 3))
    before = Curve(corners).project(vectors).points
    after = Curve(grow(corners.astype(np.float32))).project(vectors).points
    # Inner corners are cut by a hundredth of a segment.
    assert np.abs(after - before).max() < 0.05
    assert grow(corners.astype(np.float32))[[0, -1]] == pytest.approx(corners[[0, -1]], abs=1e-6)


def test_golden_start_by_norm():
    t = np.arange(40.0)
    rows = np.stack([np.cos(0.7 * t), np.sin(1.3 * t) * t / 40, 0.05 * t - 1], axis=1)
    found = first_corners(rows.astype(np.float32), np.random.default_rng(0), "norm")
    wanted = [
        (-0.096996, 0.219826, -0.1),
        (0.231236, 0.027233, -0.265),
        (0.003706, -0.345515, 0.165),
        (-0.002708, 0.061527, 0.1),
    ]
    assert found == pytest.approx(np.array(wanted), abs=1e-6)


def test_start_along_the_axis_of_largest_spread():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((4000, 3)) * [0.1, 5.0, 0.1] + [9.0, 0.0, 0.0]
    found = first_corners(rows.astype(np.float32), rng, "axis")
    # Means of the quarters of a normal distribution.
    assert found[:, 1] == pytest.approx(5 * np.array([-1.271, -0.325, 0.325, 1.271]), abs=0.25)
    assert found[:, 0] == pytest.approx([9.0] * 4, abs=0.05)


def test_released_start_ignores_the_data():
    rows = np.full((100, 128), 50.0, np.float32)
    found = first_corners(rows, np.random.default_rng(0), "origin")
    assert np.linalg.norm(found, axis=1) == pytest.approx([np.sqrt(128 / 2500)] * 4, rel=0.2)


def test_rates():
    schedule = Schedule(100, rate=0.8)
    rates = [schedule.rate_at(update) for update in (0, 59, 60, 79, 80, 99)]
    assert rates == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]
    assert (RELEASED.rate, RELEASED.is_shuffled, RELEASED.start) == (1e-3, False, "origin")


@pytest.fixture(scope="module")
def plane():
    return np.random.default_rng(1000).standard_normal((8192, 2)).astype(np.float32)


def test_stages_are_nested_and_repeatable(plane):
    short = Schedule(updates=300)
    whole = fit_curve_stages(plane, 5, np.random.default_rng(7), short)
    part = fit_curve_stages(plane, 4, np.random.default_rng(7), short)
    assert [stage.bits for stage in whole] == [2, 3, 4, 5]
    assert [len(stage.corners) for stage in whole] == [4, 8, 16, 32]
    for a, b in zip(whole, part, strict=False):
        assert a.corners.tobytes() == b.corners.tobytes()
        assert a.loss == b.loss
    other = fit_curve_stages(plane, 4, np.random.default_rng(8), short)
    assert (other[-1].corners != part[-1].corners).any()


def test_a_curve_through_the_plane(plane):
    # A fifth of the acceptance gates' updates; see benchmarks/porcupine_gates.py for those.
    stages = fit_curve_stages(plane, 4, np.random.default_rng(0), Schedule(updates=1500))
    assert [stage.loss for stage in stages] == pytest.approx([0.564, 0.281, 0.145], rel=0.08)
    fresh = np.random.default_rng(1).standard_normal((4096, 2))
    curve = Curve(stages[-1].corners)
    assert np.mean((fresh - curve.project(fresh).points) ** 2) < 0.075
    steps = np.linalg.norm(np.diff(curve.corners, axis=0), axis=1).mean()
    pairs = [np.linalg.norm(a - b) for a in curve.corners for b in curve.corners if a is not b]
    assert steps < 0.6 * np.mean(pairs)


def test_fewer_vectors_than_a_batch():
    rows = np.random.default_rng(0).standard_normal((9, 2))
    stages = fit_curve_stages(rows, 2, np.random.default_rng(0), Schedule(updates=20))
    assert np.isfinite(stages[0].corners).all()


@pytest.mark.parametrize(
    ("rows", "bits", "told"),
    [
        (np.zeros((3, 2)), 4, "4 or more"),
        (np.zeros(9), 4, "4 or more"),
        (np.full((9, 2), np.nan), 4, "finite"),
        (np.ones((9, 2)), 1, "2 to 16"),
        (np.ones((9, 2)), 17, "2 to 16"),
    ],
)
def test_refused(rows, bits, told):
    with pytest.raises(InputError, match=told):
        fit_curve_stages(rows, bits, np.random.default_rng(0))


@pytest.mark.parametrize(
    "wrong", [{"updates": 0}, {"batch": 0}, {"rate": 0.0}, {"rate": np.nan}, {"start": "middle"}]
)
def test_refused_schedules(wrong):
    with pytest.raises(InputError):
        Schedule(**wrong)
