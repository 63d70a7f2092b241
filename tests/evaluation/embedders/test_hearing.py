import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.evaluation.embedders.hearing import heard, unit
from voxnym.records import Audio


def test_channels_are_averaged_and_the_rate_is_changed():
    time = np.arange(48_000) / 48_000
    tone = np.sin(2 * np.pi * 440 * time)
    found = heard(Audio(np.stack([tone, 0 * tone]), 48_000))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    assert found.shape == (16_000,)
    assert found[500:-500] == pytest.approx(expected[500:-500], abs=1e-3)


def test_one_channel_at_its_rate_is_left_alone():
    samples = np.random.default_rng(0).normal(0, 0.1, 100).astype(np.float32)
    assert np.array_equal(heard(Audio(samples, 16_000)), samples)


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.zeros(100), np.array([0.1, np.nan]), np.array([np.inf, 0.1])]
)
def test_refused(samples):
    with pytest.raises(InputError):
        heard(Audio(samples, 16_000))


@pytest.mark.parametrize("vector", [np.zeros(3), np.array([1.0, np.nan]), np.array([np.inf])])
def test_no_direction_is_refused(vector):
    with pytest.raises(InputError, match="toy"):
        unit(vector, "toy")
