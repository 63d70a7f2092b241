"""Files that appear complete or not at all: temporary name beside the target, fsync, rename."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from voxnym.audio.formats import printable
from voxnym.errors import OutputError

_TEMPORARY = re.compile(r"\.voxnym-[0-9a-f]{16}\.tmp")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
_TEXTS = {
    errno.ENOENT: "no such folder; make it first",
    errno.ENOTDIR: "a part of the path is a file, not a folder; choose another path",
    errno.EACCES: "no permission to write there; choose another folder",
    errno.EPERM: "no permission to write there; choose another folder",
    errno.EROFS: "a read-only file system; choose another folder",
    errno.ENAMETOOLONG: "the name is too long for the file system; choose a shorter one",
    errno.EISDIR: "a folder; expected a file name",
    errno.EEXIST: "exists already; give another name, or allow overwriting",
    errno.ENOSPC: "no space left on the disk; free some and run it again",
    errno.EDQUOT: "the disk quota is used up; free some space and run it again",
    errno.EFBIG: "too large for the file system; choose another disk or a smaller format",
}


def failure_text(name: str | os.PathLike[str], error: Exception) -> str:
    """One line for an error of the operating system: what was found and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    fallback = getattr(error, "strerror", None) or " ".join(str(error).split())
    return f"{printable(name)}: {_TEXTS.get(number or 0, f'cannot be written ({fallback})')}"


def is_temporary(name: str) -> bool:
    """Whether a file name, without folders, is one that an unfinished write uses.

    >>> is_temporary(".voxnym-0123456789abcdef.tmp"), is_temporary(".voxnym-talk.tmp")
    (True, False)
    """
    return _TEMPORARY.fullmatch(name) is not None


def new_temporary(path: str | os.PathLike[str]) -> tuple[BinaryIO, Path]:
    """Create the file that will become `path`, in the same folder, readable by its owner only.

    The name is drawn at random and holds nothing of the target's name. As long as the returned
    file stays open, `remove_leftovers` knows that somebody is at work on it; another process may
    open it once more and write.

    Returns:
        The file, open for reading and writing, and where it is.

    Raises:
        OutputError: it cannot be created.
    """
    folder = Path(path).parent
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        temporary = folder / f".voxnym-{secrets.token_hex(8)}.tmp"
        try:
            file = os.fdopen(os.open(temporary, flags, 0o600), "w+b")
            # Whoever cleans up may have taken it for a leftover before it was claimed.
            if _claim(file.fileno()) is not False and temporary.exists():
                return file, temporary
            file.close()
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            raise OutputError(failure_text(path, error)) from error


def commit(temporary: Path, path: str | os.PathLike[str], overwrite: bool = False) -> None:
    """Make a complete temporary file appear as `path`; whatever happens, it is gone afterwards.

    Args:
        temporary: a closed file from `new_temporary(path)`.
        path: target in the same folder.
        overwrite: whether an existing file may be replaced. Without it, a file that appears at
            the last moment is safe too.

    Raises:
        OutputError: the target exists, or the operating system refuses.
    """
    target = Path(path)
    try:
        _sync(temporary, os.O_RDWR)
        temporary.chmod(0o666 & ~_umask())
        if overwrite:
            temporary.replace(target)
        else:
            _move_without_replacing(temporary, target)
        # A folder that may be written but not listed cannot be opened; the file is there anyway.
        with contextlib.suppress(PermissionError):
            _sync(target.parent, os.O_RDONLY)
    except (OSError, ValueError) as error:
        raise OutputError(failure_text(path, error)) from error
    finally:
        discard(temporary)


def discard(temporary: Path) -> None:
    """Remove a temporary file, if it is still there."""
    with contextlib.suppress(OSError):
        temporary.unlink()


def check_target(path: str | os.PathLike[str], overwrite: bool = False) -> None:
    """Refuse a target that `commit` would refuse, before any work is done for it.

    Raises:
        OutputError: it is a folder, exists without `overwrite`, or its path is impossible.
    """
    target = Path(path)
    try:
        target.parent.stat()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        try:
            target.lstat()
        except FileNotFoundError:
            return
        if target.exists() and not target.is_file():
            raise OSError(errno.EINVAL, "a device or pipe; expected a file name")
        if not overwrite:
            raise FileExistsError(errno.EEXIST, "exists")
    except (OSError, ValueError) as error:
        raise OutputError(failure_text(path, error)) from error


@contextmanager
def atomic_output(path: str | os.PathLike[str], overwrite: bool = False) -> Iterator[BinaryIO]:
    """A file to write to, which becomes `path` at the end; after an error nothing remains.

    Args:
        path: target; a symbolic link is replaced itself, not what it points to.
        overwrite: whether an existing file may be replaced.

    Yields:
        A binary file, open for reading and writing.

    Raises:
        OutputError: the target exists, or cannot be written.
    """
    check_target(path, overwrite)
    file, temporary = new_temporary(path)
    try:
        with file:
            yield file
    except BaseException as error:
        discard(temporary)
        # Other system errors of the body may come from what it reads.
        if isinstance(error, OSError) and error.errno in _FULL:
            raise OutputError(failure_text(path, error)) from error
        raise
    commit(temporary, path, overwrite)


def remove_leftovers(
    folder: str | os.PathLike[str], *, deep: bool = True, alone: bool = True
) -> int:
    """Remove temporary files that killed runs left; those of a run at work stay.

    Args:
        folder: where they lie.
        deep: in all folders below it, too.
        alone: with `deep`, the folder belongs to this run alone: there, files go even where the
            file system cannot tell whether somebody is at work.

    Returns:
        How many were removed. Those that cannot be removed are left.
    """
    removed = 0
    for place, folders, names in os.walk(folder):
        for name in filter(is_temporary, names):
            with contextlib.suppress(OSError):
                path = Path(place) / name
                if _abandoned(path, unknown=deep and alone):
                    path.unlink()
                    removed += 1
        if not deep:
            folders.clear()
    return removed


def _claim(descriptor: int) -> bool | None:
    """Lock a file while it is open: True if that worked, None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _abandoned(path: Path, unknown: bool) -> bool:
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        claimed = _claim(descriptor)
    finally:
        os.close(descriptor)
    return unknown if claimed is None else claimed


def _move_without_replacing(temporary: Path, target: Path) -> None:
    if os.name == "nt":
        temporary.rename(target)  # refuses an existing target there
        return
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links on this file system (FAT on a memory stick). To claim the name with an
        # empty file first would leave that file after a kill.
        if not _renamed_exclusively(temporary, target):
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, "exists") from error
            temporary.replace(target)


def _renamed_exclusively(temporary: Path, target: Path) -> bool:
    """Rename unless the target exists, as Linux can; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, no_replace = -100, 1
    if rename(here, os.fsencode(temporary), here, os.fsencode(target), no_replace) == 0:
        return True
    if ctypes.get_errno() == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, "exists")
    return False


def _sync(place: Path, mode: int) -> None:
    if os.name == "nt" and place.is_dir():
        return  # folders cannot be opened there
    descriptor = os.open(place, mode)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems do not sync folders; the file itself must be.
        if error.errno != errno.EINVAL or not place.is_dir():
            raise
    finally:
        os.close(descriptor)


def _umask() -> int:
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)
    # Elsewhere it can be read only by setting it, for a moment, for the whole process.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
