"""How far a run is, shown to a person: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from voxnym.jobs.summary import Result, Watch

if TYPE_CHECKING:
    from rich.progress import Progress

_LINE_EVERY_S = 30.0
_HOUR_S = 3600.0


class Shown(Watch, Protocol):
    """A watch that is opened and closed."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *ignored: object) -> None:
        """Stop to show."""
        ...


def progress(quiet: bool, stream: TextIO | None = None) -> Shown:
    """What suits the place: nothing when quiet, a bar on a terminal, plain lines otherwise."""
    stream = stream or sys.stderr
    if quiet:
        return Quiet()
    return Bar(stream) if stream.isatty() else Lines(stream)


class Tally:
    """Counts what is done: files, bytes, audio, and how long it took."""

    def __init__(self, files: int, size: int) -> None:
        self.files, self.size = files, size
        self.ended, self.failed = 0, 0
        self.audio_s = 0.0
        self._size_ended = 0
        self._under_way: dict[str, float] = {}
        self._started = time.monotonic()

    def share(self, label: str, size: int, share: float) -> None:
        """One file is under way."""
        self._under_way[label] = size * share

    def result(self, result: Result) -> None:
        """One file has ended."""
        self._under_way.pop(result.label, None)
        self.ended += 1
        self.failed += result.status == "failed"
        self._size_ended += result.size
        self.audio_s += result.outcome.audio_s if result.outcome else 0.0

    @property
    def size_done(self) -> float:
        """Bytes of input that are done, unfinished files by their share."""
        return self._size_ended + sum(self._under_way.values())

    @property
    def speed(self) -> float:
        """Seconds of audio per second; files under way count when they end."""
        return self.audio_s / max(time.monotonic() - self._started, 1e-9)

    @property
    def left_s(self) -> float | None:
        """Seconds to go if it goes on like this; None as long as nobody can tell."""
        if not self.size_done or not self.size:
            return None
        share = min(self.size_done / self.size, 1.0)
        return (time.monotonic() - self._started) * (1 - share) / share

    def __str__(self) -> str:
        text = f"{self.ended}/{self.files} files, {self.audio_s / _HOUR_S:.2f} h of audio"
        if self.failed:
            text += f", {self.failed} failed"
        if self.audio_s:
            text += f", {self.speed:.1f} x real time"
        left_s = self.left_s
        if left_s is not None and self.ended < self.files:
            minutes, seconds = divmod(round(left_s), 60)
            text += f", {minutes // 60}:{minutes % 60:02}:{seconds:02} left"
        return text


class Quiet:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        """Nothing to close."""

    def begin(self, files: int, size: int) -> None:
        """Nothing to show."""

    def share(self, label: str, size: int, share: float) -> None:
        """Nothing to show."""

    def result(self, result: Result) -> None:
        """Nothing to show."""


class Lines(Quiet):
    """A plain line now and then, for logs and pipes."""

    def __init__(self, stream: TextIO, every_s: float = _LINE_EVERY_S) -> None:
        self._stream, self._every_s = stream, every_s
        self._tally = Tally(0, 0)
        self._last = time.monotonic()

    def begin(self, files: int, size: int) -> None:
        """Start counting."""
        self._tally = Tally(files, size)
        self._last = time.monotonic()

    def share(self, label: str, size: int, share: float) -> None:
        """Perhaps a line."""
        self._tally.share(label, size, share)
        self._say()

    def result(self, result: Result) -> None:
        """Perhaps a line."""
        self._tally.result(result)
        self._say()

    def _say(self) -> None:
        now = time.monotonic()
        if now - self._last >= self._every_s:
            self._last = now
            self._stream.write(f"voxnym: {self._tally}\n")
            self._stream.flush()


class Bar(Quiet):
    """A progress bar on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tally = Tally(0, 0)
        self._bar: Progress | None = None

    def __exit__(self, *ignored: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def begin(self, files: int, size: int) -> None:
        """Draw the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._tally = Tally(files, size)
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.description}", markup=False),
            console=Console(file=self._stream),
            transient=True,
        )
        self._bar.add_task(str(self._tally), total=max(size, 1))
        self._bar.start()

    def share(self, label: str, size: int, share: float) -> None:
        """Move the bar."""
        self._tally.share(label, size, share)
        self._draw()

    def result(self, result: Result) -> None:
        """Move the bar."""
        self._tally.result(result)
        self._draw()

    def _draw(self) -> None:
        if self._bar is not None:
            task = self._bar.tasks[0].id
            self._bar.update(task, completed=self._tally.size_done, description=str(self._tally))
