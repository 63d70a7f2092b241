"""Worker processes: one task each at a time, in any number, none of them trusted to live.

Results come in order of completion. A worker that dies or falls silent costs its own task; a
new one takes its place. When the parent dies, by whatever signal, its workers end at once.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import BinaryIO

from voxnym.errors import RenderError, VoxnymError
from voxnym.jobs.task import Outcome, Task
from voxnym.jobs.work import run_task
from voxnym.jobs.worker import Heard, Order, Refused, Work, serve

SILENCE_S = 120.0

_WAIT_S = 0.5
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """One task for the pool.

    Args:
        temporary: the file to write; removed by the pool when the task fails.
        inline: the recording as an open file or its bytes, where the task has no path.
        claim: keeps the temporary file from being taken for a leftover while it is open.
    """

    task: Task
    temporary: Path
    inline: BinaryIO | bytes | None = None
    claim: BinaryIO | None = None

    def forget(self) -> None:
        """Remove the temporary file, if it is still there."""
        if self.claim is not None:
            self.claim.close()
        with contextlib.suppress(OSError):
            self.temporary.unlink(missing_ok=True)


def prepare(task: Task, inline: BinaryIO | bytes | None = None) -> Job:
    """A job with its temporary file made, beside the target.

    The parent makes it, and not the worker, so that it can be removed whatever becomes of the
    worker.

    Raises:
        OutputError: it cannot be made.
    """
    from voxnym.audio.atomic import new_temporary

    file, temporary = new_temporary(task.target)
    if sys.platform == "win32":
        # There a file that is open cannot be renamed, and nothing can be claimed by that.
        file.close()
    return Job(task, temporary, inline, claim=file)


@dataclass(frozen=True)
class Answer:
    """How one task ended: an outcome, or the error that prevented it."""

    job: Job
    outcome: Outcome | None
    error: VoxnymError | None = None
    details: str = ""


@dataclass(frozen=True)
class Share:
    """How far one task is, 0 to 1."""

    job: Job
    share: float


class _Worker:
    """A process, its pipe, and the job it is at."""

    def __init__(self, work: Work, lock: object) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe(duplex=True)
        self.process: BaseProcess = context.Process(
            target=serve, args=(theirs, work, lock), daemon=True
        )
        self.job: Job | None = None
        self.heard = time.monotonic()
        with _as_parent_of_workers():
            self.process.start()
        theirs.close()

    def give(self, job: Job) -> None:
        self.job, self.heard = job, time.monotonic()
        file = None if job.inline is None or isinstance(job.inline, bytes) else job.inline
        inline = job.inline if isinstance(job.inline, bytes) else None
        # A worker that is already dead is found out by reading from it, with its exit code.
        with contextlib.suppress(OSError):
            self.pipe.send(Order(job.task, job.temporary, inline, handed=file is not None))
            if file is not None:
                _hand_over(self.pipe, file, self.process.pid)

    def end(self) -> int | None:
        """Kill it; its exit code, where it had ended by itself."""
        self.pipe.close()
        self.process.join(0.2)
        code = self.process.exitcode
        self.process.kill()
        self.process.join()
        self.process.close()
        return code


class Pool:
    """Worker processes, as a context manager: none of them is left behind.

    Args:
        workers: at most so many at a time.
        work: what a worker does with a task; a function that can be imported by name.
        silence_s: a worker that gives no sign of life for so long counts as hung, seconds.
        lock: an object that workers keep as long as they live, see `voxnym.jobs.lock`.
    """

    def __init__(
        self,
        workers: int,
        *,
        work: Work = run_task,
        silence_s: float = SILENCE_S,
        lock: object = None,
    ) -> None:
        self._limit, self._work, self._silence_s, self._lock = workers, work, silence_s, lock
        self._workers: list[_Worker] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *ignored: object) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.end()
            if worker.job is not None:
                worker.job.forget()
        self._workers.clear()

    def run(self, jobs: Sequence[Job] | Iterator[Job]) -> Iterator[Answer | Share]:
        """Do all jobs; signs of progress and answers as they come.

        Args:
            jobs: taken one by one, when a worker is free for it.
        """
        queue = iter(jobs)
        more = self._fill(queue)
        while more or any(worker.job for worker in self._workers):
            yield from self._listen()
            if more:
                more = self._fill(queue)

    def _fill(self, queue: Iterator[Job]) -> bool:
        """Give every free worker a job; False when there are no more."""
        while True:
            free = [worker for worker in self._workers if worker.job is None]
            if not free and len(self._workers) >= self._limit:
                return True
            job = next(queue, None)
            if job is None:
                return False
            if not free:
                free = [_Worker(self._work, self._lock)]
                self._workers += free
            free[0].give(job)

    def _listen(self) -> Iterator[Answer | Share]:
        busy = {worker.pipe: worker for worker in self._workers if worker.job}
        for pipe in wait(list(busy), _WAIT_S):
            assert isinstance(pipe, Connection)
            yield from self._hear(busy[pipe])
        now = time.monotonic()
        for worker in busy.values():
            if worker.job and now - worker.heard > self._silence_s:
                yield self._lost(worker, f"gave no sign of life for {self._silence_s:g} s")

    def _hear(self, worker: _Worker) -> Iterator[Answer | Share]:
        job = worker.job
        assert job is not None, "only workers with a job are listened to"
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield self._lost(worker, "")
            return
        worker.heard = time.monotonic()
        if isinstance(message, Heard):
            yield Share(job, message.share)
            return
        worker.job = None
        if isinstance(message, Refused):
            job.forget()
            yield Answer(job, None, message.error, message.details)
        else:
            yield Answer(job, message)

    def _lost(self, worker: _Worker, reason: str) -> Answer:
        job = worker.job
        assert job is not None, "only workers with a job can lose one"
        self._workers.remove(worker)
        code = worker.end()
        job.forget()
        text = f"{job.task.label}: its worker process {reason or _cause(code)}; nothing was written"
        return Answer(job, None, RenderError(text))


def _cause(code: int | None) -> str:
    if code == -getattr(signal, "SIGKILL", 9):
        return "was killed, most likely for want of memory"
    if code is not None and code < 0:
        return f"died ({signal.Signals(-code).name}), most likely from a damaged file"
    return f"ended with code {code}"


def _hand_over(pipe: Connection, file: BinaryIO, process: int | None) -> None:
    from multiprocessing.reduction import send_handle

    if sys.platform == "win32":
        import msvcrt

        send_handle(pipe, msvcrt.get_osfhandle(file.fileno()), process)
    else:
        send_handle(pipe, file.fileno(), process)


@contextlib.contextmanager
def _as_parent_of_workers() -> Iterator[None]:
    """Settings that a new worker takes over from this process at its start.

    One thread for linear algebra, so that results do not depend on the machine; Ctrl-C left to
    the parent; and the caller's own script not run once more, as `spawn` does otherwise.
    """
    before = {name: os.environ.get(name) for name in _THREAD_SETTINGS}
    main = sys.modules["__main__"]
    from multiprocessing import resource_tracker

    holds = hasattr(signal, "pthread_sigmask")
    os.environ.update(dict.fromkeys(_THREAD_SETTINGS, "1"))
    sys.modules["__main__"] = ModuleType("__main__")
    if holds:
        # Started later, inside, this process of the standard library lets Ctrl-C through again.
        resource_tracker.ensure_running()
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if holds:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
