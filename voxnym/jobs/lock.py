"""One run at a time in an output folder."""

from __future__ import annotations

import sys
import time
from io import FileIO
from pathlib import Path

from voxnym.errors import OutputError

_PATIENCE_S = 10.0


class Lock:
    """Belongs to all processes of a run: workers get it too, and it is free when the last ends.

    Without that, the next run could begin while a worker of a killed one still writes.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __reduce__(self) -> tuple[object, ...]:
        from multiprocessing.reduction import DupFd

        return _taken_over, (DupFd(self._descriptor),)


def hold(file: FileIO, folder: Path, *, shared: bool = False) -> Lock | None:
    """Lock an open file for this run; it is free again when the file is closed everywhere.

    Waits some seconds, since workers of a killed run need a moment to end.

    Args:
        file: open for reading and writing.
        folder: the output folder, for the message.
        shared: together with others who lock it like this.

    Returns:
        What to give to workers; None where the system or the file system has no such locks.

    Raises:
        OutputError: another run keeps it.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    patient_until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > patient_until:
                raise OutputError(
                    f"{folder}: another run of voxnym is at work in this folder; "
                    "wait for it or stop it"
                ) from error
            time.sleep(0.05)
        except OSError:
            # Some network file systems have no locks; a job is worth more than this guard.
            return None
        else:
            return Lock(file.fileno())


def _taken_over(descriptor: object) -> object:
    detach = getattr(descriptor, "detach", None)
    return detach() if detach else descriptor
