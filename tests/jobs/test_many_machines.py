"""Whole runs as processes of their own: shards side by side, killed drivers, both engines."""

import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from voxnym.inspecting.names import is_journal
from voxnym.jobs.journal import history_of
from voxnym.jobs.lock import _PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
ENGINES = [
    "processes",
    pytest.param(
        "ray",
        marks=pytest.mark.skipif(
            importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra: ray)"
        ),
    ),
]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups"),
]

DRIVER = """
    import hashlib, sys, time
    from pathlib import Path
    from voxnym.jobs.plan import plan_folder
    from voxnym.jobs.run import Orders, run_plan
    from voxnym.jobs.shard import Shard
    from voxnym.jobs.task import Outcome, Recipe
    from voxnym.keys import Key

    def work(task, temporary, beat, inline):
        time.sleep(0.3)
        data = hashlib.sha256(task.source.read_bytes() + task.recipe.key).digest() * 100
        temporary.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        return Outcome(digest, len(data), 16000, 0.0, 16000, 1, "wav")

    if __name__ == "__main__":
        from many_machines_driver import work
        folder, out, engine, shard = sys.argv[1:]
        recipe = Recipe("mcadams", "", bytes(32))
        plan = plan_folder(Path(folder), Path(out), recipe)
        part = Shard.parse(shard) if shard else None
        orders = Orders(workers=2, work=work, engine=engine, shard=part)
        summary = run_plan(plan, Path(out), Key(recipe.key), orders=orders)
        print(summary.count("done"), summary.count("skipped"), summary.count("failed"))
        sys.exit(summary.exit_code)
"""


@pytest.fixture
def start(tmp_path):
    (tmp_path / "many_machines_driver.py").write_text(textwrap.dedent(DRIVER))
    started = []

    def start(out, engine="processes", shard=""):
        process = subprocess.Popen(
            [sys.executable, tmp_path / "many_machines_driver.py", tmp_path / "in", out, engine,
             shard],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(autouse=True)
def folder(tmp_path):
    for number in range(8):
        path = tmp_path / "in" / f"p{number % 2}" / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * (number + 1))


def tree(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and not is_journal(path.name)
    }


def finish(process):
    text, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return tuple(int(word) for word in text.split())


def wait_for_outputs(out, count):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if out.exists() and len(list(out.rglob("*.wav"))) >= count:
            return
        time.sleep(0.02)
    pytest.fail("no outputs")


def test_both_engines_give_the_same_tree_and_standings(tmp_path, start):
    pytest.importorskip("ray", reason="Ray is not installed (extra: ray)")
    one, other = tmp_path / "one", tmp_path / "other"
    assert finish(start(one)) == finish(start(other, "ray")) == (8, 0, 0)
    assert tree(one) == tree(other)
    assert finish(start(one, "ray")) == finish(start(other)) == (0, 8, 0)
    pasts = [history_of(out).pasts[0] for out in (one, other)]
    found = [sorted((each.sha256, each.size) for each in past.placed.values()) for past in pasts]
    assert found[0] == found[1]
    assert all(past.ended and all(each.state for each in past.placed.values()) for past in pasts)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_driver_is_resumed(tmp_path, start, engine):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert finish(start(whole)) == (8, 0, 0)
    killed = start(out, engine)
    wait_for_outputs(out, 2)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    done, skipped, failed = finish(start(out, engine))
    assert (done + skipped, failed) == (8, 0)
    assert skipped >= 2
    assert tree(out) == tree(whole)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_interrupted_driver_ends_cleanly(tmp_path, start, engine):
    out = tmp_path / "out"
    process = start(out, engine)
    wait_for_outputs(out, 2)
    os.killpg(process.pid, signal.SIGINT)
    text, errors = process.communicate(timeout=_PATIENCE_S + 10)
    assert (process.returncode, errors) == (130, "")
    assert int(text.split()[0]) >= 1
    assert not list(out.rglob("*.tmp"))
    until = time.monotonic() + 5
    with pytest.raises(ProcessLookupError):  # noqa: PT012  the last ones need a moment
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.02)


def test_shards_side_by_side_are_one_run(tmp_path, start):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert finish(start(whole)) == (8, 0, 0)
    processes = [start(out, shard=f"{index}/3") for index in (3, 1, 2)]
    counts = [finish(process) for process in processes]
    assert tuple(map(sum, zip(*counts, strict=True))) == (8, 0, 0)
    assert tree(out) == tree(whole)
    assert finish(start(out)) == (0, 8, 0)


def test_a_killed_shard_is_resumed(tmp_path, start):
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert finish(start(whole)) == (8, 0, 0)
    killed, other = start(out, shard="1/2"), start(out, shard="2/2")
    wait_for_outputs(out, 2)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    finish(other)
    finish(start(out, shard="1/2"))
    assert tree(out) == tree(whole)
    assert finish(start(out)) == (0, 8, 0)
