import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from voxnym.errors import InputError
from voxnym.nn.margin import aam_softmax

PEOPLE = torch.tensor([0, 1, 2])
# Scaled logits of SpeechBrain 1.1.2 (AdditiveAngularMargin(0.2, 30)) for these cosines: an
# ordinary angle, one past 180 degrees with the margin, and a cosine of exactly 1.
COSINES = torch.tensor([[0.9, -0.3, 0.1], [0.2, -0.99, 0.5], [0.0, 0.3, 1.0]])
LOGITS = torch.tensor([[23.863859, -9.0, 3.0], [6.0, -30.892017, 15.0], [0.0, 9.0, 29.399086]])


def direct(cosines, person, margin, scale):
    """Loss of one row, from angles."""
    angle = math.acos(cosines[person]) + margin
    right = math.cos(angle)
    if angle > math.pi:
        right = cosines[person] - margin * math.sin(margin)
    logits = [scale * (right if n == person else c) for n, c in enumerate(cosines)]
    top = max(logits)
    return top + math.log(sum(math.exp(x - top) for x in logits)) - logits[person]


def test_published_implementation():
    expected = -LOGITS.log_softmax(dim=1)[range(3), PEOPLE].mean()
    assert aam_softmax(COSINES, PEOPLE).item() == pytest.approx(expected.item(), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=6),
    st.floats(0, math.pi / 2),
    st.floats(0.5, 64),
    st.integers(0, 5),
)
def test_direct_formula(cosines, margin, scale, person):
    person %= len(cosines)
    found = aam_softmax(
        torch.tensor([cosines], dtype=torch.float64),
        torch.tensor([person]),
        margin=margin,
        scale=scale,
    ).item()
    assert found == pytest.approx(direct(cosines, person, margin, scale), rel=1e-4, abs=2e-5)


@pytest.mark.parametrize("cosine", [0.9, 0.0, -0.5, -0.97, -0.99])
def test_gradient_is_that_of_the_angle(cosine):
    # d cos(θ + m) / d cos θ = sin(θ + m) / sin θ; 1 where the substitute has taken over.
    margin, scale = 0.2, 30.0
    cosines = torch.tensor([[cosine, 0.1]], dtype=torch.float64, requires_grad=True)
    aam_softmax(cosines, torch.tensor([0]), margin=margin, scale=scale).backward()
    angle = math.acos(cosine)
    slope = 1.0 if angle + margin > math.pi else math.sin(angle + margin) / math.sin(angle)
    grown = cosine - margin * math.sin(margin) if slope == 1.0 else math.cos(angle + margin)
    share = 1 / (1 + math.exp(scale * (0.1 - grown)))
    expected = [scale * slope * (share - 1), scale * (1 - share)]
    assert cosines.grad[0].tolist() == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("cosine", [1.0, -1.0, 1.0 + 1e-6, -1.0 - 1e-6])
def test_limits_have_finite_gradients(cosine):
    cosines = torch.tensor([[cosine, 0.5]], requires_grad=True)
    loss = aam_softmax(cosines, torch.tensor([0]))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(cosines.grad).all()


def test_a_larger_angle_never_costs_less():
    angles = torch.linspace(0, math.pi, 400, dtype=torch.float64)
    losses = [
        aam_softmax(torch.stack([angle.cos(), torch.tensor(0.0)])[None], torch.tensor([0])).item()
        for angle in angles
    ]
    assert all(b >= a - 1e-9 for a, b in pairwise(losses))


def test_without_margin_it_is_plain_cross_entropy():
    plain = torch.nn.functional.cross_entropy(30 * COSINES, PEOPLE)
    assert aam_softmax(COSINES, PEOPLE, margin=0.0).item() == pytest.approx(plain.item())
    assert aam_softmax(COSINES, PEOPLE).item() > plain.item()


def test_half_precision_is_computed_in_full():
    half = aam_softmax(COSINES.bfloat16(), PEOPLE)
    assert half.dtype is torch.float32


@pytest.mark.parametrize(
    ("cosines", "people", "options"),
    [
        (torch.zeros(3), torch.zeros(3, dtype=torch.long), {}),
        (torch.zeros(3, 2), torch.zeros(2, dtype=torch.long), {}),
        (torch.zeros(0, 2), torch.zeros(0, dtype=torch.long), {}),
        (COSINES, PEOPLE, {"margin": -0.1}),
        (COSINES, PEOPLE, {"margin": math.nan}),
        (COSINES, PEOPLE, {"scale": 0.0}),
    ],
)
def test_refused(cosines, people, options):
    with pytest.raises(InputError):
        aam_softmax(cosines, people, **options)
