import dataclasses
import hashlib
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voxnym.errors import OutputError
from voxnym.inspecting.names import is_journal
from voxnym.jobs.journal import NAME
from voxnym.jobs.log import Log
from voxnym.jobs.plan import plan_folder
from voxnym.jobs.progress import Quiet
from voxnym.jobs.run import Orders, run_plan
from voxnym.jobs.shard import Shard
from voxnym.jobs.task import Outcome, Recipe
from voxnym.keys import Key
from voxnym.testing import ToySpeaker, toy_speech

RECIPE = Recipe("mcadams", "", bytes(32))


def run_folder(folder, out, recipe, **options):
    return run_plan(plan_folder(folder, out, recipe), out, Key(recipe.key), **options)


def quick(task, temporary, beat, inline):
    """A stand-in for anonymizing: bytes that depend on source and key."""
    if task.label.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    data = hashlib.sha256(task.source.read_bytes() + task.recipe.key).digest()
    temporary.write_bytes(data)
    return Outcome(hashlib.sha256(data).hexdigest(), len(data), 16000, 0.1, 16000, 1, "wav", ("n",))


@pytest.fixture
def work(tmp_path, monkeypatch):
    """`quick` under a name that workers can import."""
    place = tmp_path / "modules"
    place.mkdir()
    (place / "quick_work.py").write_text(Path(__file__).read_text())
    monkeypatch.syspath_prepend(place)
    import importlib
    import sys

    monkeypatch.delitem(sys.modules, "quick_work", raising=False)
    return importlib.import_module("quick_work").quick


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "in"
    for number in range(5):
        path = place / f"p{number % 2}" / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number]) * (number + 1))
    return place


def tree(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and not is_journal(path.name)
    }


def statuses(summary):
    return {status: n for status in ("done", "skipped", "failed") if (n := summary.count(status))}


def test_real_recordings_do_not_depend_on_workers_or_order(tmp_path):
    place = tmp_path / "in"
    place.mkdir()
    for number in range(3):
        audio = toy_speech(ToySpeaker(100 + 40 * number), seconds=1.0 + number / 2)
        soundfile.write(place / f"{number}.wav", audio.samples.T, audio.rate)
    one = run_folder(place, tmp_path / "one", RECIPE, orders=Orders(workers=1))
    two = run_folder(place, tmp_path / "two", RECIPE, orders=Orders(workers=2))
    assert one.exit_code == two.exit_code == 0
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert one.audio_s == pytest.approx(4.5)
    for name in tree(tmp_path / "one"):
        before, after = (soundfile.read(where / name)[0] for where in (place, tmp_path / "one"))
        assert before.shape == after.shape
        assert np.abs(before - after).max() > 0.01


def test_finished_recordings_are_not_done_again(folder, tmp_path, work):
    out = tmp_path / "out"
    first = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(first) == {"done": 5}
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}
    again = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(again) == {"skipped": 5}
    assert again.exit_code == 0
    assert times == {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}


def test_what_is_missing_or_changed_is_done(folder, tmp_path, work):
    out = tmp_path / "out"
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    (out / "p0" / "0.wav").unlink()
    (folder / "p1" / "1.wav").write_bytes(b"another recording")
    again = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(again) == {"done": 2, "skipped": 3}


OTHER_KEY = Recipe("mcadams", "", bytes([1]) * 32)


def test_another_key_starts_an_unfinished_run_afresh(folder, tmp_path, work):
    out = tmp_path / "out"
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    before = tree(out)
    journal = out / NAME
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))
    again = run_folder(folder, out, OTHER_KEY, orders=Orders(work=work))
    assert statuses(again) == {"done": 5}
    assert any("another key" in note for note in again.notes)
    assert all(before[name] != data for name, data in tree(out).items())


