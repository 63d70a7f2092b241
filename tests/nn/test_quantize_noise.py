import pytest
import torch

from voxnym.nn.quantize_noise import NoiseQuantizer, noise_substituted


def row(values):
    return torch.tensor(values, dtype=torch.float64)


def test_error_keeps_its_length():
    generator = torch.Generator().manual_seed(0)
    vectors, quantised, noise = torch.randn(3, 20, 5, generator=generator, dtype=torch.float64)
    wanted = torch.linalg.vector_norm(vectors - quantised, dim=1)
    for epsilon in ("inside", "outside"):
        found = noise_substituted(vectors, quantised, noise, epsilon)
        assert torch.allclose(torch.linalg.vector_norm(found - vectors, dim=1), wanted)
        along = torch.cosine_similarity(found - vectors, noise, dim=1)
        assert torch.allclose(along, torch.ones(20, dtype=torch.float64))


def test_where_epsilon_stands():
    # Noise that is tiny itself: as intended the error is lost in it, as released it is kept.
    vectors, quantised, noise = row([[0.0, 0.0]]), row([[3.0, 4.0]]), row([[1e-12, 0.0]])
    assert noise_substituted(vectors, quantised, noise)[0, 0] == pytest.approx(2.5)
    assert noise_substituted(vectors, quantised, noise, "outside")[0, 0] == pytest.approx(5.0)
    zero = row([[0.0, 0.0]])
    assert torch.isfinite(noise_substituted(vectors, quantised, zero)).all()


def test_gradient_shortens_the_error():
    vectors = row([[0.0, 0.0]])
    quantised = row([[3.0, 4.0]]).requires_grad_()
    noise_substituted(vectors, quantised, row([[0.0, 2.0]])).sum().backward()
    # The error's length grows along (3, 4) / 5; the value along the noise.
    assert quantised.grad[0].tolist() == pytest.approx([0.6, 0.8])


def test_codewords_learn_from_a_loss_behind():
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[2.0, 0.0], [-2.0, 0.0]])
    quantizer = NoiseQuantizer(torch.tensor([[1.0, 1.0], [-1.0, -1.0]]))
    optimizer = torch.optim.Adam(quantizer.parameters(), lr=2e-2)
    for _ in range(300):
        rows = centres.repeat(16, 1) + 0.05 * torch.randn(32, 2, generator=generator)
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(quantizer(rows).values, rows).backward()
        optimizer.step()
    assert quantizer.codewords.detach().tolist() == [
        pytest.approx(centre, abs=0.1) for centre in centres.tolist()
    ]
