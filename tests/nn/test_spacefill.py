import numpy as np
import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.spacefill import SpaceFilling, first_corners
from voxnym.voices.curve import Curve
from voxnym.voices.curve_fit import grow

CORNERS = torch.sin(1 + torch.arange(24.0, dtype=torch.float64)).reshape(8, 3)
VECTORS = 1.5 * torch.cos(0.7 * torch.arange(15.0, dtype=torch.float64)).reshape(5, 3)
SHARES = (torch.arange(7, dtype=torch.float64) + 0.5) / 7
NOISE = torch.sin(0.3 * torch.arange(15.0, dtype=torch.float64) + 0.5).reshape(5, 3)


def test_golden_places():
    found = SpaceFilling(CORNERS, 3)(VECTORS, SHARES)
    assert found.codes.tolist() == [0, 6, 5, 0, 6]
    assert float(found.loss.detach()) == pytest.approx(0.3695338, abs=2e-7)
    assert float(found.perplexity) == pytest.approx(2.871746, abs=1e-5)
    assert found.values[0].tolist() == pytest.approx([0.727309, 0.775853, 0.111082], abs=1e-6)
    assert found.values[2].tolist() == pytest.approx([0.056067, 0.511300, 0.496446], abs=1e-6)
    assert found.values[1].tolist() == pytest.approx([0.002486, -0.720565, -0.781133], abs=1e-6)


def test_golden_gradient():
    quantizer = SpaceFilling(CORNERS, 3)
    quantizer(VECTORS, SHARES).loss.backward()
    wanted = torch.zeros(8, 3, dtype=torch.float64)
    wanted[0] = torch.tensor([-0.191307, -0.089937, -0.032543])
    wanted[1] = torch.tensor([-0.014716, -0.006918, -0.002503])
    wanted[5] = torch.tensor([0.022613, 0.006615, -0.019054])
    wanted[6] = torch.tensor([0.097593, 0.037530, -0.058075])
    wanted[7] = torch.tensor([0.190812, 0.172564, 0.153283])
    assert torch.allclose(quantizer.codewords.grad, wanted, atol=2e-6)


@pytest.mark.parametrize("epsilon", ["inside", "outside"])
def test_golden_noise(epsilon):
    quantizer = SpaceFilling(CORNERS, 3, has_backpropagation=True, epsilon=epsilon)
    found = quantizer(VECTORS, SHARES, NOISE)
    assert found.values[0].tolist() == pytest.approx([1.835983, 1.649989, 0.879513], abs=1e-6)
    assert found.values[2].tolist() == pytest.approx([0.108119, 0.862882, 1.433978], abs=1e-6)
    lengths = torch.linalg.vector_norm(found.values - VECTORS, dim=1)
    wanted = [0.869308, 1.202486, 1.060553, 0.858432, 1.216413]
    assert lengths.tolist() == pytest.approx(wanted, abs=1e-6)
    assert float(found.loss) == 0
    found.values.sum().backward()
    assert quantizer.codewords.grad.abs().sum() > 0


@pytest.mark.parametrize("search", ["exact", "local"])
def test_golden_inference(search):
    found = SpaceFilling(CORNERS, 3, search=search).eval()(VECTORS)
    assert found.values[0].tolist() == pytest.approx(CORNERS[0].tolist())
    assert found.values[4].tolist() == pytest.approx(CORNERS[5].tolist())
    assert found.values[2].tolist() == pytest.approx([0.075641, 0.595105, 0.567432], abs=1e-6)
    assert float(found.loss) == pytest.approx(0.2550853, abs=1e-7)


@pytest.mark.parametrize("search", ["exact", "local"])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_same_places_as_without_pytorch(search, count, monkeypatch):
    rng = np.random.default_rng(count)
    corners, rows = rng.standard_normal((count, 4)), rng.standard_normal((300, 4))
    curve = Curve(corners)
    wanted = curve.project(rows) if search == "exact" else curve.project_nearby(rows)
    monkeypatch.setattr("voxnym.nn.spacefill._AT_ONCE", 500)
    quantizer = SpaceFilling(torch.from_numpy(corners), 3, search=search).eval()
    found = quantizer(torch.from_numpy(rows))
    assert found.values.numpy() == pytest.approx(wanted.points, abs=1e-9)


def test_growth_is_that_of_the_fast_trainer():
    quantizer = SpaceFilling(CORNERS[:4].float(), 3)
    quantizer.grow()
    assert int(quantizer.entries) == 8
    assert quantizer.corners.detach().numpy() == pytest.approx(grow(CORNERS[:4].numpy()), abs=1e-6)
    with pytest.raises(InputError, match="room"):
        quantizer.grow()


def test_rows_that_are_not_in_use_get_no_gradient():
    quantizer = SpaceFilling(CORNERS[:4], 4)
    assert quantizer.codewords.shape == (16, 3)
    quantizer(VECTORS).loss.backward()
    assert quantizer.codewords.grad[4:].abs().sum() == 0
    assert quantizer.corners.shape == (4, 3)


def test_a_checkpoint_knows_how_far_it_has_grown():
    quantizer = SpaceFilling(CORNERS[:4], 3, seed=2)
    quantizer.grow()
    quantizer(VECTORS)
    other = SpaceFilling(CORNERS[:4], 3, seed=2)
    other.load_state_dict(quantizer.state_dict())
    assert torch.equal(other(VECTORS).values, quantizer(VECTORS).values)


def test_one_place_for_all_vectors_of_a_call():
    # Equal vectors get equal values within a call, and others in the next.
    quantizer = SpaceFilling(CORNERS, 3)
    rows = VECTORS[:1].expand(50, -1)
    first, second = quantizer(rows).values, quantizer(rows).values
    assert (first == first[0]).all()
    assert not torch.equal(first[0], second[0])


def test_golden_start():
    t = torch.arange(40.0)
    rows = torch.stack([torch.cos(0.7 * t), torch.sin(1.3 * t) * t / 40, 0.05 * t - 1], dim=1)
    wanted = torch.tensor(
        [
            [-0.096996, 0.219826, -0.1],
            [0.231236, 0.027233, -0.265],
            [0.003706, -0.345515, 0.165],
            [-0.002708, 0.061527, 0.1],
        ]
    )
    assert torch.allclose(first_corners(rows), wanted, atol=1e-6)
    with pytest.raises(InputError, match="3 vectors"):
        first_corners(rows[:3])


def test_no_vectors():
    found = SpaceFilling(CORNERS, 3).eval().project(torch.zeros(0, 3, dtype=torch.float64))
    assert found[0].shape == (0, 3)
    assert found[1].shape == (0,)


@pytest.mark.parametrize(
    "wrong", [{"bits": 2}, {"bits": 3, "search": "wide"}, {"bits": 3, "epsilon": "beside"}]
)
def test_refused(wrong):
    with pytest.raises(InputError):
        SpaceFilling(CORNERS, **wrong)