@pytest.mark.parametrize("recipe", [OTHER_KEY, dataclasses.replace(RECIPE, level="keep")])
def test_results_of_a_finished_run_are_kept_without_overwrite(folder, tmp_path, work, recipe):
    out = tmp_path / "out"
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    before = tree(out)
    again = run_folder(folder, out, recipe, orders=Orders(work=work))
    assert statuses(again) == {"failed": 5}
    assert tree(out) == before
    forced = run_folder(folder, out, recipe, orders=Orders(work=work, overwrite=True))
    assert statuses(forced) == {"done": 5}


def test_foreign_files_are_left_alone_without_overwrite(folder, tmp_path, work):
    out = tmp_path / "out"
    foreign = out / "p0" / "0.wav"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"precious")
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(summary) == {"done": 4, "failed": 1}
    assert summary.exit_code == 1
    assert "--overwrite" in str(summary.failures[0].error)
    assert foreign.read_bytes() == b"precious"
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work, overwrite=True))
    assert statuses(summary) == {"done": 1, "skipped": 4}
    assert foreign.read_bytes() != b"precious"


def test_overwrite_mends_our_own_outputs_too(folder, tmp_path, work):
    out = tmp_path / "out"
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    before = tree(out)
    (out / "p0" / "0.wav").write_bytes(bytes(32))
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work, overwrite=True))
    assert statuses(summary) == {"done": 1, "skipped": 4}
    assert tree(out) == before


class Intruder(Quiet):
    """Someone who puts a file in the way after all targets have been looked at."""

    def __init__(self, path):
        self.path = path

    def begin(self, files, size):
        self.path.parent.mkdir()
        self.path.write_bytes(b"precious")


def test_a_file_that_appears_meanwhile_is_safe(folder, tmp_path, work):
    out = tmp_path / "out"
    intruder = Intruder(out / "p0" / "0.wav")
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work), watches=[intruder])
    assert statuses(summary) == {"done": 4, "failed": 1}
    assert "exists" in str(summary.failures[0].error)
    assert intruder.path.read_bytes() == b"precious"


def test_leftovers_of_a_killed_run_are_removed(folder, tmp_path, work):
    out = tmp_path / "out"
    for place in (out, out / "p0"):
        place.mkdir(parents=True, exist_ok=True)
        (place / ".voxnym-0123456789abcdef.tmp").write_bytes(b"half")
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert len(tree(out)) == 5


def test_a_dead_worker_costs_one_file(folder, tmp_path, work):
    (folder / "die.wav").write_bytes(b"x")
    summary = run_folder(folder, tmp_path / "out", RECIPE, orders=Orders(work=work))
    assert statuses(summary) == {"done": 5, "failed": 1}
    assert summary.exit_code == 1
    assert str(summary.failures[0].error).startswith("die.wav: ")
    assert len(tree(tmp_path / "out")) == 5


def test_nothing_done_is_exit_code_2(tmp_path, work):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "die.wav").write_bytes(b"x")
    summary = run_folder(tmp_path / "in", tmp_path / "out", RECIPE, orders=Orders(work=work))
    assert summary.exit_code == 2


def test_a_dry_run_changes_nothing(folder, tmp_path, work):
    out = tmp_path / "out"
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work, dry_run=True))
    assert summary.count("planned") == 5
    assert not out.exists()
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    (out / "p0" / "0.wav").unlink()
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work, dry_run=True))
    assert (summary.count("planned"), summary.count("skipped")) == (1, 4)
    assert not (out / "p0" / "0.wav").exists()


class Stop(Quiet):
    """Someone who presses Ctrl-C after the second result."""

    seen = 0

    def result(self, result):
        self.seen += 1
        if self.seen == 2:
            raise KeyboardInterrupt


def test_an_interruption_keeps_what_is_finished(folder, tmp_path, work):
    out = tmp_path / "out"
    summary = run_folder(folder, out, RECIPE, orders=Orders(work=work), watches=[Stop()])
    assert summary.interrupted
    assert summary.exit_code == 130
    assert summary.count("done") == 2
    assert len(tree(out)) == 2
    again = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(again) == {"done": 3, "skipped": 2}


