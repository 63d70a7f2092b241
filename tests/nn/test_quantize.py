import copy

import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.chance import Chance
from voxnym.nn.quantize import PlainQuantizer, Replacement, nearest, perplexity, straight_through
from voxnym.nn.quantize_attention import AttentionQuantizer
from voxnym.nn.quantize_ema import EmaQuantizer
from voxnym.nn.quantize_groups import GroupQuantizer
from voxnym.nn.quantize_noise import NoiseQuantizer
from voxnym.nn.spacefill import SpaceFilling

FOUR = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
KINDS = {
    "plain": lambda: PlainQuantizer(FOUR),
    "ema": lambda: EmaQuantizer(FOUR),
    "noise": lambda: NoiseQuantizer(FOUR),
    "attention": lambda: AttentionQuantizer(FOUR),
    "spacefill": lambda: SpaceFilling(FOUR, 2),
}


@pytest.fixture
def vectors():
    return torch.randn(3, 7, 2, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", KINDS)
def test_one_interface(kind, vectors):
    for is_training in (True, False):
        found = KINDS[kind]().train(is_training)(vectors)
        assert found.values.shape == vectors.shape
        assert found.codes.shape == vectors.shape[:-1]
        assert found.codes.dtype == torch.int64
        assert found.loss.shape == found.perplexity.shape == ()
        assert 1 <= found.perplexity <= 4.001


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "spacefill"])
def test_evaluation_gives_what_the_codes_say_and_changes_nothing(kind, vectors):
    quantizer = KINDS[kind]().eval()
    before = copy.deepcopy(quantizer.state_dict())
    found = quantizer(vectors)
    distances = torch.linalg.vector_norm(vectors[..., None, :] - FOUR, dim=-1)
    assert torch.equal(found.codes, distances.argmin(dim=-1))
    assert torch.allclose(found.values, FOUR[found.codes], atol=1e-6)
    for name, value in quantizer.state_dict().items():
        assert torch.equal(value, before[name]), name


@pytest.mark.parametrize("kind", ["plain", "ema", "noise", "attention"])
def test_gradients_reach_what_comes_before(kind, vectors):
    vectors = vectors.requires_grad_()
    KINDS[kind]()(vectors).values.sum().backward()
    assert torch.isfinite(vectors.grad).all()
    assert vectors.grad.abs().sum() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_stay_finite_where_nothing_is_lost(kind):
    # Vectors that are codewords: distances of 0, whose square root has no slope.
    quantizer = KINDS[kind]()
    vectors = FOUR.clone().requires_grad_()
    found = quantizer(vectors)
    (found.values.square().sum() + found.loss).backward()
    assert torch.isfinite(vectors.grad).all()
    for parameter in quantizer.parameters():
        assert torch.isfinite(parameter.grad).all()


def test_straight_through():
    vectors = torch.tensor([[0.2, 0.1]], requires_grad=True)
    values = straight_through(vectors, FOUR[:1])
    assert torch.equal(values, FOUR[:1])
    (3 * values).sum().backward()
    assert vectors.grad.tolist() == [[3.0, 3.0]]


def test_golden_perplexity():
    codes = torch.tensor([0, 6, 5, 0, 6])
    assert float(perplexity(codes, 8)) == pytest.approx(2.871746, abs=1e-5)


def test_equally_near_goes_to_the_first():
    codewords = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    assert nearest(torch.tensor([[0.5, 0.0], [0.0, 3.0]]), codewords).tolist() == [0, 0]


def test_plain_losses_by_hand():
    quantizer = PlainQuantizer(FOUR, commitment=0.5)
    vectors = torch.tensor([[1.2, 0.0]], requires_grad=True)
    found = quantizer(vectors)
    assert float(found.loss.detach()) == pytest.approx(1.5 * 0.2**2 / 2)
    found.loss.backward()
    assert quantizer.codewords.grad[1].tolist() == pytest.approx([-0.2, 0.0])
    assert vectors.grad[0].tolist() == pytest.approx([0.1, 0.0])
    assert quantizer.codewords.grad[[0, 2, 3]].abs().sum() == 0


def used_and_unused(replacement, seed=0):
    """Two busy codewords near the origin, six that nothing is near to."""
    codewords = torch.cat([torch.tensor([[1.0, 0.3], [-1.0, 0.3]]), 100 + torch.rand(6, 2)])
    quantizer = PlainQuantizer(codewords, replacement=replacement, seed=seed)
    for turn in range(200):
        quantizer(torch.tensor([[1.0, 0.1], [-1.0, 0.2 * (turn % 2)]]))
    return quantizer


def test_replaced_codewords_separate():
    quantizer = used_and_unused(Replacement())
    moved = quantizer.replace_unused()
    assert moved.tolist() == [2, 3, 4, 5, 6, 7]
    codewords = quantizer.codewords.detach()
    assert codewords.abs().max() < 2
    assert torch.unique(codewords, dim=0).shape == (8, 2)
    # Learning tells copies from their originals: most are in use after a while.
    optimizer = torch.optim.Adam(quantizer.parameters(), lr=1e-2)
    rows = torch.randn(4000, 2, generator=torch.Generator().manual_seed(0))
    for turn in range(400):
        optimizer.zero_grad()
        quantizer(rows[(turn * 64) % 3900 :][:64]).loss.backward()
        optimizer.step()
    assert len(quantizer(rows).codes.unique()) >= 7


def test_released_replacement_makes_twins_for_ever():
    quantizer = used_and_unused(Replacement(reading="released"))
    quantizer.replace_unused()
    codewords = quantizer.codewords.detach()
    assert len(torch.unique(codewords, dim=0)) == 2
    assert quantizer(torch.randn(4000, 2)).codes.unique().numel() == 2


