"""A pool whose workers may be on many machines: Ray actors, one recording each at a time.

What the driver does stays with the driver: it makes the temporary files, renames, and writes
the journal. A worker that is lost with its machine costs a try and not the recording; only one
that loses worker after worker is given up.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voxnym.errors import InputError, RenderError, VoxnymError
from voxnym.jobs.pool import SILENCE_S, Answer, Job, Share, prepare
from voxnym.jobs.ray_session import ray_session, require_ray
from voxnym.jobs.ray_station import Greeting, Message, Station, Unseen
from voxnym.jobs.task import Task
from voxnym.jobs.work import run_task
from voxnym.jobs.worker import Heard, Order, Refused, Work

TRIES = 3

_WAIT_S = 0.5
_PATIENCE_S = 5.0
# A station notices a hung worker process by itself; this is for a station that hangs.
_LATER_S = 30.0


@dataclass(frozen=True)
class _Try:
    """A job and how many workers have had it, this one included."""

    job: Job
    number: int = 1


class _Actor:
    """A station as the driver sees it: greeting, free, or at a job."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.news: Any = handle.greet.remote()
        self.greeted = False
        self.at: _Try | None = None
        self.heard = time.monotonic()

    @property
    def free(self) -> bool:
        return self.greeted and self.at is None

    def give(self, trial: _Try) -> None:
        order = Order(_anywhere(trial.job.task), trial.job.temporary.absolute())
        self.at, self.heard = trial, time.monotonic()
        self.news = self.handle.do.options(num_returns="streaming").remote(order)