def test_the_log_names_files_outside_the_output_only(folder, tmp_path, work):
    out = tmp_path / "out"
    with pytest.raises(OutputError, match="names originals"):
        Log(str(out / "p0" / "log.jsonl"), out)
    (folder / "die.wav").write_bytes(b"x")
    with Log(str(tmp_path / "log.jsonl"), out) as log:
        summary = run_folder(folder, out, RECIPE, orders=Orders(work=work), watches=[log])
        log.summary(summary, "mcadams")
    entries = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [entry["kind"] for entry in entries] == ["file"] * 6 + ["summary"]
    failed = [entry for entry in entries if entry.get("status") == "failed"]
    assert failed[0]["source"] == str(folder / "die.wav")
    assert failed[0]["error"].startswith("die.wav: ")
    done = next(entry for entry in entries if entry.get("status") == "done")
    assert done["sha256"] == hashlib.sha256(Path(done["target"]).read_bytes()).hexdigest()
    assert (entries[-1]["done"], entries[-1]["failed"]) == (5, 1)


def test_a_log_replaces_nothing_but_goes_on(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(OutputError, match="no log"):
        Log(str(path), None)
    for _ in range(2):
        with Log(str(tmp_path / "log"), None) as log:
            log._write({"kind": "file"})
    assert len((tmp_path / "log").read_text().splitlines()) == 2


def test_a_finished_run_with_another_key_is_not_taken_for_this_one(folder, tmp_path, work):
    out = tmp_path / "out"
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    run_folder(folder, out, OTHER_KEY, orders=Orders(work=work, overwrite=True))
    again = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(again) == {"failed": 5}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_shards_in_any_order_are_one_run(folder, tmp_path, work, order):
    whole, out = tmp_path / "whole", tmp_path / "out"
    run_folder(folder, whole, RECIPE, orders=Orders(work=work))
    done = 0
    for index in order:
        orders = Orders(work=work, shard=Shard(index, 3))
        summary = run_folder(folder, out, RECIPE, orders=orders)
        assert summary.exit_code == 0
        done += summary.count("done")
        again = run_folder(folder, out, RECIPE, orders=orders)
        assert again.count("skipped") == summary.count("done") == len(again.results)
    assert done == 5
    assert tree(out) == tree(whole)
    after = run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert statuses(after) == {"skipped": 5}
    other_count = run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(1, 2)))
    assert other_count.count("skipped") == len(other_count.results)


def test_a_whole_run_goes_on_where_shards_stopped_and_the_other_way_round(folder, tmp_path, work):
    out = tmp_path / "out"
    first = run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(1, 2)))
    dry = run_folder(folder, out, RECIPE, orders=Orders(work=work, dry_run=True))
    assert dry.count("skipped") == first.count("done")
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    rest = run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(2, 2)))
    assert rest.count("skipped") == len(rest.results) == 5 - first.count("done")
    other = run_folder(folder, out, OTHER_KEY, orders=Orders(work=work, shard=Shard(2, 2)))
    assert other.count("failed") == len(other.results)


def test_a_shard_leaves_temporaries_of_others_that_are_at_work(folder, tmp_path, work):
    from voxnym.audio.atomic import new_temporary

    out = tmp_path / "out"
    out.mkdir()
    file, temporary = new_temporary(out / "x.wav")
    with file:
        run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(1, 2)))
        assert temporary.exists()
    run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(1, 2)))
    assert not temporary.exists()


def test_without_locks_a_shard_removes_no_temporary_and_a_whole_run_does(
    folder, tmp_path, work, monkeypatch
):
    monkeypatch.setattr("voxnym.audio.atomic._claim", lambda descriptor: None)
    out = tmp_path / "out"
    out.mkdir()
    temporary = out / ".voxnym-0123456789abcdef.tmp"
    temporary.touch()
    run_folder(folder, out, RECIPE, orders=Orders(work=work, shard=Shard(1, 2)))
    assert temporary.exists()
    run_folder(folder, out, RECIPE, orders=Orders(work=work))
    assert not temporary.exists()
