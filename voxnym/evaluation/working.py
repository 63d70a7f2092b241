"""The same function for many things, in several processes, results in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WAITING = 8
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def in_order(function: Callable[[T], R], things: Sequence[T], processes: int) -> Iterator[R]:
    """Results of `function` for all things, in their order.

    Args:
        function: at the top of a module, so that it can travel.
        things: picklable.
        processes: 1 works in this process.

    Yields:
        One result for each thing; few are held at a time.
    """
    if processes <= 1 or len(things) < 2:
        yield from map(function, things)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Started afresh and not forked: torch and onnxruntime have threads that a fork would lose.
    with ProcessPoolExecutor(processes, get_context("spawn"), _one_thread) as pool:
        waiting: deque[Future[R]] = deque()
        for thing in things:
            waiting.append(pool.submit(function, thing))
            if len(waiting) >= _WAITING * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _one_thread() -> None:
    for name in _THREAD_SETTINGS:
        os.environ[name] = "1"
