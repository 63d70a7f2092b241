import json
import subprocess
import sys

import pytest

from voxnym.keys import Key

KEY = Key(bytes(range(32)))
ANNA = KEY.pseudonym("anna")


@pytest.fixture
def run(tmp_path):
    KEY.write(tmp_path / "key")

    def call(*arguments, given="", key="key"):
        command = [sys.executable, "-m", "voxnym", "names", "--key", key, *map(str, arguments)]
        return subprocess.run(
            command, cwd=tmp_path, input=given, capture_output=True, encoding="utf-8", check=False
        )

    return call


def test_pseudonyms_of_names(run):
    done = run("anna", "Zoe\u0308", "in/anna/Talk.WAV")
    assert done.returncode == 0
    zoe = KEY.pseudonym("Zo\u00eb")
    talk = f"{KEY.pseudonym('in')}/{ANNA}/{KEY.pseudonym('Talk')}.wav"
    assert done.stdout.splitlines() == [
        f"anna\t{ANNA}",
        f"Zo\u00eb\t{zoe}",
        f"in/anna/Talk.WAV\t{talk}",
    ]


def test_names_from_a_pipe_stay_out_of_the_shells_history(run):
    assert run("-", given="anna\n\n").stdout == f"anna\t{ANNA}\n"
    assert run("-", given="").returncode == 2


def test_json(run):
    done = run("anna", "--json")
    assert json.loads(done.stdout) == [{"name": "anna", "pseudonym": ANNA}]


def test_finding_a_name(run, tmp_path):
    (tmp_path / "list").write_text("bob\nanna\n")
    done = run("--find", ANNA, "--among", "list")
    assert (done.returncode, done.stdout) == (0, f"{ANNA}\tanna\n")
    path = f"{KEY.pseudonym('bob')}/{ANNA}.wav"
    done = run("--find", path, "--among", "list", "--json")
    assert json.loads(done.stdout) == [
        {"pseudonym": KEY.pseudonym("bob"), "names": ["bob"]},
        {"pseudonym": ANNA, "names": ["anna"]},
    ]


def test_a_name_that_is_not_among_them(run, tmp_path):
    (tmp_path / "in/anna").mkdir(parents=True)
    done = run("--find", ANNA, "AAAAAAAAAA", "--among", "in")
    assert (done.returncode, done.stdout) == (1, f"{ANNA}\tanna\n")
    assert done.stderr == "voxnym: AAAAAAAAAA: none of the names has it under this key\n"


def test_another_key_finds_nothing(run, tmp_path):
    (tmp_path / "list").write_text("anna\n")
    Key(bytes(32)).write(tmp_path / "other")
    assert run("--find", ANNA, "--among", "list", key="other").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--find", ANNA), "cannot be turned back"),
        (("--find", "anna", "--among", "key"), "no pseudonym"),
        (("--find", ANNA, "--among", "missing"), "cannot be read"),
        (("anna", "--among", "key"), "--among without --find"),
        ((), "NAME"),
        (("",), "empty"),
    ],
)
def test_wrong_usage(run, arguments, what):
    done = run(*arguments)
    assert done.returncode == 2
    assert what in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_no_key(run):
    done = run("anna", key="missing")
    assert done.returncode == 2
    assert "no key could be read" in done.stderr


def test_names_cannot_steer_the_terminal(run):
    assert "\x1b" not in run("an\x1b[2Jna").stdout
