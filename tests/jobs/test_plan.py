import os
from pathlib import Path

import pytest

from voxnym.errors import InputError, OutputError
from voxnym.jobs.plan import plan_folder
from voxnym.jobs.request import Request
from voxnym.jobs.task import Recipe

RECIPE = Recipe("mcadams", "", bytes(32))


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "in"
    for name in ("b.wav", "a/2.flac", "a/1.WAV", "a/notes.txt", ".hidden.wav", ".git/x.wav"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (folder / "a" / ".voxnym-0123456789abcdef.tmp").write_bytes(b"x")
    (folder / "link.wav").symlink_to(folder / "b.wav")
    (folder / "elsewhere").symlink_to(tmp_path)
    return folder


def labels(plan):
    return [task.label for task in plan.tasks]


def test_the_tree_is_mirrored_in_order(tree, tmp_path):
    plan = plan_folder(tree, tmp_path / "out", RECIPE)
    assert labels(plan) == ["b.wav", "a/1.WAV", "a/2.flac"]
    for task in plan.tasks:
        assert task.target == tmp_path / "out" / task.label
        assert task.size == 1
    assert not plan.refusals


def test_what_is_left_out_is_counted(tree, tmp_path):
    assert plan_folder(tree, tmp_path / "out", RECIPE).left_out == {
        "files that are no audio": 1,
        "hidden files": 1,
        "hidden folders": 1,
        "symbolic links": 2,
        "temporary files": 1,
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_is_no_recording(tree, tmp_path):
    os.mkfifo(tree / "pipe.wav")
    plan = plan_folder(tree, tmp_path / "out", RECIPE)
    assert plan.left_out["special files"] == 1
    assert "pipe.wav" not in labels(plan)


def test_outputs_inside_the_input_are_never_inputs(tree):
    out = tree / "anonymous"
    out.mkdir()
    (out / "old.wav").write_bytes(b"x")
    plan = plan_folder(tree, out, RECIPE)
    assert "anonymous/old.wav" not in labels(plan)
    assert plan.left_out["the output folder"] == 1


@pytest.mark.parametrize("out", [".", "..", "../in"])
def test_originals_and_outputs_do_not_mix(tree, out):
    with pytest.raises(OutputError):
        plan_folder(tree, tree / out, RECIPE)


def test_an_output_folder_behind_a_link_is_recognised(tree, tmp_path):
    link = tmp_path / "other"
    link.symlink_to(tree)
    with pytest.raises(OutputError, match="input folder itself"):
        plan_folder(tree, link, RECIPE)


def test_the_output_must_be_a_folder(tree, tmp_path):
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OutputError, match="no folder"):
        plan_folder(tree, tmp_path / "out", RECIPE)


def test_two_recordings_with_one_output_are_both_refused(tree, tmp_path):
    (tree / "b.flac").write_bytes(b"x")
    recipe = Recipe("mcadams", "", bytes(32), format="ogg")
    plan = plan_folder(tree, tmp_path / "out", recipe)
    assert sorted(refusal.label for refusal in plan.refusals) == ["b.flac", "b.wav"]
    for refusal in plan.refusals:
        assert "b.flac" in str(refusal.error)
        assert "b.wav" in str(refusal.error)
    assert labels(plan) == ["a/1.WAV", "a/2.flac"]
    assert plan.tasks[0].target.name == "1.ogg"


def test_a_format_that_is_only_read_is_refused_by_name(tree, tmp_path):
    (tree / "c.au").write_bytes(b"x")
    plan = plan_folder(tree, tmp_path / "out", RECIPE)
    assert [refusal.label for refusal in plan.refusals] == ["c.au"]


def test_a_folder_without_recordings_says_what_it_holds(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(InputError, match="empty"):
        plan_folder(folder, tmp_path / "out", RECIPE)
    (folder / "a.txt").write_text("x")
    with pytest.raises(InputError, match="no audio: 1"):
        plan_folder(folder, tmp_path / "out", RECIPE)


def test_a_name_that_is_no_text_can_be_shown_and_drawn_from(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n.wav")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system wants names in Unicode")
    (task,) = plan_folder(folder, tmp_path / "out", RECIPE).tasks
    assert "\n" not in task.label
    assert task.label.encode()
    assert task.speaker.encode()


def test_the_speaker_is_the_folder_or_the_file(tree, tmp_path):
    plan = plan_folder(tree, tmp_path / "out", RECIPE, Request(speaker_from="folder"))
    assert [task.speaker for task in plan.tasks] == ["in", "a", "a"]
    plan = plan_folder(tree, tmp_path / "out", RECIPE)
    assert [task.speaker for task in plan.tasks] == ["b", "1", "2"]


@pytest.mark.parametrize("made", ["folder", "parent"])
def test_a_link_in_the_output_never_leads_to_an_original(tree, tmp_path, made):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").symlink_to(tree / "a" if made == "folder" else tree)
    plan = plan_folder(tree, out, RECIPE)
    assert labels(plan) == ["b.wav"]
    assert [refusal.label for refusal in plan.refusals] == ["a/1.WAV", "a/2.flac"]
    assert "link into the input folder" in str(plan.refusals[0].error)


def test_a_link_to_another_disk_is_followed(tree, tmp_path):
    out, disk = tmp_path / "out", tmp_path / "disk"
    out.mkdir()
    disk.mkdir()
    (out / "a").symlink_to(disk)
    assert sorted(labels(plan_folder(tree, out, RECIPE))) == ["a/1.WAV", "a/2.flac", "b.wav"]
