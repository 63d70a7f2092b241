import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from voxnym.audio import atomic
from voxnym.audio.atomic import (
    atomic_output,
    check_target,
    commit,
    failure_text,
    is_temporary,
    new_temporary,
    remove_leftovers,
)
from voxnym.errors import InputError, OutputError


def put(path, data, overwrite=False):
    with atomic_output(path, overwrite=overwrite) as file:
        file.write(data)


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_the_file_appears_at_the_end_and_only_then(tmp_path):
    target = tmp_path / "out.wav"
    with atomic_output(target) as file:
        file.write(b"abc")
        (working,) = names(tmp_path)
        assert is_temporary(working)
        assert "out" not in working
        if os.name == "posix":
            assert stat.S_IMODE((tmp_path / working).stat().st_mode) == 0o600
    assert names(tmp_path) == ["out.wav"]
    assert target.read_bytes() == b"abc"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_mode_is_the_usual_one(tmp_path, mask):
    before = os.umask(mask)
    try:
        put(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~mask


def test_umask_where_proc_does_not_tell(monkeypatch):
    known = atomic._umask()
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: (_ for _ in ()).throw(OSError()))
    assert atomic._umask() == known


@pytest.mark.parametrize("error", [ValueError("x"), InputError("x"), KeyboardInterrupt()])
def test_nothing_remains_after_an_error(tmp_path, error):
    def fail(path):
        with atomic_output(path) as file:
            file.write(b"abc")
            raise error

    with pytest.raises(type(error)):
        fail(tmp_path / "out.wav")
    assert names(tmp_path) == []


def test_an_existing_file_is_kept_without_overwrite(tmp_path):
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"):
        put(target, b"new")
    assert target.read_bytes() == b"old"
    put(target, b"new", overwrite=True)
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    target = tmp_path / "a"

    def race():
        with atomic_output(target) as file:
            file.write(b"new")
            target.write_bytes(b"other")

    with pytest.raises(OutputError, match="exists already"):
        race()
    assert target.read_bytes() == b"other"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_of_many_writers_exactly_one_wins(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "a"
    results = []
    start = threading.Barrier(8)

    def write(index):
        file, temporary = new_temporary(target)
        with file:
            file.write(bytes([index]))
        start.wait()
        try:
            commit(temporary, target)
            results.append(index)
        except OutputError:
            pass

    threads = [threading.Thread(target=write, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 1
    assert target.read_bytes() == bytes(results)
    assert names(tmp_path) == ["a"]


def no_links(*_, **__):
    raise OSError(errno.EPERM, "no hard links here")


def test_without_hard_links_nothing_is_replaced_either(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    put(tmp_path / "a", b"one")
    file, temporary = new_temporary(tmp_path / "a")
    file.close()
    with pytest.raises(OutputError, match="exists already"):
        commit(temporary, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"one"
    assert names(tmp_path) == ["a"]


def test_another_process_may_commit(tmp_path):
    file, temporary = new_temporary(tmp_path / "a")
    with file:
        file.write(b"abc")
    commit(temporary, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"abc"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing/a.wav", "no such folder"),
        ("file/a.wav", "a part of the path is a file"),
        ("folder", "a folder; expected a file name"),
        ("x" * 300 + ".wav", "the name is too long"),
        ("null\0.wav", "cannot be written"),
    ],
)
def test_impossible_targets_are_refused_at_once(tmp_path, name, text):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    reached = False
    with pytest.raises(OutputError, match=text) as caught, atomic_output(tmp_path / name, True):
        reached = True
    assert not reached
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["file", "folder"]


def test_devices_are_never_replaced():
    with pytest.raises(OutputError, match="device or pipe"):
        check_target("/dev/null", overwrite=True)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_and_nothing_kept(tmp_path, number):
    with (
        pytest.raises(OutputError, match=r"out\.wav: (no space left|the disk quota|too large)"),
        atomic_output(tmp_path / "out.wav"),
    ):
        raise OSError(number, "full")
    assert names(tmp_path) == []


def test_a_real_full_disk_gives_that_text():
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError, match="No space") as caught:
        os.write(descriptor, b"x")
    os.close(descriptor)
    assert failure_text("a.wav", caught.value).startswith("a.wav: no space left on the disk")


@pytest.mark.parametrize(
    ("number", "text"),
    [(errno.EACCES, "no permission"), (errno.EROFS, "read-only"), (errno.EIO, "cannot be written")],
)
def test_other_refusals_are_readable(tmp_path, monkeypatch, number, text):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match=text):
        new_temporary(tmp_path / "a")


def test_failing_to_sync_leaves_nothing(tmp_path, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, "bad disk")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match="bad disk"):
        put(tmp_path / "a", b"x")
    assert names(tmp_path) == []


def test_leftovers_are_removed_and_nothing_else(tmp_path):
    (tmp_path / "sub").mkdir()
    left = [
        tmp_path / ".voxnym-0123456789abcdef.tmp",
        tmp_path / "sub/.voxnym-ffffffffffffffff.tmp",
    ]
    kept = [
        tmp_path / ".voxnym-0123456789abcde.tmp",
        tmp_path / ".voxnym-0123456789ABCDEF.tmp",
        tmp_path / "x.voxnym-0123456789abcdef.tmp",
        tmp_path / ".voxnym-0123456789abcdef.tmp2",
        tmp_path / "a.wav",
    ]
    for path in left + kept:
        path.write_bytes(b"")
    assert remove_leftovers(tmp_path) == 2
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in left)
    assert remove_leftovers(tmp_path / "nowhere") == 0


