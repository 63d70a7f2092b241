"""A corpus whose run is killed again and again ends as one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
import soundfile

from voxnym.corpora.kaldi_rules import violations
from voxnym.testing import ToySpeaker, toy_speech

pytestmark = pytest.mark.slow
COUNT = 8


@pytest.fixture
def kaldi(tmp_path):
    home = tmp_path / "data"
    home.mkdir()
    names = [f"s{i % 3}-{i}" for i in range(COUNT)]
    for i, name in enumerate(names):
        audio = toy_speech(ToySpeaker(100 + 20 * i), seconds=4.0, seed=i)
        soundfile.write(home / f"{name}.flac", audio.samples.T, audio.rate)
    names.sort()
    (home / "wav.scp").write_text("".join(f"{n} {n}.flac\n" for n in names))
    (home / "utt2spk").write_text("".join(f"{n} {n[:2]}\n" for n in names))
    (home / "text").write_text("".join(f"{n} good day\n" for n in names))
    return home


def tree(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and not path.name.startswith(".voxnym-journal")
    }


def test_kill_and_resume(kaldi, tmp_path):
    key, out, calm = tmp_path / "key", tmp_path / "out", tmp_path / "calm"
    command = [sys.executable, "-m", "voxnym"]
    subprocess.run([*command, "key", "new", str(key)], check=True, capture_output=True)
    arguments = [*command, "anonymize", str(kaldi), "--rename", "--key", str(key), "--quiet",
                 "--system", "world", "--workers", "2"]  # fmt: skip
    subprocess.run([*arguments, str(calm)], check=True)
    chance = random.Random(3)
    kills = 0
    for _ in range(30):
        run = subprocess.Popen([*arguments, str(out)], start_new_session=True)
        time.sleep(chance.uniform(0.3, 2.0))
        if run.poll() is None:
            kills += 1
            os.killpg(run.pid, signal.SIGKILL)
        if run.wait() == 0:
            break
    else:
        subprocess.run([*arguments, str(out)], check=True)
    assert kills
    assert tree(out) == tree(calm)
    assert violations(out) == ()
    assert not list(out.rglob("*.tmp"))
