import json

import numpy as np
from typer.testing import CliRunner

from voxnym.cli.train import train_app
from voxnym.errors import InputError


def test_a_curve_from_vectors(tmp_path):
    rows = np.random.default_rng(0).standard_normal((60, 3))
    np.savez(tmp_path / "v.npz", vectors=rows)
    out = tmp_path / "curve.json"
    words = [str(tmp_path / "v.npz"), "--out", str(out), "--bits", "2", "--seed", "4"]
    found = CliRunner().invoke(
        train_app, ["quantizer", *words, "--updates", "30", "--embedder", "toy"]
    )
    assert found.exit_code == 0, found.output
    assert found.stdout == f"{out}\n"
    card = json.loads(out.read_text(encoding="utf-8"))
    assert (card["kind"], card["embedder"]) == ("porcupine", "toy")
    facts = card["facts"]
    assert (facts["bits"], facts["seed"], facts["schedule"]["updates"]) == (2, 4, 30)


def test_what_is_wrong_is_said(tmp_path):
    words = [str(tmp_path / "v.npz"), "--out", str(tmp_path / "x.json")]
    found = CliRunner().invoke(train_app, ["quantizer", *words])
    assert isinstance(found.exception, InputError)
    assert "v.npz" in str(found.exception)
