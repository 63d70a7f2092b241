import pytest
import torch

from voxnym.nn.quantize_ema import EmaQuantizer

TWO = torch.tensor([[0.0], [10.0]])


def test_running_means_by_hand():
    quantizer = EmaQuantizer(TWO, decay=0.5, smoothing=1e-9)
    quantizer(torch.tensor([[1.0], [3.0], [8.0]]))
    # Counts 1 and 1 become (1 + 2) / 2 and (1 + 1) / 2; sums 0 and 10 become 2 and 9.
    assert quantizer.counts.tolist() == pytest.approx([1.5, 1.0])
    assert quantizer.codewords[:, 0].tolist() == pytest.approx([2 / 1.5, 9.0])


def test_smoothing_by_hand():
    quantizer = EmaQuantizer(TWO, decay=0.5, smoothing=1.0)
    quantizer(torch.tensor([[1.0], [3.0], [8.0]]))
    total = 2.5
    smoothed = [(count + 1) / (total + 2) * total for count in (1.5, 1.0)]
    assert quantizer.codewords[:, 0].tolist() == pytest.approx([2 / smoothed[0], 9 / smoothed[1]])


def test_codewords_settle_on_the_means_of_their_cells():
    generator = torch.Generator().manual_seed(0)
    quantizer = EmaQuantizer(TWO, decay=0.9)
    for _ in range(300):
        centres = torch.tensor([[-3.0], [4.0]]).repeat(32, 1)
        quantizer(centres + 0.1 * torch.randn(64, 1, generator=generator))
    assert quantizer.codewords[:, 0].tolist() == pytest.approx([-3.0, 4.0], abs=0.02)


def test_dead_codewords_move_to_vectors_of_the_batch():
    far = torch.tensor([[0.0, 0.0], [50.0, 50.0], [-70.0, 0.0]])
    quantizer = EmaQuantizer(far, decay=0.5, restart=0.1)
    batch = torch.tensor([[0.3, 0.4], [0.1, -0.2]])
    for _ in range(3):
        quantizer(batch)
    # Counts 1, .5, .25, .125: not yet.
    assert quantizer.codewords[1].tolist() == pytest.approx([50.0, 50.0], rel=1e-3)
    quantizer(batch)
    moved = quantizer.codewords[1:]
    assert all(any(torch.equal(row, each) for each in batch) for row in moved)
    assert quantizer.counts[1:].tolist() == [1.0, 1.0]


def test_without_restart_dead_codewords_stay():
    quantizer = EmaQuantizer(torch.tensor([[0.0], [90.0]]), decay=0.5, smoothing=1e-12)
    for _ in range(20):
        quantizer(torch.zeros(4, 1))
    assert float(quantizer.codewords[1]) == pytest.approx(90.0, rel=1e-3)


def test_loss_is_commitment_alone():
    vectors = torch.tensor([[1.0]], requires_grad=True)
    found = EmaQuantizer(TWO, commitment=0.5)(vectors)
    assert float(found.loss.detach()) == pytest.approx(0.5)
    found.loss.backward()
    assert vectors.grad.tolist() == [[1.0]]
