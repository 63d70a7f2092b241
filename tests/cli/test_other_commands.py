import json
import stat
import subprocess
import sys
import time

import pytest

import voxnym
from voxnym.cli import main
from voxnym.keys import Key
from voxnym.system import preset_names

HEAVY = (
    "scipy",
    "soundfile",
    "soxr",
    "pyworld",
    "onnxruntime",
    "torch",
    "pydantic",
    "rich.progress",
)


def call(*arguments):
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    return caught.value.code


def test_version(capsys):
    assert call("--version") == 0
    assert capsys.readouterr().out == f"voxnym {voxnym.__version__}\n"


def test_help_names_the_commands(capsys):
    assert call("--help") == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("anonymize", "key", "systems"))


@pytest.mark.parametrize("command", [("anonymize",), ("systems",), ("key", "new")])
def test_each_command_has_help(command, capsys):
    assert call(*command, "--help") == 0
    assert "Usage" in capsys.readouterr().out


def test_an_unknown_command_is_one_line(capsys):
    assert call("anonymise") == 2
    assert capsys.readouterr().err.startswith("voxnym: error: No such command")


def test_help_is_quick_and_light():
    code = (
        "import sys\n"
        "from voxnym.cli import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit([name for name in {HEAVY!r} if name in sys.modules] or 0)"
    )
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 0, done.stderr.decode()
    # 0.1 s on an idle machine; the bound leaves room for a busy one.
    assert min(seconds) < 0.5


def test_the_parent_of_workers_stays_light(tmp_path):
    (tmp_path / "text.wav").write_text("no audio")
    code = (
        "import sys\n"
        "from voxnym.cli import main\n"
        "try:\n    main(['anonymize', 'text.wav', 'x.wav'])\n"
        "except SystemExit: pass\n"
        "heavy = ('soundfile', 'soxr', 'scipy.signal', 'pyworld', 'onnxruntime')\n"
        "sys.exit([name for name in heavy if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_new_key(tmp_path, capsys):
    path = tmp_path / "key"
    assert call("key", "new", path) == 0
    said = capsys.readouterr()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = Key.read(path)
    assert key.fingerprint in said.err
    assert key.secret.hex() not in said.err + said.out
    assert call("key", "new", path) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert Key.read(path) == key


def test_systems_shows_every_card(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert call("systems") == 0
    said = capsys.readouterr().out
    assert all(name in said for name in preset_names())
    assert "(default)" in said


def test_systems_as_json(capsys):
    assert call("systems", "--json") == 0
    cards = json.loads(capsys.readouterr().out)
    assert [card["name"] for card in cards] == list(preset_names())
    assert all(card["card"]["hides"] and card["card"]["leaves"] for card in cards)


def test_one_system_shows_its_parameters(capsys):
    assert call("systems", "mcadams") == 0
    said = capsys.readouterr().out
    assert "content_mcadams" in said
    assert "hides" in said
    assert call("systems", "mcadms") == 2
    assert "did you mean mcadams" in capsys.readouterr().err
