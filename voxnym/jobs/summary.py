"""How a run went: one result per recording, and all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from voxnym.errors import VoxnymError
from voxnym.jobs.task import Outcome

Status = Literal["done", "skipped", "planned", "failed"]


@dataclass(frozen=True)
class Result:
    """What became of one recording.

    Args:
        label: what the user calls it.
        source: None for a pipe.
        target: None for a pipe, or where there is no output.
        status: "skipped" when an earlier run finished it, "planned" in a dry run.
        outcome: where it was done by this run.
        error: where it failed.
        details: the worker's traceback, when asked for.
    """

    label: str
    source: Path | None
    target: Path | None
    status: Status
    size: int = 0
    outcome: Outcome | None = None
    error: VoxnymError | None = None
    details: str = ""


@dataclass(frozen=True)
class Summary:
    """A whole run.

    Args:
        results: in order of completion.
        wall_s: duration, seconds.
        left_out: files that were passed over, by reason.
        notes: plain sentences about the run as a whole.
        interrupted: whether the user stopped it.
    """

    results: tuple[Result, ...]
    wall_s: float = 0.0
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    interrupted: bool = False

    def count(self, status: Status) -> int:
        """How many recordings ended like that."""
        return sum(result.status == status for result in self.results)

    @property
    def audio_s(self) -> float:
        """Audio anonymized by this run, seconds."""
        return sum(result.outcome.audio_s for result in self.results if result.outcome)

    @property
    def cpu_s(self) -> float:
        """Processor time of the workers on it, seconds."""
        return sum(result.outcome.cpu_s for result in self.results if result.outcome)

    @property
    def failures(self) -> tuple[Result, ...]:
        """Recordings without output, by name."""
        failed = [result for result in self.results if result.status == "failed"]
        return tuple(sorted(failed, key=lambda result: result.label))

    @property
    def exit_code(self) -> int:
        """0 all fine, 1 some failed, 2 all failed, 130 interrupted."""
        if self.interrupted:
            return 130
        failed = self.count("failed")
        if not failed:
            return 0
        return 1 if failed < len(self.results) else 2


class Watch(Protocol):
    """Someone who is told how a run goes: a progress bar, a log."""

    def begin(self, files: int, size: int) -> None:
        """So many recordings of so many bytes are to be done."""
        ...

    def share(self, label: str, size: int, share: float) -> None:
        """One of them, of `size` bytes, is done so far: 0 to 1."""
        ...

    def result(self, result: Result) -> None:
        """One of them has ended."""
        ...
