"""One place to work on some machine of a Ray cluster: a Ray actor with one worker process.

The recording is decoded in that process and not in the actor, so that a decoder that crashes,
hangs or eats the memory costs its own file, with the same words as without Ray.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voxnym.jobs.pool import Answer, Job, Pool, Share
from voxnym.jobs.task import Outcome
from voxnym.jobs.worker import Heard, Order, Refused, Work

_TELL_EVERY_S = 1.0
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Greeting:
    """What a station says of itself.

    Args:
        version: of voxnym there.
        machine: its name.
    """

    version: str
    machine: str


@dataclass(frozen=True)
class Unseen:
    """A file that the station's machine does not see."""

    path: Path
    machine: str


Message = Heard | Refused | Outcome | Unseen


class Station:
    """Does one order after the other.

    The key comes with each order and not with the station: what an actor is built from is kept
    by the cluster, on disk where it is set up like that.

    Args:
        work: what is done with a task; a function that can be imported by name.
        silence_s: a worker process without a sign of life for so long counts as hung, seconds.
        patience_s: how long to wait for files to appear on a slow shared file system, seconds.
    """

    def __init__(self, work: Work, silence_s: float, patience_s: float) -> None:
        self._pool = Pool(1, work=work, silence_s=silence_s)
        self._patience_s = patience_s

    def greet(self) -> Greeting:
        """Say who is there."""
        from voxnym import __version__

        return Greeting(__version__, platform.node())

    def do(self, order: Order) -> Iterator[Message]:
        """Signs of life now and then, and one answer as the last message.

        Args:
            order: with absolute paths.
        """
        unseen = self._unseen(order)
        if unseen is not None:
            yield Unseen(unseen, platform.node())
            return
        told = time.monotonic()
        for event in self._pool.run([Job(order.task, order.temporary)]):
            if not isinstance(event, Share):
                yield _message(event)
            elif time.monotonic() - told >= _TELL_EVERY_S:
                told = time.monotonic()
                yield Heard(event.share)

    def _unseen(self, order: Order) -> Path | None:
        system = Path(order.task.recipe.system)
        needed = [order.task.source, order.temporary]
        if system.suffix == ".toml":
            needed.append(system)
        until = time.monotonic() + self._patience_s
        for path in needed:
            while path is not None and not path.exists():
                if time.monotonic() > until:
                    return path
                time.sleep(_LOOK_AGAIN_S)
        return None


def _message(answer: Answer) -> Outcome | Refused:
    if answer.outcome is not None:
        return answer.outcome
    assert answer.error is not None, "an answer holds an outcome or an error"
    return Refused(answer.error, answer.details)