def test_leftovers_of_a_run_at_work_stay(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    file, alive = new_temporary(tmp_path / "a")
    dead = [new_temporary(folder / "b") for folder in (tmp_path, inner)]
    for other, _ in dead:
        other.close()
    assert remove_leftovers(tmp_path, deep=False) == 1
    assert [path.exists() for _, path in dead] == [False, True]
    assert remove_leftovers(tmp_path) == 1
    assert alive.exists()
    file.close()
    assert remove_leftovers(tmp_path, deep=False) == 1


def test_without_locks_only_a_folder_of_our_own_is_cleared(tmp_path, monkeypatch):
    file, temporary = new_temporary(tmp_path / "a")
    file.close()
    monkeypatch.setattr(atomic, "_claim", lambda _: None)
    assert remove_leftovers(tmp_path, deep=False) == 0
    assert remove_leftovers(tmp_path) == 1
    assert not temporary.exists()


def test_the_names_match_what_is_created(tmp_path):
    file, temporary = new_temporary(tmp_path / "a")
    file.close()
    assert is_temporary(temporary.name)
    assert temporary.parent == tmp_path


def test_a_temporary_name_in_use_is_not_taken(tmp_path, monkeypatch):
    used = tmp_path / f".voxnym-{'0' * 16}.tmp"
    used.write_bytes(b"someone else's")
    draws = iter(["0" * 16, "1" * 16])
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda _: next(draws))
    put(tmp_path / "a", b"x")
    assert used.read_bytes() == b"someone else's"
    assert (tmp_path / "a").read_bytes() == b"x"


def test_a_target_without_a_folder_is_refused_before_any_work(tmp_path):
    with pytest.raises(OutputError, match="no such folder"):
        check_target(tmp_path / "none" / "x.wav")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="a file, not a folder"):
        check_target(tmp_path / "file" / "x.wav")
    with pytest.raises(OutputError, match="too long"):
        check_target(tmp_path / ("x" * 300 + ".wav"))


def test_a_temporary_that_was_swept_away_before_its_claim_is_made_again(tmp_path, monkeypatch):
    import voxnym.audio.atomic

    claim, swept = voxnym.audio.atomic._claim, []

    def late(descriptor):
        if not swept:
            (found,) = tmp_path.iterdir()
            swept.append(found)
            found.unlink()
        return claim(descriptor)

    monkeypatch.setattr(voxnym.audio.atomic, "_claim", late)
    file, temporary = new_temporary(tmp_path / "x.wav")
    file.close()
    assert temporary.exists()
    assert swept != [temporary]
