from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "voices"))

from toy_pools import gaussian

from voxnym.errors import InputError
from voxnym.nn.gan_voices import GanSizes
from voxnym.training.gan_steps import PUBLISHED, GanFitting, Rivals, learn
from voxnym.training.gan_voices import learn_voices
from voxnym.voices.files import read_model, write_model
from voxnym.voices.gan import STOCKED, GanDrawing
from voxnym.voices.model import Wish
from voxnym.voices.pool import Pool

SIZES = GanSizes(6, latent=8, wide=4, narrow=4, planes=1)
QUICK = GanFitting(3, batch=16)
ANY = GanDrawing(distance=None, tries=8)


def latent(count):
    return np.random.default_rng(9).standard_normal((count, SIZES.latent))


def test_published_settings():
    assert (
        GanFitting(2000, 128, 1e-5, 1.0, 1.0, "mean", False, False, 0.2, False, 0.0, 0) == PUBLISHED
    )
    assert (STOCKED.distance, STOCKED.tries, STOCKED.stock) == (0.3, 20, 5000)


@pytest.mark.parametrize("fitting", [QUICK, dataclasses.replace(PUBLISHED, epochs=2, batch=16)])
def test_equal_seeds_give_equal_networks_and_others_others(fitting):
    pool = gaussian(40, 6, each=2)
    one, same, other = (
        learn_voices(pool, dataclasses.replace(fitting, seed=seed), SIZES).model.voices(latent(4))
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)


@pytest.mark.parametrize("memory", [0.9, 0.0])
def test_a_killed_training_goes_on_as_if_nothing_had_been(tmp_path, monkeypatch, memory):
    pool, fitting = gaussian(40, 6), dataclasses.replace(QUICK, epochs=4, memory=memory)
    whole = learn_voices(pool, fitting, SIZES)
    monkeypatch.setattr("voxnym.training.gan_voices._KEPT_EVERY", 1)
    steps = []

    def killed(*parts):
        steps.append(1)
        if len(steps) == 6:
            raise KeyboardInterrupt
        return learn(*parts)

    monkeypatch.setattr("voxnym.training.gan_voices.learn", killed)
    with pytest.raises(KeyboardInterrupt):
        learn_voices(pool, fitting, SIZES, folder=tmp_path)
    resumed = learn_voices(pool, fitting, SIZES, folder=tmp_path)
    # Two steps an epoch: the second epoch was whole, the third has to be done again.
    assert len(steps) == 6 + 2 * 2
    assert np.array_equal(resumed.model.voices(latent(4)), whole.model.voices(latent(4)))
    assert resumed.cost == whole.cost
    with pytest.raises(InputError, match="another way to train"):
        learn_voices(pool, dataclasses.replace(fitting, seed=7), SIZES, folder=tmp_path)


def test_it_learns_that_voices_lie_in_two_places():
    rng = np.random.default_rng(0)
    vectors = 0.3 * rng.standard_normal((128, 3)) + [0, 0, 2]
    vectors[:, 0] += rng.choice([-3.0, 3.0], 128)
    vectors[:, 2] = 2.0
    pool = Pool(vectors, tuple(map(str, range(128))), ("unknown",) * 128, "toy")
    sizes = dataclasses.replace(SIZES, dims=3)
    fitting = GanFitting(1, batch=64, rate=3e-3, held_out=0.0, match=False, memory=0.9)
    before, after = (
        learn_voices(pool, dataclasses.replace(fitting, epochs=epochs), sizes).model.voices(
            latent(400)
        )
        for epochs in (1, 50)
    )
    between = [np.mean(np.abs(made[:, 0]) < 1.5) for made in (before, after)]
    assert between[0] > 0.3
    assert between[1] < 0.6 * between[0]
    # What is the same for everybody is the same for nobody, too.
    assert np.all(after[:, 2] == 2.0)


