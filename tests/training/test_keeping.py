import json
import pickletools

import pytest
import torch

from voxnym.errors import InputError
from voxnym.training.keeping import keep, kept, restore, state_of


def trained(seed=0, steps=3):
    torch.manual_seed(seed)
    network = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.1)
    for step in range(steps):
        one_step(network, optimizer, step)
    return network, optimizer


def one_step(network, optimizer, step):
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(step))
    optimizer.zero_grad()
    network(x).square().sum().backward()
    optimizer.step()


def test_a_restored_training_goes_on_as_if_never_stopped(tmp_path):
    network, optimizer = trained()
    keep(tmp_path / "deep" / "state", state_of(network, optimizer), {"step": "3"})
    one_step(network, optimizer, 3)
    tensors, about = kept(tmp_path / "deep" / "state")
    other, memory = trained(seed=9, steps=0)
    restore(other, memory, tensors)
    one_step(other, memory, int(about["step"]))
    for a, b in zip(network.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_nothing_in_the_file_can_run(tmp_path):
    keep(tmp_path / "state", state_of(*trained()), {})
    data = (tmp_path / "state").read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    assert max(ends) == len(data) - 8 - size
    with pytest.raises(ValueError, match=r"\w"):
        list(pickletools.genops(data))
    assert [file.name for file in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04K\x01."])
def test_broken_files_count_as_nothing(tmp_path, content):
    assert kept(tmp_path / "absent") is None
    (tmp_path / "state").write_bytes(content)
    assert kept(tmp_path / "state") is None


def test_half_a_file_counts_as_nothing(tmp_path):
    keep(tmp_path / "state", state_of(*trained()), {})
    data = (tmp_path / "state").read_bytes()
    (tmp_path / "state").write_bytes(data[: len(data) // 2])
    assert kept(tmp_path / "state") is None


def test_another_size_is_refused():
    state = state_of(*trained())
    other = torch.nn.Linear(4, 2)
    with pytest.raises(InputError, match="does not fit"):
        restore(other, torch.optim.Adam(other.parameters()), state)