def test_released_replacement_copies_in_order_of_index():
    codewords = torch.tensor([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [90.0, 0.0]])
    quantizer = PlainQuantizer(codewords, replacement=Replacement(reading="released"))
    for turn in range(100):
        # The first is hardly used, but used.
        quantizer(codewords[[0, 1, 2]] if turn < 2 else codewords[[1, 2]])
    quantizer.replace_unused()
    assert quantizer.codewords[3].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_busy_codewords_are_copied():
    codewords = torch.cat([torch.tensor([[-10.0, 0.0], [10.0, 0.0]]), 900 + torch.rand(20, 2)])
    quantizer = PlainQuantizer(codewords, replacement=Replacement(least=0.02))
    for turn in range(200):
        quantizer(codewords[:2] if turn < 10 else codewords[1:2])
    quantizer.replace_unused()
    right = (quantizer.codewords[2:, 0] > 5).sum()
    assert right >= 15  # of 20; both are used, one of them 20 times as often


def test_presence_counts_by_batch():
    quantizer = PlainQuantizer(FOUR)
    quantizer(torch.zeros(50, 2))
    quantizer(torch.zeros(1, 2))
    assert quantizer.hits.tolist() == [2, 0, 0, 0]
    quantizer.replace_unused()
    assert quantizer.hits.tolist() == [0, 0, 0, 0]
    assert int(quantizer.batches) == 0


def test_nothing_is_replaced_before_anything_was_seen():
    quantizer = PlainQuantizer(FOUR)
    assert quantizer.replace_unused().numel() == 0
    assert torch.equal(quantizer.codewords.detach(), FOUR)


def test_replacement_depends_on_the_seed_alone():
    first, second = (used_and_unused(Replacement(), seed=1) for _ in range(2))
    second.codewords.data.copy_(first.codewords.data)
    torch.manual_seed(5)
    first.replace_unused()
    second.replace_unused()
    assert torch.equal(first.codewords, second.codewords)


def test_chance_goes_on_from_a_checkpoint():
    chance = Chance(3)
    chance.normal((2,))
    state = copy.deepcopy(chance.state_dict())
    wanted = [chance.normal((2,)), chance.uniform((2,))]
    other = Chance(3)
    other.load_state_dict(state)
    assert torch.equal(other.normal((2,)), wanted[0])
    assert torch.equal(other.uniform((2,)), wanted[1])
    assert not torch.equal(wanted[0], Chance(3).normal((2,)))
    assert not torch.equal(Chance(4).normal((2,)), Chance(3).normal((2,)))


def test_groups_are_quantised_on_their_own():
    first, second = PlainQuantizer(FOUR), EmaQuantizer(FOUR + 1)
    vectors = torch.randn(6, 4, generator=torch.Generator().manual_seed(1))
    found = GroupQuantizer([first, second]).eval()(vectors)
    parts = [first.eval()(vectors[:, :2]), second.eval()(vectors[:, 2:])]
    assert found.values.tolist() == torch.cat([p.values for p in parts], 1).tolist()
    assert found.codes.tolist() == [
        list(pair) for pair in zip(*(p.codes.tolist() for p in parts), strict=True)
    ]
    losses = [float(part.loss.detach()) for part in parts]
    assert float(found.loss.detach()) == pytest.approx(sum(losses) / 2)
    assert float(found.perplexity) == pytest.approx(
        float(parts[0].perplexity * parts[1].perplexity)
    )


def test_groups_of_unequal_size():
    with pytest.raises(InputError, match="multiple of 2"):
        GroupQuantizer([PlainQuantizer(FOUR), PlainQuantizer(FOUR)])(torch.zeros(1, 5))
    with pytest.raises(InputError, match="no quantizers"):
        GroupQuantizer([])


def test_attention_by_hand():
    quantizer = AttentionQuantizer(torch.tensor([[0.0], [2.0]]), temperature=0.5)
    values = quantizer(torch.tensor([[0.5]])).values
    far = torch.exp(torch.tensor(-(1.5**2 - 0.5**2) / 0.5))
    assert float(values.detach()) == pytest.approx(float(2 * far / (1 + far)))


def test_attention_is_hard_when_cold_or_told_so(vectors):
    cold = AttentionQuantizer(FOUR, temperature=1e-4)(vectors)
    assert torch.allclose(cold.values, FOUR[cold.codes], atol=1e-3)
    told = AttentionQuantizer(FOUR, temperature=1.0, is_hard=True)
    found = told(vectors)
    assert torch.allclose(found.values, FOUR[found.codes], atol=1e-6)
    found.values.sum().backward()
    assert (told.codewords.grad.abs().sum(dim=1) > 0).all()


@pytest.mark.parametrize(
    "wrong", [torch.zeros(3), torch.zeros(1, 2), torch.full((3, 2), torch.nan)]
)
@pytest.mark.parametrize("kind", [PlainQuantizer, EmaQuantizer, NoiseQuantizer, AttentionQuantizer])
def test_refused_codewords(kind, wrong):
    with pytest.raises(InputError, match="codewords"):
        kind(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Replacement(least=1.1),
        lambda: Replacement(noise=0.0),
        lambda: Replacement(reading="other"),
        lambda: EmaQuantizer(FOUR, decay=1.0),
        lambda: EmaQuantizer(FOUR, smoothing=0.0),
        lambda: EmaQuantizer(FOUR, restart=-1.0),
        lambda: NoiseQuantizer(FOUR, epsilon="beside"),
        lambda: AttentionQuantizer(FOUR, temperature=0.0),
    ],
)
def test_refused_settings(make):
    with pytest.raises(InputError):
        make()
