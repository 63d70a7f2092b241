"""A plan of many recordings, done: leftovers, journal, workers, renames, texts, summary."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from voxnym.errors import OutputError, VoxnymError
from voxnym.jobs.journal import History, Journal, Slot, history_of, slot_of
from voxnym.jobs.plan import Plan
from voxnym.jobs.pool import Answer, Job, Pool, Share, prepare
from voxnym.jobs.summary import Result, Summary, Watch
from voxnym.jobs.task import Outcome, Task
from voxnym.jobs.texts import Finished, put_texts
from voxnym.jobs.work import run_task
from voxnym.jobs.worker import Work
from voxnym.keys import Key

if TYPE_CHECKING:
    from voxnym.jobs.ray_pool import RayPool
    from voxnym.jobs.shard import Shard


@dataclass(frozen=True)
class Orders:
    """How a run goes about it; nothing here changes a single byte of the results.

    Args:
        workers: worker processes; None for one per core.
        overwrite: whether foreign files in the way may be replaced.
        dry_run: say what would be done, and do nothing.
        work: what a worker does with a task.
        engine: where the work is done.
        address: of a Ray cluster; None starts a Ray of its own.
        shard: which part of the plan to do; None for all of it.
    """

    workers: int | None = None
    overwrite: bool = False
    dry_run: bool = False
    work: Work = run_task
    engine: Literal["processes", "ray"] = "processes"
    address: str | None = None
    shard: Shard | None = None

    def processes(self, jobs: int) -> int:
        """How many workers make sense for so many jobs."""
        return max(1, min(self.workers or cores(), jobs))

    def pool(self, jobs: int, lock: object) -> Pool | RayPool:
        """Who does so many jobs.

        Raises:
            MissingExtraError: Ray is asked for and not installed.
        """
        if self.engine == "processes":
            return Pool(self.processes(jobs), work=self.work, lock=lock)
        from voxnym.jobs.ray_pool import RayPool

        # How many cores a cluster has is known once it is there.
        known = self.workers is not None or self.address is None
        workers = self.processes(jobs) if known else None
        return RayPool(workers, address=self.address, work=self.work)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_plan(
    plan: Plan,
    out: Path,
    key: Key,
    *,
    orders: Orders | None = None,
    watches: Sequence[Watch] = (),
) -> Summary:
    """Anonymize all recordings of a plan.

    What an earlier run with the same key and settings has finished is not done again. Failures
    are collected; everything else is done.

    Args:
        plan: of a folder or a corpus.
        out: made where it does not exist.
        key: of the recipe.
        orders: workers and the like.
        watches: told how it goes.

    Raises:
        OutputError: the output folder cannot be used.
    """
    orders = orders or Orders()
    started = time.monotonic()
    if orders.shard is not None:
        plan = orders.shard.part(plan)
    if orders.dry_run:
        summary = _pretend(plan, history_of(out), key, orders, watches)
    else:
        _make(out)
        with Journal(out, key, orders.shard) as journal:
            summary = _Run(out, plan, key, journal, orders, watches).all()
    notes = (*plan.notes, *summary.notes)
    wall_s = time.monotonic() - started
    return replace(summary, wall_s=wall_s, left_out=plan.left_out, notes=notes)


class _Run:
    """One run at work."""

    def __init__(
        self,
        out: Path,
        plan: Plan,
        key: Key,
        journal: Journal,
        orders: Orders,
        watches: Sequence[Watch],
    ) -> None:
        self._out, self._plan, self._key = out, plan, key
        self._journal, self._orders, self._watches = journal, orders, watches
        self._results: list[Result] = []
        self._finished: list[Finished] = []
        self._text_notes: tuple[str, ...] = ()
        self._replaceable: set[Path] = set()

    def all(self) -> Summary:
        from voxnym.audio.atomic import remove_leftovers

        alone = self._orders.shard is None
        remove_leftovers(self._out, alone=alone)
        interrupted = False
        try:
            self._work()
            self._write_texts()
            self._journal.end()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            remove_leftovers(self._out, alone=alone)
        return Summary(tuple(self._results), notes=tuple(self._notes()), interrupted=interrupted)

    def _work(self) -> None:
        refused = [_refused(item.label, item.source, item.error) for item in self._plan.refusals]
        pending: list[Task] = []
        for task in self._plan.tasks:
            result = _look(task, self._journal.history, self._key, self._orders)
            if result.status == "planned":
                pending.append(task)
                if os.path.lexists(task.target):
                    self._replaceable.add(task.target)
            else:
                refused.append(result)
            if result.status == "skipped":
                self._finished.append(Finished(task, None))
        for watch in self._watches:
            watch.begin(len(pending) + len(refused), sum(task.size for task in pending))
        for result in refused:
            self._tell(result)
        # Long ones first, so that no worker is left alone with a long one at the end.
        pending.sort(key=lambda task: (-task.size, task.label))
        with self._orders.pool(len(pending), self._journal.lock) as pool:
            for event in pool.run(self._jobs(pending)):
                if isinstance(event, Share):
                    self._share(event)
                else:
                    self._tell(self._settle(event))

    def _jobs(self, pending: list[Task]) -> Iterator[Job]:
        for task in pending:
            try:
                _make(task.target.parent)
                yield prepare(task)
            except VoxnymError as error:
                self._tell(_refused(task.label, task.source, error, task.size))

    def _settle(self, answer: Answer) -> Result:
        task = answer.job.task
        if answer.outcome is None:
            assert answer.error is not None, "an answer holds an outcome or an error"
            failed = _refused(task.label, task.source, answer.error, task.size)
            return replace(failed, details=answer.details)
        try:
            self._place(answer.job, answer.outcome)
        except VoxnymError as error:
            return _refused(task.label, task.source, error, task.size)
        self._finished.append(Finished(task, answer.outcome))
        return Result(task.label, task.source, task.target, "done", task.size, answer.outcome)

    def _write_texts(self) -> None:
        if self._plan.texts is None:
            return
        self._finished.sort(key=lambda each: each.task.place)
        written, failed = put_texts(
            self._plan.texts,
            self._finished,
            self._out,
            journal=self._journal,
            key=self._key,
            overwrite=self._orders.overwrite,
        )
        self._text_notes = written.notes
        for result in failed:
            self._tell(result)

    def _place(self, job: Job, outcome: Outcome) -> None:
        from voxnym.audio.atomic import commit

        slot = self._slot(job.task)
        target = job.task.target
        try:
            self._journal.placing(slot, outcome.sha256, outcome.size)
            commit(job.temporary, target, overwrite=target in self._replaceable)
        finally:
            job.forget()
        self._journal.done(slot, target)

    def _slot(self, task: Task) -> Slot:
        return slot_of(self._key, task, self._journal.past.salt)

    def _share(self, event: Share) -> None:
        task = event.job.task
        for watch in self._watches:
            watch.share(task.label, task.size, event.share)

    def _tell(self, result: Result) -> None:
        self._results.append(result)
        for watch in self._watches:
            watch.result(result)

    def _notes(self) -> Iterator[str]:
        yield from self._text_notes
        past = self._journal.history
        if past.damaged:
            yield f"{past.damaged} damaged lines of the journal were ignored"
        if past.other_key(self._key):
            yield (
                "the last run into this folder used another key, so nothing of it was taken over"
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: the output folder cannot be made ({error.strerror}); nothing was written"
        ) from error


def _refused(label: str, source: Path | None, error: VoxnymError, size: int = 0) -> Result:
    return Result(label, source, None, "failed", size, error=error)


def _look(task: Task, past: History, key: Key, orders: Orders) -> Result:
    """What is to become of a recording: planned, skipped as finished, or failed as in the way."""
    try:
        standing = past.standing(
            lambda salt: slot_of(key, task, salt), task.target, verify=orders.overwrite
        )
    except OSError as error:
        text = f"{task.label}: {task.target} cannot be looked at ({error.strerror})"
        return _refused(task.label, task.source, OutputError(text))
    if standing == "finished":
        return Result(task.label, task.source, task.target, "skipped")
    if standing == "foreign" and not orders.overwrite:
        text = f"{task.label}: {task.target} exists already; --overwrite replaces it"
        return _refused(task.label, task.source, OutputError(text))
    return Result(task.label, task.source, task.target, "planned", task.size)


def _pretend(
    plan: Plan, past: History, key: Key, orders: Orders, watches: Sequence[Watch]
) -> Summary:
    planned = [_look(task, past, key, orders) for task in plan.tasks]
    refused = [_refused(item.label, item.source, item.error) for item in plan.refusals]
    for result in (*planned, *refused):
        for watch in watches:
            watch.result(result)
    return Summary((*planned, *refused))
