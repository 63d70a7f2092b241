import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from toy_pools import gaussian

from voxnym.errors import InputError
from voxnym.voices.pool_read import read_pool

POOL = gaussian(6)


def npz(path, **changed):
    parts = {
        "vectors": POOL.vectors,
        "speakers": np.array(POOL.speakers),
        "genders": np.array(POOL.genders),
        "embedder": "toy",
    } | changed
    np.savez(path, **{name: value for name, value in parts.items() if value is not None})
    return path


def test_npz(tmp_path):
    found = read_pool(npz(tmp_path / "a.npz"))
    assert found.digest == POOL.digest
    assert read_pool(tmp_path / "a.npz", "toy").embedder == "toy"


def test_safetensors(tmp_path):
    header = {
        "speakers": json.dumps(POOL.speakers),
        "genders": json.dumps(POOL.genders),
        "embedder": json.dumps("toy"),
    }
    save_file({"vectors": POOL.vectors}, tmp_path / "a.safetensors", header)
    assert read_pool(tmp_path / "a.safetensors").digest == POOL.digest


def test_nothing_but_vectors(tmp_path):
    path = npz(tmp_path / "a.npz", speakers=None, genders=None, embedder=None)
    found = read_pool(path, "toy")
    assert found.people == 6
    assert set(found.genders) == {"unknown"}
    with pytest.raises(InputError, match="which embedder"):
        read_pool(path)


def test_another_embedder(tmp_path):
    with pytest.raises(InputError, match="'toy'; expected 'other'"):
        read_pool(npz(tmp_path / "a.npz"), "other")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"vectors": None}, "vectors"),
        ({"vectors": np.zeros(3)}, "shape"),
        ({"vectors": np.zeros((6, 2), int)}, "floats"),
        ({"vectors": np.full((6, 2), np.nan)}, "NaN"),
        ({"speakers": np.array(["a"])}, "speakers do not fit 6"),
        ({"speakers": np.array("anna")}, "speakers do not fit 6"),
        ({"genders": np.array(["f"] * 5 + ["x"])}, "'x'"),
        ({"speakers": np.array([object()] * 6)}, "npz"),
    ],
)
def test_refused(tmp_path, changed, told):
    with pytest.raises(InputError, match=told):
        read_pool(npz(tmp_path / "a.npz", **changed))


@pytest.mark.parametrize("name", ["a.npz", "a.safetensors"])
def test_no_such_file_and_no_such_thing(tmp_path, name):
    with pytest.raises(InputError, match=name):
        read_pool(tmp_path / name)
    (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(InputError, match=name):
        read_pool(tmp_path / name)


def test_another_ending(tmp_path):
    with pytest.raises(InputError, match=r"\.npz or \.safetensors"):
        read_pool(tmp_path / "a.pt")
