from __future__ import annotations

import numpy as np
import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.gan_voices import Critic, GanSizes, Generator, ResidualBlock, plain_arrays, roomy
from voxnym.voices.gan_network import GanNetwork


def count(module):
    return sum(p.numel() for p in module.parameters())


def test_sizes_are_the_published_ones():
    # By hand: linear, its norm, three blocks with norms, image, last.
    blocks = [2 * 2320 + 2 * 32, 1160 + 584 + 128 + 2 * 16, 2 * 584 + 2 * 16]
    assert count(Generator(GanSizes(128))) == 4352 + 512 + sum(blocks) + 219 + 24704
    blocks = [2 * 584, 584 + 1168 + 128, 2 * 2320]
    assert count(Critic(GanSizes(128))) == 24768 + 224 + sum(blocks) + 257
    generator = Generator(GanSizes(128))
    assert generator.first.weight.shape == (256, 16)
    assert generator.last.weight.shape == (128, 192)
    critic = Critic(GanSizes(128))
    assert critic.first.weight.shape == (192, 128)
    assert critic.last.weight.shape == (1, 256)


@pytest.mark.parametrize("dims", [128, 192, 256])
def test_shapes(dims):
    for sizes in (GanSizes(dims), roomy(dims)):
        voices = Generator(sizes)(torch.randn(5, sizes.latent))
        assert voices.shape == (5, dims)
        assert Critic(sizes)(voices).shape == (5,)


def test_a_block_is_its_shortcut_plus_a_tenth_of_its_branch():
    block = ResidualBlock(3, 3, normed=False)
    image = torch.randn(2, 3, 4, 4)
    with torch.no_grad():
        inner = torch.nn.functional.leaky_relu(block.enter(image), 0.2)
        told = torch.nn.functional.leaky_relu(image + 0.1 * block.leave(inner), 0.2)
        assert torch.allclose(block(image), told)
        for layer in (block.enter, block.leave):
            torch.nn.init.zeros_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
        assert torch.allclose(block(image), torch.nn.functional.leaky_relu(image, 0.2))


@pytest.mark.parametrize("sizes", [GanSizes(20), GanSizes(12, 5, 4, 6, 2), roomy(256)])
def test_the_plain_network_says_the_same_within_1e_5(sizes):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        generator = Generator(sizes)
        # Running means and variances that are not those of the start, weights of norms that are
        # not 1.
        for module in generator.modules():
            if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(module.weight, 0.5, 2.0)
                torch.nn.init.uniform_(module.bias, -1.0, 1.0)
        for _ in range(5):
            generator(torch.randn(32, sizes.latent) * 2 + 1)
        latent = torch.randn(9, sizes.latent)
    generator.eval()
    with torch.no_grad():
        told = generator(latent).numpy()
    plain = GanNetwork({k: v.double().numpy() for k, v in plain_arrays(generator).items()})
    assert (plain.latent, plain.dims) == (sizes.latent, sizes.dims)
    assert np.abs(plain(latent.double().numpy()) - told).max() < 1e-5 * max(1, np.abs(told).max())
    back = GanNetwork.of_arrays(plain.arrays())
    assert np.array_equal(back(latent.double().numpy()), plain(latent.double().numpy()))


def test_files_of_other_shapes_are_refused():
    plain = GanNetwork({k: v.numpy() for k, v in plain_arrays(Generator(GanSizes(6))).items()})
    arrays = plain.arrays()
    with pytest.raises(InputError, match=r"network\.1\.enter\.weight of shape"):
        GanNetwork.of_arrays(arrays | {"network.1.enter.weight": np.zeros((2, 2, 3, 3))})
    with pytest.raises(InputError, match="do not fit"):
        GanNetwork.of_arrays(arrays | {"network.last.bias": np.zeros(7)})
    with pytest.raises(InputError, match="missing"):
        GanNetwork.of_arrays({k: v for k, v in arrays.items() if "shortcut" not in k})


@pytest.mark.parametrize("name", ["dims", "latent", "wide", "narrow", "planes"])
def test_sizes_below_one_are_refused(name):
    with pytest.raises(InputError, match=f"{name}=0"):
        GanSizes(**({"dims": 4} | {name: 0}))
