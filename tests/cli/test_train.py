import sys

import pytest
from typer.testing import CliRunner

from voxnym.cli.train import train_app
from voxnym.errors import MissingExtraError


def test_arguments_are_passed_through(monkeypatch):
    pytest.importorskip("lightning", reason="training from scratch needs Lightning (extra train)")
    from voxnym.training import command

    seen = []

    def fake(arguments):
        seen.extend(arguments)
        return "out/attacker.json"

    monkeypatch.setattr(command, "train_attacker", fake)
    words = ["-c", "attacker-2024.yaml", "--data.path", "x", "--out=y", "--help"]
    found = CliRunner().invoke(train_app, ["attacker", *words])
    assert seen == words
    assert found.stdout == "out/attacker.json\n"


def test_a_missing_extra_names_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning", None)
    found = CliRunner().invoke(train_app, ["attacker", "--out", "x"])
    assert isinstance(found.exception, MissingExtraError)
    assert 'pip install "voxnym[train]"' in str(found.exception)