class RayPool:
    """Workers on the machines of a Ray cluster, as a context manager like `Pool`.

    Ray is started, or connected to, when the first job comes.

    Args:
        workers: at most so many at a time; None for one per processor core of the cluster.
        address: of a cluster that runs; None to start a Ray on this machine alone.
        work: what a worker does with a task; a function that can be imported by name everywhere.
        silence_s: a worker that gives no sign of life for so long counts as hung, seconds.
        tries: a recording that loses so many workers, one after the other, fails.

    Raises:
        MissingExtraError: Ray is not installed.
    """

    def __init__(
        self,
        workers: int | None,
        *,
        address: str | None = None,
        work: Work = run_task,
        silence_s: float = SILENCE_S,
        tries: int = TRIES,
    ) -> None:
        require_ray()
        self._limit, self._address, self._work = workers, address, work
        self._silence_s, self._tries = silence_s, tries
        self._actors: list[_Actor] = []
        self._again: deque[_Try] = deque()
        self._failed_starts = 0
        self._open = contextlib.ExitStack()
        self._ray: Any = None

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *ignored: object) -> None:
        with self._open:
            for actor in self._actors:
                self._ray.kill(actor.handle)
            for trial in (*self._again, *(actor.at for actor in self._actors)):
                if trial is not None:
                    trial.job.forget()
            self._actors.clear()
            self._again.clear()

    def run(self, jobs: Sequence[Job] | Iterator[Job]) -> Iterator[Answer | Share]:
        """Do all jobs; signs of progress and answers as they come.

        Args:
            jobs: taken one by one, when a worker is free for it; recordings with a path.

        Raises:
            InputError: no cluster at the address.
            RenderError: Ray or its workers do not start.
        """
        queue = iter(jobs)
        first = next(queue, None)
        if first is None:
            return
        # The first job waits here until Ray is there, which takes seconds or fails.
        self._again.append(_Try(first))
        self._connect()
        more = True
        while more or self._again or any(actor.at for actor in self._actors):
            if more or self._again:
                self._recruit()
                more = self._fill(queue)
            yield from self._listen()

    def _connect(self) -> None:
        if self._ray is not None:
            return
        self._ray = self._open.enter_context(ray_session(self._address, self._limit or 1))
        if self._limit is None:
            self._limit = max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def _recruit(self) -> None:
        """As many actors as there may be, also in place of lost ones."""
        assert self._limit is not None, "known since the connection"
        while len(self._actors) < self._limit:
            station = self._ray.remote(Station).options(
                num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD"
            )
            self._actors.append(_Actor(station.remote(self._work, self._silence_s, _PATIENCE_S)))

    def _fill(self, queue: Iterator[Job]) -> bool:
        """Give every free actor a job; False when there are no more new ones."""
        for actor in self._actors:
            if not actor.free:
                continue
            if self._again:
                actor.give(self._again.popleft())
                continue
            job = next(queue, None)
            if job is None:
                return False
            assert job.inline is None, "pipes are done by worker processes of this machine"
            actor.give(_Try(job))
        return True

    def _listen(self) -> Iterator[Answer | Share]:
        speaking = {actor.news: actor for actor in self._actors if not actor.free}
        if not speaking:
            return
        ready, _ = self._ray.wait(list(speaking), num_returns=1, timeout=_WAIT_S)
        if ready:
            # All that are ready, or those at the front would be heard before all others.
            ready, _ = self._ray.wait(list(speaking), num_returns=len(speaking), timeout=0)
        for news in ready:
            yield from self._hear(speaking[news])
        now = time.monotonic()
        for actor in list(speaking.values()):
            if actor.at and now - actor.heard > self._silence_s + _LATER_S:
                yield from self._lost(actor, "gave no sign of life")

    def _hear(self, actor: _Actor) -> Iterator[Answer | Share]:
        trial = actor.at
        try:
            message = self._ray.get(actor.news if trial is None else next(actor.news))
        except StopIteration:
            yield from self._lost(actor, "ended without an answer")
        except self._ray.exceptions.RayError as error:
            yield from self._lost(actor, _cause(error))
        else:
            actor.heard = time.monotonic()
            if trial is None:
                self._welcome(actor, message)
            else:
                yield self._event(actor, trial.job, message)

    def _welcome(self, actor: _Actor, greeting: Greeting) -> None:
        from voxnym import __version__

        if greeting.version != __version__:
            raise RenderError(
                f"machine {greeting.machine} has voxnym {greeting.version}, this one has "
                f"{__version__}; install the same version on all machines"
            )
        actor.greeted = True
        self._failed_starts = 0

    def _event(self, actor: _Actor, job: Job, message: Message) -> Answer | Share:
        if isinstance(message, Heard):
            return Share(job, message.share)
        actor.at = None
        if isinstance(message, Unseen):
            job.forget()
            return Answer(job, None, _unseen(job.task, message))
        if isinstance(message, Refused):
            job.forget()
            return Answer(job, None, message.error, message.details)
        return Answer(job, message)

    def _lost(self, actor: _Actor, cause: str) -> Iterator[Answer]:
        self._actors.remove(actor)
        self._ray.kill(actor.handle)
        trial = actor.at
        if trial is None:
            self._failed_starts += 1
            if self._failed_starts >= self._tries:
                raise RenderError(
                    f"Ray's workers do not start ({cause}); nothing more was written; see that "
                    "voxnym and its extras are installed on all machines"
                )
            return
        # A worker that is half dead may still write into the old file, so the next gets a new one.
        trial.job.forget()
        task = trial.job.task
        if trial.number < self._tries:
            try:
                self._again.append(_Try(prepare(task), trial.number + 1))
            except VoxnymError as error:
                yield Answer(trial.job, None, error)
            return
        text = (
            f"{task.label}: lost {trial.number} workers, one after the other (the last one "
            f"{cause}); nothing was written; it may need more memory than a machine has"
        )
        yield Answer(trial.job, None, RenderError(text))


def _anywhere(task: Task) -> Task:
    """A task whose paths mean the same in whatever folder a worker runs."""
    system = Path(task.recipe.system)
    recipe = task.recipe
    if system.suffix == ".toml":
        recipe = replace(recipe, system=str(system.absolute()))
    source = None if task.source is None else task.source.absolute()
    return replace(task, source=source, target=task.target.absolute(), recipe=recipe)


def _unseen(task: Task, message: Unseen) -> VoxnymError:
    from voxnym.audio.formats import printable

    if task.source is not None and not task.source.exists():
        return InputError(f"{task.label}: is no longer there; nothing was written")
    return InputError(
        f"{task.label}: machine {message.machine} does not see {printable(message.path)}; IN, OUT "
        "and a system's own file must lie on a file system which all machines see"
    )


def _cause(error: BaseException) -> str:
    """One short line for what became of an actor."""
    known = {
        "OutOfMemoryError": "was killed for want of memory",
        "NodeDiedError": "went away with its machine",
    }
    name = type(error).__name__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if name in known or not lines:
        return known.get(name, f"failed with {name}")
    if "creation task" in lines[0]:
        return f"failed at its start, {lines[-1]}"
    return "died" if name == "ActorDiedError" else f"failed with {name}: {lines[-1]}"
