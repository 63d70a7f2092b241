"""A worker process: takes tasks from a pipe, answers with outcomes, dies with its parent.

Untrusted files are decoded here and never in the parent, so that a decoder that crashes, hangs
or eats the memory costs its own file and nothing else.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from voxnym.errors import RenderError, VoxnymError
from voxnym.jobs.task import Beat, Outcome, Task

Work = Callable[[Task, Path, Beat, BinaryIO | None], Outcome]

_BEAT_EVERY_S = 0.2


@dataclass(frozen=True)
class Order:
    """One task for a worker.

    Args:
        task: what to do.
        temporary: file to write.
        inline: the recording's bytes where the task has no path.
        handed: True when the recording follows as an open file.
    """

    task: Task
    temporary: Path
    inline: bytes | None = None
    handed: bool = False


@dataclass(frozen=True)
class Heard:
    """A sign of life: the share of the work that is done, 0 to 1."""

    share: float


@dataclass(frozen=True)
class Refused:
    """A task that failed with a clear reason."""

    error: VoxnymError
    details: str = ""


def serve(pipe: Connection, work: Work, lock: object = None) -> None:
    """Do tasks until the parent closes the pipe or dies; the process ends with this.

    Args:
        pipe: to the parent; it sends `Order`, this side answers `Heard`, `Refused`, `Outcome`.
        work: does one task.
        lock: kept open as long as this process lives, see `voxnym.jobs.lock`.
    """
    _be_quiet()
    orders: SimpleQueue[tuple[Order, BinaryIO | None]] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, orders), daemon=True).start()
    while True:
        order, inline = orders.get()
        answer = _do(pipe, work, order, inline)
        pipe.send(answer)


def _receive(pipe: Connection, orders: SimpleQueue[tuple[Order, BinaryIO | None]]) -> None:
    # Reading is all this thread does, so the end of the parent is noticed at once, also in
    # the middle of a recording; there is nothing to tidy up that the next run would not.
    try:
        while True:
            order: Order = pipe.recv()
            orders.put((order, _open_inline(pipe, order)))
    except BaseException:
        os._exit(0)


def _open_inline(pipe: Connection, order: Order) -> BinaryIO | None:
    if order.inline is not None:
        return io.BytesIO(order.inline)
    if not order.handed:
        return None
    from multiprocessing.reduction import recv_handle

    return os.fdopen(recv_handle(pipe), "rb")


def _do(pipe: Connection, work: Work, order: Order, inline: BinaryIO | None) -> Outcome | Refused:
    last = 0.0

    def beat(share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > _BEAT_EVERY_S:
            last = now
            pipe.send(Heard(share))

    try:
        return work(order.task, order.temporary, beat, inline)
    except VoxnymError as error:
        return Refused(error, _details(error))
    except Exception as error:
        text = f"{order.task.label}: failed ({type(error).__name__}: {error}); nothing was written"
        return Refused(RenderError(text), _details(error))


def _details(error: BaseException) -> str:
    if not os.environ.get("VOXNYM_DEBUG"):
        return ""
    import traceback

    return "".join(traceback.format_exception(error))


def _be_quiet() -> None:
    # Decoders print to the terminal on their own; what matters comes back as an error.
    if os.environ.get("VOXNYM_DEBUG"):
        return
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
