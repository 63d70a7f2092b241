import sys

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.training.quantizer_command import KINDS, QuantizerOrder, train_quantizer
from voxnym.voices.files import read_model
from voxnym.voices.porcupine import CurveVoices

# Lightning calls what other packages mean to drop, and has advice on loaders and loggers.
QUIET = [
    pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*number of training batches"),
]
NETWORKS = [kind for kind in KINDS if kind != "curve"]


@pytest.fixture
def vectors(tmp_path):
    rows = 7 + 3 * np.random.default_rng(0).standard_normal((90, 3))
    path = tmp_path / "vectors.npz"
    speakers = np.array([f"p{i}" for i in range(90)])
    genders = np.array(["f", "m"] * 45)
    np.savez(path, vectors=rows, speakers=speakers, genders=genders, embedder="toy")
    return path


def test_a_curve_without_pytorch(vectors, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "lightning", None)
    order = QuantizerOrder(vectors, tmp_path / "c.json", bits=2, seed=3, updates=40)
    found = read_model(train_quantizer(order), "toy")
    assert isinstance(found, CurveVoices)
    assert found.bits == 2
    assert found.facts()["seed"] == 3
    assert found.facts()["schedule"]["updates"] == 40


def test_curves_of_each_gender(vectors, tmp_path):
    order = QuantizerOrder(
        vectors, tmp_path / "c.json", bits=2, updates=40, sharing="separate", norm="kept"
    )
    found = read_model(train_quantizer(order))
    assert found.genders == {"f", "m"}
    assert found.facts()["norm"] == "kept"


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=QUIET) for kind in NETWORKS])
def test_codewords_for_networks(vectors, tmp_path, kind):
    pytest.importorskip("lightning", reason="training needs Lightning (extra train)")
    from voxnym.training.keeping import kept

    out = tmp_path / f"{kind}.safetensors"
    order = QuantizerOrder(vectors, out, kind=kind, bits=3, updates=60)
    assert train_quantizer(order) == out
    tensors, about = kept(out)
    codewords = tensors["codewords"].numpy()
    assert codewords.shape == (8, 3)
    assert about["kind"] == kind
    assert (about["embedder"], about["bits"]) == ("toy", "3")
    # In the space of the vectors, not in that of the training.
    rows = np.load(vectors)["vectors"]
    nearest = np.linalg.norm(rows[:, None] - codewords, axis=2).min(axis=1)
    assert np.mean(nearest**2) < 0.7 * np.mean(np.sum((rows - rows.mean(axis=0)) ** 2, axis=1))


def test_a_missing_extra_names_the_line_that_installs_it(vectors, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning", None)
    order = QuantizerOrder(vectors, tmp_path / "x.safetensors", kind="plain")
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[train\]"'):
        train_quantizer(order)


def test_more_codewords_than_vectors(vectors, tmp_path):
    pytest.importorskip("lightning", reason="training needs Lightning (extra train)")
    order = QuantizerOrder(vectors, tmp_path / "x.safetensors", kind="plain", bits=7)
    with pytest.raises(InputError, match="7 bits for 90 vectors"):
        train_quantizer(order)


def test_refused_orders(tmp_path):
    with pytest.raises(InputError, match=r"ends in \.json"):
        QuantizerOrder(tmp_path / "v.npz", tmp_path / "x.safetensors")
    with pytest.raises(InputError, match=r"ends in \.safetensors"):
        QuantizerOrder(tmp_path / "v.npz", tmp_path / "x.json", kind="ema")
    with pytest.raises(InputError, match="curve, spacefill"):
        QuantizerOrder(tmp_path / "v.npz", tmp_path / "x.json", kind="tree")
