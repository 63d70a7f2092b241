import json
import re
import stat
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "evaluation" / "listening"))
from toy_folders import toy_folders
from typer.testing import CliRunner

from voxnym.cli.listening_test import listening_app
from voxnym.errors import InputError, OutputError
from voxnym.evaluation.listening.answers import HEADER
from voxnym.evaluation.listening.key_file import read_key


@pytest.fixture
def run():
    def call(*arguments):
        return CliRunner().invoke(listening_app, [str(each) for each in arguments])

    return call


@pytest.fixture
def options(tmp_path):
    folders = toy_folders(tmp_path / "in", each=3, systems=("alpha", "beta"))
    return [
        "make", "--original", folders["original"], "--system", f"alpha={folders['alpha']}",
        "--system", f"beta={folders['beta']}", "--out", tmp_path / "page.html",
        "--per-system", 1, "--seed", 5,
    ]  # fmt: skip


def answers_of(key, listener):
    rows = [",".join(HEADER)]
    for place, (code, trial) in enumerate(key.trials.items(), start=1):
        heard = trial.versions[listener % len(trial.versions)]
        given = {
            "words": key.sounds[heard[-1]].text,
            "naturalness": "1" if trial.check else "4",
            "abx": trial.right,
        }[trial.kind]
        rows.append(
            f"{key.test},{listener},{place},{trial.kind},{code},{' '.join(heard)},{given},1.0,3"
        )
    return "\n".join(rows) + "\n"


def test_page_key_answers_and_figures(run, options, tmp_path):
    made = run(*options)
    assert made.exit_code == 0, made.output
    assert "seed 5, 10 trials" in made.stderr
    assert "the page holds no originals" in made.stderr
    page, key_path = tmp_path / "page.html", tmp_path / "page.key.json"
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
    key = read_key(key_path)
    assert key.test in page.read_text()
    assert key.systems == ("alpha", "beta")
    files = []
    for listener in (1, 2):
        files.append(tmp_path / f"{listener}.csv")
        files[-1].write_text(answers_of(key, listener))
    table = run("analyse", *files, "--key", key_path)
    assert table.exit_code == 0, table.output
    assert re.search(r"alpha +4\.00", table.stdout)
    found = json.loads(run("analyse", *files, "--key", key_path, "--json").stdout)
    assert {(f["measure"], f["value"]) for f in found["figures"]} == {
        ("WER", 0.0), ("MOS", 4.0), ("ABX", 100.0),
    }  # fmt: skip


def test_page_goes_by_the_seed(run, options, tmp_path):
    pages = []
    for seed in (5, 5, 6):
        assert run(*options[:-1], seed, "--overwrite").exit_code == 0
        pages.append((tmp_path / "page.html").read_bytes())
    assert pages[0] == pages[1] != pages[2]


def test_originals_only_on_demand(run, options, tmp_path):
    made = run(*options, "--include-originals", "--trials", "naturalness,abx")
    assert "the page holds originals" in made.stderr
    assert "original" in read_key(tmp_path / "page.key.json").systems
    without = [each for each in options if each != "--original"]
    without.pop(1)
    refused = run(*without, "--include-originals", "--overwrite")
    assert isinstance(refused.exception, InputError)
    # Texts lie beside the originals only, so that words cannot be asked without them.
    assert isinstance(run(*without, "--overwrite").exception, InputError)
    assert run(*without, "--trials", "naturalness,abx", "--overwrite").exit_code == 0


def test_nothing_is_replaced_unasked(run, options, tmp_path):
    (tmp_path / "page.key.json").write_text("mine")
    refused = run(*options)
    assert isinstance(refused.exception, OutputError)
    assert not (tmp_path / "page.html").exists()
    assert (tmp_path / "page.key.json").read_text() == "mine"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--system", "alpha=/tmp"], "the name is taken"),
        (["--system", "original=/tmp"], "the name is taken"),
        (["--system", "alpha"], "expected NAME=DIR"),
        (["--trials", "abx,smell"], "'smell': expected some of"),
        (["--trials", ""], "expected some of"),
        (["--consent", "/nowhere/at/all"], "no text could be read"),
        (["--texts", "/nowhere/at/all"], "no such file"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_written(run, options, tmp_path, more, why):
    refused = run(*options, *more)
    assert isinstance(refused.exception, InputError)
    assert why in str(refused.exception)
    assert not list(tmp_path.glob("page*"))


def test_malformed_answers_are_refused_with_their_line(run, options, tmp_path):
    run(*options)
    key_path = tmp_path / "page.key.json"
    text = answers_of(read_key(key_path), 1).replace(",1.0,3", ",soon,3", 1)
    (tmp_path / "bad.csv").write_text(text)
    refused = run("analyse", tmp_path / "bad.csv", "--key", key_path)
    assert isinstance(refused.exception, InputError)
    assert "bad.csv:2: seconds 'soon'" in str(refused.exception)
