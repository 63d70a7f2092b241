from pathlib import Path

import pytest

pytest.importorskip("lightning", reason="training from scratch needs Lightning (extra train)")

import torch

from voxnym.errors import InputError
from voxnym.training.keeping import keep
from voxnym.training.safe_checkpoint import SafeCheckpoint


def test_what_is_written_comes_back(tmp_path):
    state = {
        "epoch": 3,
        "state_dict": {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(True)},
        "optimizer_states": [{"state": {0: {"step": torch.tensor(2.0)}}, "betas": (0.9, 0.99)}],
        "nothing": None,
        "words": ["x", "ü", 1.5, False, {}],
        "empty": torch.zeros(0),
    }
    io = SafeCheckpoint()
    io.save_checkpoint(state, tmp_path / "last.ckpt")
    found = io.load_checkpoint(tmp_path / "last.ckpt")
    assert found.keys() == state.keys()
    assert found["epoch"] == 3
    assert found["words"] == state["words"]
    assert found["nothing"] is None
    assert torch.equal(found["state_dict"]["a.weight"], state["state_dict"]["a.weight"])
    assert found["state_dict"]["b"].dtype == torch.bool
    assert found["optimizer_states"][0]["betas"] == (0.9, 0.99)
    assert found["optimizer_states"][0]["state"][0]["step"] == 2
    assert found["empty"].shape == (0,)


def test_paths_become_words(tmp_path):
    SafeCheckpoint().save_checkpoint({"best": Path("a/b")}, tmp_path / "c")
    assert SafeCheckpoint().load_checkpoint(tmp_path / "c") == {"best": str(Path("a/b"))}


def test_what_could_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"state\.hook is a function"):
        SafeCheckpoint().save_checkpoint({"hook": lambda: None}, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_pickles_and_other_files_are_not_read(tmp_path):
    torch.save({"epoch": 1}, tmp_path / "theirs.ckpt")
    keep(tmp_path / "other", {"a": torch.zeros(1)}, {"format": "x"})
    for name in ("theirs.ckpt", "other", "absent"):
        with pytest.raises(InputError, match="no checkpoint"):
            SafeCheckpoint().load_checkpoint(tmp_path / name)


def test_removing_what_is_not_there_is_no_error(tmp_path):
    SafeCheckpoint().save_checkpoint({}, tmp_path / "c")
    SafeCheckpoint().remove_checkpoint(tmp_path / "c")
    SafeCheckpoint().remove_checkpoint(tmp_path / "c")
    assert not (tmp_path / "c").exists()
