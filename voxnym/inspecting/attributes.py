"""What the file system keeps of a file: times, owner, extended attributes.

Times are judged by two rules, since a date alone does not say whose it is. A file whose time of
modification lies more than a day before its last change of status kept it from elsewhere: so do
copies and unpacked archives. And files of one folder whose times lie more than a day apart were not
written by one run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from voxnym.inspecting.finding import Kind, Leak
from voxnym.inspecting.shown import shortened, wording

DAY_S: Final = 86_400.0
_MOST_ATTRIBUTES: Final = 64
# Every file of some systems has these, and they follow from the system, not from the file.
_SYSTEM: Final = ("security.", "trusted.overlay.", "system.sockprotoname")


def attribute_leaks(path: Path, status: os.stat_result) -> Iterator[Leak]:
    """What the file system keeps of a file or folder beside its content.

    Args:
        path: of it.
        status: from `lstat`.
    """
    yield from _extended(path)
    yield from _owner(status)
    # Elsewhere than on POSIX systems, that field is the time of making.
    if os.name == "posix" and status.st_ctime - status.st_mtime > DAY_S:
        text = f"modified {day(status.st_mtime)}, put here {day(status.st_ctime)}"
        yield Leak(Kind.time, "", text)


def day(seconds: float) -> str:
    """A point in time as a date, UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.0f} s after 1970"


def spread_leaks(oldest: float, newest: float) -> Iterator[Leak]:
    """Whether files were modified on different days.

    Args:
        oldest: the earliest time of modification, s after 1970.
        newest: the latest one.
    """
    if newest - oldest > DAY_S:
        yield Leak(Kind.time, "", f"files were modified between {day(oldest)} and {day(newest)}")


def _extended(path: Path) -> Iterator[Leak]:
    listed = getattr(os, "listxattr", None)
    if listed is None:
        return
    try:
        names = listed(path, follow_symlinks=False)
    except OSError:
        return
    for name in names[:_MOST_ATTRIBUTES]:
        if name.startswith(_SYSTEM):
            continue
        try:
            text = wording(os.getxattr(path, name, follow_symlinks=False))
        except OSError as error:
            text = f"cannot be read ({error.strerror})"
        yield Leak(Kind.attribute, shortened(name, 60), text)


def _owner(status: os.stat_result) -> Iterator[Leak]:
    own = getattr(os, "getuid", None)
    if own is None or status.st_uid == own():
        return
    import pwd

    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = f"user number {status.st_uid}"
    yield Leak(Kind.owner, "", shortened(name))
