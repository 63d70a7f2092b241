"""Progress of an evaluation: a bar for each task on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from voxnym.evaluation.scene import Watch, silent

_LINE_EVERY_S = 30.0


@contextmanager
def watching(quiet: bool, stream: TextIO | None = None) -> Iterator[Watch]:
    """What suits the place; the bar shows how long a task will still take."""
    stream = stream or sys.stderr
    if quiet:
        yield silent
    elif stream.isatty():
        with _bars(stream) as watch:
            yield watch
    else:
        yield Lines(stream)


class Lines:
    """One line when a task begins, and now and then while it goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._task = ""
        self._said = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much is done."""
        now = time.monotonic()
        if what != self._task or now - self._said > _LINE_EVERY_S:
            self._stream.write(f"voxnym: {what} {done} of {total}\n")
            self._stream.flush()
            self._task, self._said = what, now


@contextmanager
def _bars(stream: TextIO) -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        tasks: dict[str, int] = {}

        def watch(what: str, done: int, total: int) -> None:
            if what not in tasks:
                for old in tasks.values():
                    progress.update(old, visible=False)  # type: ignore[arg-type]
                tasks[what] = progress.add_task(what, total=total)
            number = tasks[what]
            progress.update(number, completed=done, total=total, visible=True)  # type: ignore[arg-type]

        yield watch
