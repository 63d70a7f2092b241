import json

import pytest
import torch

from voxnym.errors import InputError
from voxnym.nn.cards import read_card, write_card
from voxnym.nn.ecapa import Ecapa, EcapaConfig

TINY = EcapaConfig(bands=20, channels=16, scale=4, squeeze=8, attention=8, dims=6)


@pytest.fixture
def card(tmp_path):
    torch.manual_seed(3)
    write_card(tmp_path / "voice.json", Ecapa(TINY), {"trained on": "toys"})
    return tmp_path / "voice.json"


def change(card, **fields):
    found = json.loads(card.read_text())
    found.update(fields)
    card.write_text(json.dumps(found))


def test_there_and_back(tmp_path):
    network = Ecapa(TINY).train()
    network(torch.rand(4, 20, 20))
    written = write_card(tmp_path / "voice.safetensors", network, {"seed": "3"})
    again, card = read_card(tmp_path / "voice.json")
    assert card == written
    assert card.sizes == TINY
    assert card.about == {"seed": "3"}
    assert not again.training
    # Statistics of batch norm count, too.
    for name, value in network.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_either_file_can_be_named(card):
    one, two = read_card(card), read_card(card.with_suffix(".safetensors"))
    assert one[1] == two[1]


def test_same_weights_same_hash(tmp_path):
    network = Ecapa(TINY)
    hashes = {write_card(tmp_path / f"{n}.json", network).sha256 for n in "ab"}
    assert len(hashes) == 1


def test_nothing_else_is_left_in_the_folder(card):
    assert {p.name for p in card.parent.iterdir()} == {"voice.json", "voice.safetensors"}


def test_other_weights_are_refused(card):
    write_card(card.with_name("other.json"), Ecapa(TINY))
    card.with_name("other.safetensors").replace(card.with_suffix(".safetensors"))
    with pytest.raises(InputError, match="not the weights"):
        read_card(card)


def test_one_changed_byte_is_found(card):
    place = card.with_suffix(".safetensors")
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    with pytest.raises(InputError, match="not the weights"):
        read_card(card)


def test_other_sizes_are_refused(card):
    sizes = json.loads(card.read_text())["sizes"]
    change(card, sizes={**sizes, "dims": 7})
    with pytest.raises(InputError, match="do not fit"):
        read_card(card)


@pytest.mark.parametrize(
    "fields",
    [{"format": "other"}, {"sizes": None}, {"sizes": {"dims": 6}}, {"about": "words"},
     {"sizes": "many"}],
)  # fmt: skip
def test_wrong_cards_are_refused(card, fields):
    change(card, **fields)
    with pytest.raises(InputError, match="voice"):
        read_card(card)


@pytest.mark.parametrize(
    ("name", "value"),
    [*(("dims", value) for value in (6.0, "6", None, True, 10**9, [6], -1)),
     ("kernels", 5), ("kernels", [5, 3]), ("dilations", [1, 2, 3, 4, "1"])],
)  # fmt: skip
def test_sizes_that_are_no_sizes_are_refused(card, name, value):
    sizes = json.loads(card.read_text())["sizes"]
    change(card, sizes={**sizes, name: value})
    with pytest.raises(InputError):
        read_card(card)


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff"])
def test_texts_that_are_no_cards_are_refused(card, text):
    card.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="voice"):
        read_card(card)


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_missing_files_are_refused(card, suffix):
    card.with_suffix(suffix).unlink()
    with pytest.raises(InputError, match="cannot be read"):
        read_card(card)


def test_weights_that_are_not_finite_are_neither_written_nor_read(tmp_path, monkeypatch):
    network = Ecapa(TINY)
    torch.nn.init.constant_(network.last.bias, float("nan"))
    with pytest.raises(InputError, match=r"last\.bias is not finite"):
        write_card(tmp_path / "voice.json", network)
    assert not list(tmp_path.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr("voxnym.nn.cards._check_finite", lambda *_: None)
        write_card(tmp_path / "voice.json", network)
    with pytest.raises(InputError, match=r"last\.bias is not finite"):
        read_card(tmp_path / "voice.json")


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.json or \.safetensors"):
        write_card(tmp_path / "voice.pt", Ecapa(TINY))
