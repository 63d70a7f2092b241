import json

import pytest

pytest.importorskip("lightning", reason="training from scratch needs Lightning (extra train)")
pytest.importorskip("jsonargparse", reason="the command needs jsonargparse (extra train)")

import torch
from toy_voices import TINY, folder_of_voices

from voxnym.errors import InputError
from voxnym.nn.cards import read_card
from voxnym.training.command import CONFIGS, train_attacker, with_our_configs
from voxnym.training.keeping import kept

# What Lightning thinks of PyTorch's trees, loaders without workers and short epochs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
    pytest.mark.filterwarnings("ignore::lightning.pytorch.utilities.warnings.PossibleUserWarning"),
    pytest.mark.filterwarnings("ignore:Checkpoint directory:UserWarning"),
]


def arguments(voices, out, epochs=1, *more):
    return [
        f"--data.path={voices}",
        "--data.seconds=0.5",
        "--data.batch=8",
        f"--out={out}",
        f"--trainer.max_epochs={epochs}",
        "--trainer.accelerator=cpu",
        "--trainer.logger=false",
        "--trainer.enable_progress_bar=false",
        "--model.half_cycle=20",
        *(f"--model.network.{name}={value}" for name, value in TINY.items()),
        *more,
    ]


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    return folder_of_voices(tmp_path_factory.mktemp("voices"))


def weights(card):
    return torch.cat([each.ravel() for each in read_card(card)[0].state_dict().values()])


def test_one_epoch_leaves_a_network_with_a_card(voices, tmp_path):
    card = train_attacker(arguments(voices, tmp_path / "out"))
    network, told = read_card(card)
    assert network.config.channels == TINY["channels"]
    assert told.about["people"] == "3"
    assert told.about["epochs"] == "1"
    assert int(told.about["steps"]) > 0
    assert {file.name for file in card.parent.iterdir()} == {
        "attacker.json",
        "attacker.safetensors",
        "last.ckpt",
    }


def test_checkpoints_hold_no_pickle(voices, tmp_path):
    train_attacker(arguments(voices, tmp_path / "out"))
    data = (tmp_path / "out" / "last.ckpt").read_bytes()
    size = int.from_bytes(data[:8], "little")
    assert "__metadata__" in json.loads(data[8 : 8 + size])
    assert kept(tmp_path / "out" / "last.ckpt") is not None


def test_going_on_after_an_epoch_equals_never_stopping(voices, tmp_path):
    whole = train_attacker(arguments(voices, tmp_path / "whole", 2))
    train_attacker(arguments(voices, tmp_path / "parts", 1))
    resumed = train_attacker(arguments(voices, tmp_path / "parts", 2, "--resume=true"))
    assert read_card(resumed)[1].about == read_card(whole)[1].about
    assert torch.equal(weights(whole), weights(resumed))


def test_a_training_is_not_overwritten_unasked(voices, tmp_path):
    train_attacker(arguments(voices, tmp_path / "out"))
    with pytest.raises(InputError, match="resume"):
        train_attacker(arguments(voices, tmp_path / "out"))


def test_going_on_from_a_card_with_other_people(voices, tmp_path):
    first = train_attacker(arguments(voices, tmp_path / "first"))
    others = folder_of_voices(tmp_path / "others", people=4, utterances=3)
    still = ["--model.base_rate=0", "--model.peak_rate=0", f"--model.start={first}"]
    second = train_attacker(arguments(others, tmp_path / "second", 1, *still))
    before, after = read_card(first)[0], read_card(second)[0]
    # Nothing was learned at a rate of 0, so the weights are those it started from.
    for a, b in zip(before.parameters(), after.parameters(), strict=True):
        assert torch.equal(a, b)
    assert read_card(second)[1].about["people"] == "4"


def test_a_card_of_other_sizes_is_refused(voices, tmp_path):
    first = train_attacker(arguments(voices, tmp_path / "first"))
    wider = ["--model.network.channels=20", f"--model.start={first}"]
    with pytest.raises(InputError, match="other sizes"):
        train_attacker(arguments(voices, tmp_path / "second", 1, *wider))


@pytest.mark.parametrize("name", ["attacker-2024.yaml", "attacker-2024", "attacker-small.yaml"])
def test_our_configurations_are_found_by_name(name):
    full = str(CONFIGS / f"{name.removesuffix('.yaml')}.yaml")
    assert with_our_configs(["-c", name, "--out", "x"]) == ["-c", full, "--out", "x"]
    assert with_our_configs([f"--config={name}"]) == [f"--config={full}"]


def test_a_file_of_the_users_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "attacker-2024.yaml").write_text("", encoding="utf-8")
    assert with_our_configs(["-c", "attacker-2024.yaml"]) == ["-c", "attacker-2024.yaml"]


def test_an_unknown_configuration_names_ours():
    with pytest.raises(InputError, match=r"attacker-2024\.yaml, attacker-small\.yaml"):
        with_our_configs(["-c", "attacker-2025.yaml"])


@pytest.mark.parametrize("name", ["attacker-2024", "attacker-small"])
def test_our_configurations_build_what_they_say(voices, tmp_path, name):
    fast = ["--trainer.fast_dev_run=true", "--data.batch=2", "--data.seconds=0.5"]
    fast += ["--data.workers=0", "--trainer.logger=false", "--trainer.accelerator=cpu"]
    fast += ["--trainer.enable_progress_bar=false"]
    card = train_attacker(["-c", name, f"--data.path={voices}", f"--out={tmp_path / 'out'}", *fast])
    network = read_card(card)[0]
    count = sum(each.numel() for each in network.parameters())
    assert count / 1e6 == pytest.approx(
        {"attacker-2024": 6.19, "attacker-small": 0.57}[name], rel=0.01
    )


def test_no_speech_is_said_before_anything_starts(tmp_path):
    with pytest.raises(InputError, match=r"data\.path"):
        train_attacker([f"--out={tmp_path}"])
