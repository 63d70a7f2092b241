from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_people import BANDS, SmallNetwork

from voxnym.training.parts import BATCH, embed_mels, starts


@given(st.integers(160, 3000))
def test_parts_cover_nearly_everything_and_stay_inside(frames):
    places = starts(frames)
    assert places[0] == 0
    assert all(b > a for a, b in pairwise(places))
    assert all(place + 160 <= frames for place in places)
    # What is left over at the end is less than a part that would count.
    assert frames - (places[-1] + 160) < 77


def mels(*lengths):
    rng = np.random.default_rng(1)
    return [rng.random((length, BANDS), np.float32) for length in lengths]


def test_an_utterance_has_the_same_vector_alone_and_among_others():
    network = SmallNetwork()
    some = mels(30, 160, 500, 161, *[160 + i for i in range(BATCH)])
    together = embed_mels(network, some, is_half=False)
    alone = np.concatenate([embed_mels(network, [mel], is_half=False) for mel in some])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_a_vector_is_the_unit_mean_of_its_parts():
    network = SmallNetwork()
    mel = mels(314)[0]
    pieces = torch.from_numpy(np.stack([mel[a : a + 160] for a in (0, 77, 154)]))
    with torch.no_grad():
        mean = network(pieces).mean(dim=0).numpy()
    found = embed_mels(network, [mel], is_half=False)[0]
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize("is_training", [True, False])
def test_the_network_is_left_as_it_was(is_training):
    network = SmallNetwork().train(is_training)
    embed_mels(network, mels(160))
    assert network.training is is_training