def test_matching_gives_the_pools_mean_and_deviation():
    pool = gaussian(60, 6)
    model = learn_voices(pool, dataclasses.replace(QUICK, held_out=0.0), SIZES).model
    made = model.voices(latent(4000))
    assert made.mean(axis=0) == pytest.approx(pool.vectors.mean(axis=0), abs=0.2)
    assert made.std(axis=0) == pytest.approx(pool.vectors.std(axis=0), rel=0.1)


def test_the_critic_learns_the_potentials():
    torch.manual_seed(0)
    fitting = GanFitting(1, batch=32, rate=3e-3)
    rivals = Rivals.fresh(SIZES, fitting)
    real = torch.randn(32, 6) + 2
    frozen = dataclasses.replace(rivals, optimizers=(_Still(), rivals.optimizers[1]))
    rng = np.random.default_rng(0)
    costs = [learn(frozen, real, fitting, rng) for _ in range(100)]
    made = rivals.generator(torch.randn(200, 8)).detach()
    rivals.critic.eval()
    with torch.no_grad():
        gap = float(rivals.critic(real).mean() - rivals.critic(made).mean())
    assert gap == pytest.approx(np.mean(costs[-20:]), rel=0.25)


class _Still:
    """An optimiser that leaves everything as it is."""

    def zero_grad(self):
        pass

    def step(self):
        pass


def test_the_average_of_weights_is_what_is_used():
    pool = gaussian(40, 6)
    slow = learn_voices(pool, dataclasses.replace(QUICK, memory=0.999, match=False), SIZES)
    fast = learn_voices(pool, dataclasses.replace(QUICK, memory=0.0, match=False), SIZES)
    start = learn_voices(
        pool, dataclasses.replace(QUICK, memory=0.0, match=False, rate=1e-12), SIZES
    )
    weights = [m.model.network.weights["last.bias"] for m in (start, slow, fast)]
    assert np.abs(weights[1] - weights[0]).max() < 0.02 * np.abs(weights[2] - weights[0]).max()


def test_each_person_counts_once_however_many_vectors_they_have():
    pool = gaussian(32, 6)
    rows = [0] * 500 + list(range(32))
    many = Pool(
        pool.vectors[rows],
        tuple(pool.speakers[i] for i in rows),
        tuple(pool.genders[i] for i in rows),
        "toy",
    )
    whole = dataclasses.replace(QUICK, held_out=0.0)
    assert learn_voices(many, whole, SIZES).steps == learn_voices(pool, whole, SIZES).steps == 6
    every = dataclasses.replace(whole, by_person=False)
    assert learn_voices(many, every, SIZES).steps == 3 * (532 // 16)


def test_a_trained_model_draws_and_round_trips(tmp_path):
    pool = gaussian(80, 6)
    model = learn_voices(pool, QUICK, SIZES, ANY).model
    back = read_model(write_model(tmp_path / "gan.json", model), "toy")
    for gender in ("f", "m", "unknown"):
        one, same = (
            each.draw(np.random.default_rng(3), Wish(gender)).vector for each in (model, back)
        )
        assert np.array_equal(one, same)
    assert back.facts()["about"]["pool"] == pool.digest


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"epochs": 0}, "epochs"),
        ({"batch": 1}, "batch"),
        ({"rate": 0.0}, "rate"),
        ({"penalty": -1.0}, "penalty"),
        ({"held_out": 1.0}, "held_out"),
        ({"memory": 1.0}, "memory"),
    ],
)
def test_wrong_settings_are_refused(wrong, words):
    with pytest.raises(InputError, match=words):
        GanFitting(**({"epochs": 1} | wrong))


def test_pools_that_are_too_small_or_of_other_vectors_are_refused():
    with pytest.raises(InputError, match="36 people to learn from"):
        learn_voices(gaussian(40, 6), GanFitting(1, batch=64), SIZES)
    with pytest.raises(InputError, match="have 5"):
        learn_voices(gaussian(40, 5), QUICK, SIZES)
