import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.ecapa import SMALL, Ecapa, EcapaConfig

TINY = EcapaConfig(bands=20, channels=16, scale=4, squeeze=8, attention=8, dims=6)


def weights_by_rule(network):
    """The same weights on every machine and with every version of the library."""
    with torch.no_grad():
        for number, (name, value) in enumerate(network.state_dict().items()):
            if value.is_floating_point():
                count = torch.arange(value.numel(), dtype=torch.float64)
                wave = torch.sin(0.37 * count + number).reshape(value.shape)
                value.copy_(1 + 0.5 * wave if "running_var" in name else wave / 2)
    return network.eval()


def features(batch=2, frames=30, bands=20):
    count = torch.arange(batch * frames * bands, dtype=torch.float64)
    return torch.sin(0.11 * count).reshape(batch, frames, bands).float()


def size(config):
    return sum(value.numel() for value in Ecapa(config).parameters())


def test_published_implementation():
    # SpeechBrain 1.1.2, ECAPA_TDNN of these sizes with the weights of `weights_by_rule`.
    expected = [
        [-3.839855, -5.175837, 11.198445, -6.431938, -3.067503, 10.199619],
        [-3.857410, -5.135866, 11.170312, -6.439755, -3.030435, 10.165069],
    ]
    with torch.no_grad():
        found = weights_by_rule(Ecapa(TINY))(features())
    assert found.numpy() == pytest.approx(torch.tensor(expected).numpy(), abs=1e-4)


def test_the_challenge_size_has_6_19_million_parameters():
    assert size(EcapaConfig()) == 6_194_048


def test_the_small_size_stays_under_a_million():
    assert size(SMALL) == 566_512


def test_any_size_can_be_built():
    config = EcapaConfig(
        bands=40, channels=12, kernels=(3, 3, 5, 3, 3), dilations=(2, 1, 2, 1, 1), scale=3, dims=7
    )
    assert Ecapa(config)(features(3, 20, 40)).shape == (3, 7)


def test_batch_mates_do_not_matter_when_it_is_trained():
    network = weights_by_rule(Ecapa(TINY))
    with torch.no_grad():
        whole = network(features(5))
        alone = torch.cat([network(each[None]) for each in features(5)])
    assert torch.allclose(whole, alone, atol=1e-4)


def test_every_weight_learns():
    torch.manual_seed(0)
    network = Ecapa(TINY).train()
    network(features(4)).square().sum().backward()
    still = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    # The same offset for all frames cancels in the softmax over time.
    assert [name for name in still if "pooling.weigh.bias" not in name] == []


def test_shortest_input_is_that_which_can_be_mirrored():
    network = weights_by_rule(Ecapa(TINY))
    assert TINY.least_frames == 5
    assert network(features(1, 5)).isfinite().all()
    with pytest.raises(InputError, match="5 frames"):
        network(features(1, 4))


@pytest.mark.parametrize("shape", [(30, 20), (1, 30, 19)])
def test_wrong_features_are_refused(shape):
    with pytest.raises(InputError):
        Ecapa(TINY)(torch.zeros(shape))


def test_constant_features_are_finite_and_so_are_their_gradients():
    network = weights_by_rule(Ecapa(TINY))
    still = torch.zeros(1, 10, 20, requires_grad=True)
    vector = network(still)
    vector.sum().backward()
    assert vector.isfinite().all()
    assert still.grad.isfinite().all()


def test_lists_of_configuration_files_become_tuples():
    config = EcapaConfig(kernels=[5, 3, 3, 3, 1], dilations=[1, 2, 3, 4, 1])
    assert config == EcapaConfig()


@pytest.mark.parametrize(
    "wrong",
    [{"channels": 0}, {"channels": 100}, {"dims": 0}, {"bands": -1}, {"scale": 1},
     {"kernels": (5, 3, 3, 3)}, {"kernels": (4, 3, 3, 3, 1)}, {"dilations": (0, 2, 3, 4, 1)}],
)  # fmt: skip
def test_wrong_sizes_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        EcapaConfig(**wrong)
