"""`voxnym anonymize` at work in a process of its own, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from voxnym.audio.atomic import is_temporary
from voxnym.jobs.journal import NAME as JOURNAL

COMMAND = (sys.executable, "-m", "voxnym")


def anonymize(
    source: Path,
    out: Path,
    *more: str,
    prefix: tuple[str, ...] = (),
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """The command at work, in a process group of its own."""
    return subprocess.Popen(
        [*prefix, *COMMAND, "anonymize", str(source), str(out), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=before,  # noqa: PLW1509  there are no threads here
    )


def finished(
    source: Path,
    out: Path,
    *more: str,
    prefix: tuple[str, ...] = (),
    before: Callable[[], None] | None = None,
) -> tuple[int, str]:
    """Exit code and messages of the command."""
    process = anonymize(source, out, *more, prefix=prefix, before=before)
    messages = process.communicate()[1]
    return process.returncode, messages


def outputs(out: Path) -> list[Path]:
    """Everything in an output tree but the journal."""
    if not out.exists():
        return []
    return sorted(path for path in out.rglob("*") if path.is_file() and path.name != JOURNAL)


def temporaries(out: Path) -> list[Path]:
    """Unfinished files in an output tree."""
    return [path for path in outputs(out) if is_temporary(path.name)]


def wait_for_work(process: subprocess.Popen[str], out: Path) -> None:
    """Return when samples are being written, or the first output has just been finished."""
    journal = out / JOURNAL
    before = journal.stat().st_size if journal.exists() else None
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        size = journal.stat().st_size if journal.exists() else None
        if before is None:
            before = size
        if size != before or any(size_of(path) for path in temporaries(out)):
            return
        time.sleep(0.002)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where it has just gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def alive(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(group: int) -> None:
    """Give the workers of a killed parent 5 s to notice."""
    until = time.monotonic() + 5
    while alive(group) and time.monotonic() < until:
        time.sleep(0.01)
