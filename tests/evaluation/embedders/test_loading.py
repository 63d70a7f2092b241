import importlib.util
import sys

import pytest
import torch

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.embedders import load_embedder
from voxnym.evaluation.embedders.ecapa import EcapaVoice
from voxnym.evaluation.embedders.mfcc import MelCepstra
from voxnym.nn.cards import write_card
from voxnym.nn.ecapa import Ecapa, EcapaConfig

TINY = EcapaConfig(bands=20, channels=16, scale=4, squeeze=8, attention=8, dims=6)


def test_cepstra():
    assert isinstance(load_embedder("mfcc"), MelCepstra)


@pytest.mark.skipif(
    importlib.util.find_spec("resemblyzer") is None,
    reason="the weights come with resemblyzer: pip install --no-deps resemblyzer",
)
def test_dvector():
    assert load_embedder("dvector").dims == 256


def test_weights_by_either_file_and_as_text_or_path(tmp_path):
    torch.manual_seed(0)
    write_card(tmp_path / "voice.json", Ecapa(TINY))
    names = [tmp_path / "voice.json", str(tmp_path / "voice.safetensors")]
    found = [load_embedder(name) for name in names]
    assert all(isinstance(each, EcapaVoice) for each in found)
    assert found[0].id == found[1].id


def test_hub_names_need_their_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[hf\]"'):
        load_embedder("hf:some/model")


@pytest.mark.parametrize(
    ("name", "near"), [("dvectr", "dvector"), ("MFCC", "mfcc"), ("d-vector", "dvector")]
)
def test_nearest_name_is_told(name, near):
    with pytest.raises(InputError, match=f"did you mean '{near}'"):
        load_embedder(name)


def test_nothing_near_is_told_without_a_guess():
    with pytest.raises(InputError, match="expected dvector, mfcc") as caught:
        load_embedder("0123456789")
    assert "did you mean" not in str(caught.value)
