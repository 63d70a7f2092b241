import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from voxnym.errors import InputError, OutputError, RenderError
from voxnym.jobs.journal import Journal
from voxnym.jobs.pool import Answer, Pool, Share, prepare
from voxnym.jobs.task import Recipe, Task
from voxnym.keys import Key

# Workers are processes of their own and import what they do by name.
WORK = """
    import ctypes, os, signal, time
    from voxnym.errors import InputError
    from voxnym.jobs.task import Outcome

    def work(task, temporary, beat, inline):
        what = task.label.split()[0]
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "exit":
            os._exit(7)
        elif what == "hang":
            time.sleep(1000)
        elif what == "slow":
            for turn in range(8):
                time.sleep(0.25)
                beat(turn / 8)
        elif what == "refuse":
            raise InputError("refused: " + task.label)
        elif what == "defect":
            raise ZeroDivisionError("by zero")
        elif what == "noise":
            os.write(1, b"noise"), os.write(2, b"noise")
        text = inline.read() if inline else task.label.encode()
        temporary.write_bytes(text)
        threads = os.environ.get("OPENBLAS_NUM_THREADS", "")
        return Outcome("0", len(text), 16000, 0.0, 16000, 1, "wav", (threads, str(os.getpid())))
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    (tmp_path / "toy_work.py").write_text(textwrap.dedent(WORK))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "toy_work", raising=False)
    return importlib.import_module("toy_work").work


def job(tmp_path, label, inline=None):
    recipe = Recipe("mcadams", "", bytes(32))
    prepared = prepare(Task(label, None, tmp_path / label, "", recipe), inline)
    prepared.claim.close()
    return prepared


def answers(pool, jobs):
    events = list(pool.run(jobs))
    return {event.job.task.label: event for event in events if isinstance(event, Answer)}


def temporaries(tmp_path):
    return sorted(tmp_path.glob(".voxnym-*.tmp"))


def test_each_failure_costs_its_own_file_and_nothing_else(tmp_path, work):
    labels = ["good 1", "crash", "kill", "exit", "refuse", "defect", "noise", "good 2"]
    with Pool(2, work=work) as pool:
        found = answers(pool, [job(tmp_path, label) for label in labels])
    assert set(found) == set(labels)
    done = {label for label, answer in found.items() if answer.outcome}
    assert done == {"good 1", "good 2", "noise"}
    assert sorted(temporaries(tmp_path)) == sorted(found[label].job.temporary for label in done)
    texts = {label: str(found[label].error) for label in set(labels) - done}
    assert all("\n" not in text for text in texts.values())
    assert "SIGSEGV" in texts["crash"]
    assert "memory" in texts["kill"]
    assert "code 7" in texts["exit"]
    assert texts["refuse"] == "refused: refuse"
    assert isinstance(found["refuse"].error, InputError)
    assert "ZeroDivisionError" in texts["defect"]
    assert isinstance(found["crash"].error, RenderError)


def test_workers_are_silent_and_use_one_thread(tmp_path, work, capfd):
    with Pool(1, work=work) as pool:
        (answer,) = answers(pool, [job(tmp_path, "noise")]).values()
    assert capfd.readouterr() == ("", "")
    assert answer.outcome.notes[0] == "1"


def test_one_worker_does_many_tasks(tmp_path, work):
    with Pool(1, work=work) as pool:
        found = answers(pool, [job(tmp_path, f"good {n}") for n in range(5)])
    assert len({answer.outcome.notes[1] for answer in found.values()}) == 1


def test_a_silent_worker_is_given_up_and_a_slow_one_is_not(tmp_path, work):
    with Pool(2, work=work, silence_s=1.5) as pool:
        events = list(pool.run([job(tmp_path, "hang"), job(tmp_path, "slow")]))
    found = {event.job.task.label: event for event in events if isinstance(event, Answer)}
    assert "no sign of life for 1.5 s" in str(found["hang"].error)
    assert found["slow"].outcome is not None
    assert any(isinstance(event, Share) and event.share > 0 for event in events)


def test_bytes_and_open_files_reach_the_worker(tmp_path, work):
    path = tmp_path / "original"
    path.write_bytes(b"from a file")
    with path.open("rb") as file, Pool(1, work=work) as pool:
        one, other = job(tmp_path, "a", b"from memory"), job(tmp_path, "b", file)
        list(pool.run([one, other]))
    assert one.temporary.read_bytes() == b"from memory"
    assert other.temporary.read_bytes() == b"from a file"


def test_nothing_is_left_when_the_block_is_left(tmp_path, work):
    with pytest.raises(KeyboardInterrupt), Pool(2, work=work) as pool:  # noqa: PT012
        for event in pool.run([job(tmp_path, "slow 1"), job(tmp_path, "slow 2")]):
            if isinstance(event, Share):
                processes = [worker.process.pid for worker in pool._workers]
                raise KeyboardInterrupt
    assert temporaries(tmp_path) == []
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_no_place_for_the_temporary_is_an_error(tmp_path):
    with pytest.raises(OutputError):
        job(tmp_path / "none", "x")


PARENT = """
    import sys
    from pathlib import Path
    from toy_work import work
    from voxnym.jobs.journal import Journal
    from voxnym.jobs.pool import Pool, prepare
    from voxnym.jobs.task import Recipe, Task
    from voxnym.keys import Key

    # No guard against being imported by workers: they must not run this script again.
    folder = Path(sys.argv[1])
    with (folder / "starts").open("a") as file:
        file.write("x")
    task = Task("hang", None, folder / "hang", "", Recipe("mcadams", "", bytes(32)))
    with Journal(folder, Key(bytes(32))) as journal:
        with Pool(1, work=work, lock=journal.lock) as pool:
            next(iter(pool.run([prepare(task)])))
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_workers_end_with_a_killed_parent(tmp_path, work):
    (tmp_path / "parent.py").write_text(textwrap.dedent(PARENT))
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "parent.py", tmp_path],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"},
        start_new_session=True,
    )
    until = time.monotonic() + 20
    while not temporaries(tmp_path) and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.5)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    # Waits for the lock, which the worker keeps until its end.
    with Journal(tmp_path, Key(bytes(32))):
        pass
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.killpg(parent.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.02)
    else:
        os.killpg(parent.pid, signal.SIGKILL)
        pytest.fail("a worker outlived its parent")
    assert (tmp_path / "starts").read_text() == "x"
