from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_people import SmallNetwork, toy_clips

from voxnym.errors import InputError
from voxnym.training.crops import Crops
from voxnym.training.finetune import Recipe, accuracy_of, class_means, fine_tune
from voxnym.training.keeping import kept

RECIPE = Recipe(
    steps=60,
    rate=0.01,
    warm_steps=5,
    ramp_steps=10,
    crops=Crops(batch=8, frames=20, mask_share=0.2, band_most=1, stretch_most=4),
    is_half=False,
    keep_every=20,
)


def weights(classifier):
    return torch.cat([each.detach().ravel() for each in classifier.parameters()])


def test_loss_falls_and_accuracy_rises():
    clips = toy_clips()
    classifier, trace = fine_tune(SmallNetwork(), clips, RECIPE)
    assert len(trace.losses) == len(trace.accuracies) == 60
    assert np.mean(trace.losses[-10:]) < 0.3 * np.mean(trace.losses[15:25])
    assert np.mean(trace.accuracies[-10:]) > 0.95
    assert accuracy_of(classifier, toy_clips(first=1), is_half=False) > 0.95


def test_permuted_labels_teach_nothing_about_other_clips():
    recipe = replace(RECIPE, steps=100)
    classifier, _ = fine_tune(SmallNetwork(), toy_clips(permuted=True, clips=12), recipe)
    assert accuracy_of(classifier, toy_clips(first=1, clips=40), is_half=False) < 0.6


def test_class_weights_start_where_people_are():
    clips = toy_clips()
    means = torch.nn.functional.normalize(class_means(SmallNetwork(), clips, RECIPE), dim=1)
    _, trace = fine_tune(SmallNetwork(), clips, replace(RECIPE, steps=1))
    assert means.shape == (4, 6)
    assert trace.accuracies[0] > 0.5


def test_same_seed_same_weights_other_seed_others():
    first, _ = fine_tune(SmallNetwork(), toy_clips(), RECIPE)
    again, _ = fine_tune(SmallNetwork(), toy_clips(), RECIPE)
    other, _ = fine_tune(SmallNetwork(), toy_clips(), replace(RECIPE, seed=1))
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(other))


class KilledError(Exception):
    pass


def killed_at(step):
    def watch(what, done, total):
        if done == step:
            raise KilledError

    return watch


@pytest.mark.parametrize("stop", [1, 20, 33, 59])
def test_a_killed_training_ends_as_one_that_was_not(tmp_path, stop):
    whole, _ = fine_tune(SmallNetwork(), toy_clips(), RECIPE)
    place = tmp_path / "state"
    with pytest.raises(KilledError):
        fine_tune(SmallNetwork(), toy_clips(), RECIPE, checkpoint=place, watch=killed_at(stop))
    resumed, trace = fine_tune(SmallNetwork(), toy_clips(), RECIPE, checkpoint=place)
    assert len(trace.losses) == 60 - stop // 20 * 20
    assert torch.equal(weights(whole), weights(resumed))


@pytest.mark.parametrize("change", ["recipe", "clips", "network"])
def test_another_training_does_not_go_on_from_it(tmp_path, change):
    place = tmp_path / "state"
    fine_tune(SmallNetwork(), toy_clips(), RECIPE, checkpoint=place)
    recipe = replace(RECIPE, rate=0.02) if change == "recipe" else RECIPE
    clips = toy_clips(seed=1) if change == "clips" else toy_clips()
    network = SmallNetwork(1) if change == "network" else SmallNetwork()
    _, trace = fine_tune(network, clips, recipe, checkpoint=place)
    assert len(trace.losses) == 60


def test_a_finished_training_is_not_done_again(tmp_path):
    place = tmp_path / "state"
    first, _ = fine_tune(SmallNetwork(), toy_clips(), RECIPE, checkpoint=place)
    assert kept(place)[1]["step"] == "60"
    again, trace = fine_tune(SmallNetwork(), toy_clips(), RECIPE, checkpoint=place)
    assert trace.losses == ()
    assert torch.equal(weights(first), weights(again))


def test_people_without_clips_do_no_harm():
    clips = toy_clips(people=3)
    more = replace(clips, count=5)
    _, trace = fine_tune(SmallNetwork(), more, RECIPE)
    assert np.isfinite(trace.losses).all()


def test_half_precision_learns_too():
    _, trace = fine_tune(SmallNetwork(), toy_clips(), replace(RECIPE, is_half=True))
    assert np.mean(trace.accuracies[-10:]) > 0.9


@pytest.mark.parametrize("name", ["steps", "rate", "keep_every", "scale"])
def test_sizes_must_be_above_nothing(name):
    with pytest.raises(InputError, match=name):
        replace(RECIPE, **{name: 0})
