import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.fbank import Fbank


def chirp():
    n = torch.arange(8000, dtype=torch.float64)
    return (0.3 * torch.sin(2e-5 * n * n) + 0.01 * torch.sin(1.1 * n)).float()[None]


def test_published_implementation():
    # SpeechBrain 1.1.2, Fbank(n_mels=80), its mean over time subtracted; frames 0, 10, 50.
    found = Fbank()(chirp())
    assert found.shape == (1, 51, 80)
    bands = [0, 7, 40, 79]
    expected = [
        [26.089, -5.751, 0.007, 0.175],
        [-2.426, 35.456, -21.218, -17.208],
        [7.843, 5.046, 24.989, 24.21],
    ]
    for frame, values in zip([0, 10, 50], expected, strict=True):
        assert found[0, frame, bands].tolist() == pytest.approx(values, abs=2e-3)


def test_direct_formula():
    samples = np.random.default_rng(1).normal(0, 0.1, 2000)
    samples[:700] = 0
    window = 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(400) / 400)
    hertz = 700 * (10 ** (np.linspace(0, 2595 * math.log10(1 + 8000 / 700), 82) / 2595) - 1)
    rows = []
    padded = np.concatenate([np.zeros(200), samples, np.zeros(200)])
    for start in range(0, 2001, 160):
        power = np.abs(np.fft.fft(padded[start : start + 400] * window)[:201]) ** 2
        row = []
        for low, centre in pairwise(hertz[:-1]):
            width = centre - low
            sides = [max(0.0, 1 - abs(40.0 * b - centre) / width) for b in range(201)]
            row.append(10 * math.log10(max(1e-10, float(np.dot(sides, power)))))
        rows.append(row)
    whole = np.maximum(rows, np.max(rows) - 80)
    whole -= whole.mean(axis=0)
    found = Fbank()(torch.tensor(samples).float()[None])[0].numpy()
    assert found == pytest.approx(whole, abs=2e-3)


def test_batch_mates_do_not_matter():
    loud, soft = chirp(), 1e-3 * chirp().flip(1)
    together = Fbank()(torch.cat([loud, soft]))
    assert torch.allclose(together[1:], Fbank()(soft), atol=1e-4)
    assert torch.allclose(together[:1], Fbank()(loud), atol=1e-4)


def test_mean_is_that_of_each_band_over_time():
    found = Fbank()(chirp())
    assert found.mean(dim=1).abs().max() < 1e-3
    assert found.mean(dim=2).abs().max() > 1


def test_level_does_not_matter_and_silence_is_finite():
    assert torch.allclose(Fbank()(chirp()), Fbank()(0.1 * chirp()), atol=2e-3)
    assert Fbank()(torch.zeros(1, 1600)).abs().max() == 0
    assert Fbank()(torch.full((1, 1600), 0.5)).isfinite().all()


def test_range_is_80_db_and_the_floor_is_reached_below_it():
    samples = torch.cat([torch.zeros(1, 3200), chirp()], dim=1)
    found = Fbank()(samples)[0]
    peak_to_floor = (found - found[0]).max()
    assert 60 < peak_to_floor <= 80.001


def test_half_precision_around_it_changes_nothing():
    with torch.autocast("cpu", torch.bfloat16):
        found = Fbank()(chirp())
    assert found.dtype is torch.float32
    assert torch.equal(found, Fbank()(chirp()))


def test_nothing_is_kept_with_the_weights_of_a_network():
    assert not Fbank().state_dict()


@pytest.mark.parametrize("length", [1, 159, 160, 401])
def test_frames(length):
    assert Fbank()(torch.ones(2, length)).shape == (2, 1 + length // 160, 80)


@pytest.mark.parametrize("shape", [(400,), (1, 0), (1, 1, 400)])
def test_wrong_shapes_are_refused(shape):
    with pytest.raises(InputError):
        Fbank()(torch.zeros(shape))


def test_no_bands_are_refused():
    with pytest.raises(InputError):
        Fbank(0)
