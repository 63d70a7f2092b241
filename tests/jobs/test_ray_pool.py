import base64
import importlib
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from voxnym.errors import MissingExtraError, RenderError
from voxnym.jobs.pool import Answer, Pool, Share, prepare
from voxnym.jobs.ray_pool import RayPool
from voxnym.jobs.ray_session import ray_session
from voxnym.jobs.task import Recipe, Task

pytestmark = [pytest.mark.slow]

SECRET = bytes(range(100, 132))
RECIPE = Recipe("mcadams", "", SECRET)

# Workers are processes of their own and import what they do by name.
WORK = """
    import hashlib, os, signal, time
    from voxnym.errors import InputError
    from voxnym.jobs.task import Outcome

    def work(task, temporary, beat, inline):
        what = task.label.split()[0]
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif what == "poison":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(1000)
        elif what == "refuse":
            raise InputError("refused: " + task.label)
        elif what == "noise":
            os.write(1, b"noise"), os.write(2, b"noise")
        elif what == "slow":
            for turn in range(20):
                time.sleep(0.1)
                beat(turn / 20)
        elif what == "once":
            # Kills its actor the first time only.
            mark = task.source.with_suffix(".mark")
            if not mark.exists():
                mark.touch()
                temporary.write_bytes(b"half")
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(1000)
        data = hashlib.sha256(task.source.read_bytes() + task.recipe.key).digest()
        temporary.write_bytes(data)
        notes = (os.environ.get("OPENBLAS_NUM_THREADS", ""), str(os.getppid()))
        digest = hashlib.sha256(data).hexdigest()
        return Outcome(digest, len(data), 1.0, 0.0, 16000, 1, "wav", notes)
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    place = tmp_path_factory.mktemp("modules")
    (place / "ray_toy_work.py").write_text(textwrap.dedent(WORK))
    sys.path.insert(0, str(place))
    yield importlib.import_module("ray_toy_work").work
    sys.path.remove(str(place))
    sys.modules.pop("ray_toy_work")


@pytest.fixture(scope="module")
def ray(work):
    """A Ray of this machine with two processor cores, for all tests."""
    pytest.importorskip("ray", reason="Ray is not installed (extra: ray)")
    before = os.environ.get("PYTHONPATH")
    place = Path(sys.modules[work.__module__].__file__).parent
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(place), before)))
    with ray_session(None, 2) as ray:
        yield ray
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


def job(tmp_path, label):
    source = tmp_path / f"{label}.src"
    source.write_bytes(label.encode())
    return prepare(Task(label, source, tmp_path / label, "", RECIPE))


def answers(pool, jobs):
    events = list(pool.run(jobs))
    found = [event for event in events if isinstance(event, Answer)]
    for answer in found:
        answer.job.claim.close()
    return {answer.job.task.label: answer for answer in found}


def temporaries(tmp_path):
    return sorted(tmp_path.glob(".voxnym-*.tmp"))


def test_each_failure_costs_its_own_file_with_the_same_words(tmp_path, ray, work, capfd):
    labels = ["good 1", "crash", "refuse", "noise", "good 2"]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with RayPool(2, work=work) as pool:
        found = answers(pool, [job(tmp_path / "a", label) for label in labels])
    with Pool(2, work=work) as pool:
        expected = answers(pool, [job(tmp_path / "b", label) for label in labels])
    assert set(found) == set(expected) == set(labels)
    for label in labels:
        assert str(found[label].error) == str(expected[label].error)
        one, other = found[label].outcome, expected[label].outcome
        assert (one and one.sha256) == (other and other.sha256)
    done = [answer for answer in found.values() if answer.outcome]
    assert sorted(temporaries(tmp_path / "a")) == sorted(answer.job.temporary for answer in done)
    assert {answer.outcome.notes[0] for answer in done} == {"1"}
    assert capfd.readouterr() == ("", "")


def test_progress_is_told(tmp_path, ray, work):
    with RayPool(1, work=work) as pool:
        events = list(pool.run([job(tmp_path, "slow")]))
    events[-1].job.claim.close()
    shares = [event.share for event in events if isinstance(event, Share)]
    # The first may be told before anything was done.
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1


def test_a_worker_killed_in_the_middle_costs_a_try(tmp_path, ray, work, capfd):
    labels = ["once", *(f"good {number}" for number in range(4))]
    jobs = [job(tmp_path, label) for label in labels]
    with RayPool(2, work=work) as pool:
        found = answers(pool, iter(jobs))
    assert set(found) == set(labels)
    assert all(answer.outcome for answer in found.values())
    assert found["once"].job.temporary != jobs[0].temporary
    assert not jobs[0].temporary.exists()
    assert found["once"].job.temporary.stat().st_size == 32
    assert capfd.readouterr() == ("", "")


def test_a_poisoned_file_fails_alone(tmp_path, ray, work, capfd):
    labels = ["poison", *(f"good {number}" for number in range(4))]
    with RayPool(2, work=work) as pool:
        found = answers(pool, [job(tmp_path, label) for label in labels])
    failed = {label for label, answer in found.items() if answer.error}
    assert failed == {"poison"}
    assert "lost 3 workers, one after the other (the last one died)" in str(found["poison"].error)
    assert isinstance(found["poison"].error, RenderError)
    assert len(temporaries(tmp_path)) == 4
    assert capfd.readouterr() == ("", "")


def test_a_file_that_a_worker_does_not_see_is_refused(tmp_path, ray, work, monkeypatch):
    monkeypatch.setattr("voxnym.jobs.ray_pool._PATIENCE_S", 0.3)
    gone, unseen, good = (job(tmp_path, label) for label in ("gone", "unseen", "good"))
    gone.task.source.unlink()
    # As on a machine with another folder of that name: without the new file that is ours.
    unseen.temporary.unlink()
    with RayPool(1, work=work) as pool:
        found = answers(pool, [gone, unseen, good])
    assert str(found["gone"].error) == "gone: is no longer there; nothing was written"
    text = str(found["unseen"].error)
    assert text.startswith("unseen: machine ")
    assert "must lie on a file system which all machines see" in text
    assert found["good"].outcome


def test_relative_paths_mean_the_folder_of_the_command(tmp_path, ray, work, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with RayPool(1, work=work) as pool:
        (answer,) = answers(pool, [job(Path("here"), "good")]).values()
    assert answer.outcome
    assert not answer.job.task.source.is_absolute()


def test_interruption_leaves_nothing(tmp_path, ray, work):
    with pytest.raises(KeyboardInterrupt), RayPool(2, work=work) as pool:  # noqa: PT012
        for event in pool.run([job(tmp_path, "slow 1"), job(tmp_path, "slow 2")]):
            assert isinstance(event, Share)
            raise KeyboardInterrupt
    assert temporaries(tmp_path) == []


def test_a_pool_without_jobs_starts_nothing(monkeypatch):
    pytest.importorskip("ray", reason="Ray is not installed (extra: ray)")
    monkeypatch.setattr("voxnym.jobs.ray_pool.ray_session", None)
    with RayPool(2) as pool:
        assert list(pool.run([])) == []


def test_another_version_somewhere_ends_the_run(tmp_path, ray, work, monkeypatch):
    monkeypatch.setattr("voxnym.__version__", "0.0.1")
    waiting = job(tmp_path, "good")
    with pytest.raises(RenderError, match=r"this one has 0\.0\.1; install the same version"):  # noqa: SIM117
        with RayPool(1, work=work) as pool:
            list(pool.run([waiting]))
    assert temporaries(tmp_path) == []


def test_workers_that_do_not_start_end_the_run(tmp_path, ray, work, monkeypatch):
    class Broken:
        def __init__(self, *ignored):
            raise ImportError("no such module here")

        def greet(self):
            pass

    monkeypatch.setattr("voxnym.jobs.ray_pool.Station", Broken)
    waiting = job(tmp_path, "good")
    expected = r"do not start .*ImportError: no such module here"
    with pytest.raises(RenderError, match=expected), RayPool(1, work=work) as pool:
        list(pool.run([waiting]))
    assert temporaries(tmp_path) == []


def test_the_key_and_names_are_in_no_log_of_ray(tmp_path, ray, work):
    label = "anna-secret-interview"
    with RayPool(1, work=work) as pool:
        (answer,) = answers(pool, [job(tmp_path, label)]).values()
    assert answer.outcome
    assert SECRET.hex() not in repr(answer.job.task)
    assert repr(SECRET) not in repr(answer.job.task)
    place = Path(ray._private.worker.global_worker.node.get_session_dir_path())
    files = [path for path in place.rglob("*") if path.is_file()]
    assert len(files) > 5
    texts = b"".join(path.read_bytes() for path in files)
    spelled = (SECRET, SECRET.hex().encode(), base64.b64encode(SECRET), repr(SECRET).encode())
    assert not [form for form in (*spelled, label.encode()) if form in texts]


def test_ray_is_private_and_listens_on_this_machine_only(ray):
    assert ray.util.get_node_ip_address() == "127.0.0.1"
    place = Path(ray._private.worker.global_worker.node.get_session_dir_path())
    closed = next(parent for parent in place.parents if parent.name.startswith("voxnym-ray-"))
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_no_cluster_at_an_address_is_one_line(tmp_path, work):
    """In a process of its own, since Ray keeps one connection a process."""
    pytest.importorskip("ray", reason="Ray is not installed (extra: ray)")
    code = """
        from voxnym.errors import InputError
        from voxnym.jobs.ray_session import ray_session
        for address in ("127.0.0.1:1", "nonsense", "local", "ray://127.0.0.1:1"):
            try:
                with ray_session(address, 1):
                    raise SystemExit("connected")
            except InputError as error:
                print(error)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "RAY_TMPDIR": str(tmp_path)},
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "--address 127.0.0.1:1", "--address nonsense", "--address local",
        "--address ray://127.0.0.1:1",
    ]  # fmt: skip


def test_a_cluster_that_runs_is_joined_and_left_running(tmp_path, ray, work):
    code = """
        import sys
        from pathlib import Path
        from ray_toy_work import work
        from voxnym.jobs.pool import Answer, prepare
        from voxnym.jobs.ray_pool import RayPool
        from voxnym.jobs.task import Recipe, Task
        folder, address = sys.argv[1:]
        source = Path(folder, "a.src")
        source.write_bytes(b"a")
        task = Task("good", source, Path(folder, "a"), "", Recipe("mcadams", "", bytes(32)))
        with RayPool(None, address=address, work=work) as pool:
            events = list(pool.run([prepare(task)]))
            print(pool._limit, *(event.error for event in events))
    """
    address = ray.get_runtime_context().gcs_address
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path), address],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout, ended.stderr) == ("2 None\n", "")
    with RayPool(1, work=work) as pool:
        assert answers(pool, [job(tmp_path, "good")])["good"].outcome


def test_without_ray_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[ray\]"'):
        RayPool(2)
