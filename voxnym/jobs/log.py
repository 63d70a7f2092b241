"""The log of a run as JSON lines: one object per recording, and the summary as the last one."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Self, TextIO

from voxnym.errors import OutputError
from voxnym.jobs.summary import Result, Summary


class Log:
    """Writes what happens, as it happens; a context manager.

    A log names originals, so it is refused inside the output tree and readable by its owner
    alone. A log that exists is continued; any other file is left alone.

    Args:
        path: a file, or "-" for standard output.
        out: the output folder or file that the log must stay out of, if any.

    Raises:
        OutputError: inside the output tree, not a log, or not writable.
    """

    def __init__(self, path: str, out: Path | None) -> None:
        self._path = path
        self.error: OutputError | None = None
        """Why the log ends early; the recordings are worth more than it, so they go on."""
        self._file: TextIO = _stdout() if path == "-" else _open(Path(path), out)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ignored: object) -> None:
        with contextlib.suppress(OSError):
            if self._file is not sys.stdout:
                self._file.close()

    def begin(self, files: int, size: int) -> None:
        """Nothing to write yet."""

    def share(self, label: str, size: int, share: float) -> None:
        """Nothing to write in the middle of a recording."""

    def result(self, result: Result) -> None:
        """One object for one recording."""
        self._write(_entry(result))

    def summary(self, summary: Summary, system: str) -> None:
        """The last object of a run."""
        self._write(
            {
                "kind": "summary",
                "system": system,
                "done": summary.count("done"),
                "skipped": summary.count("skipped"),
                "planned": summary.count("planned"),
                "failed": summary.count("failed"),
                "left_out": dict(summary.left_out),
                "audio_s": round(summary.audio_s, 3),
                "cpu_s": round(summary.cpu_s, 3),
                "wall_s": round(summary.wall_s, 3),
                "interrupted": summary.interrupted,
                "notes": list(summary.notes),
            }
        )

    def _write(self, entry: dict[str, object]) -> None:
        if self.error is not None:
            return
        try:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()
        except OSError as error:
            self.error = OutputError(
                f"{self._path}: the log ends early ({error.strerror}); the run went on without it"
            )
            if self._file is sys.stdout:
                # The interpreter tries once more at its end, and would complain.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _entry(result: Result) -> dict[str, object]:
    entry: dict[str, object] = {
        "kind": "file",
        "label": result.label,
        "source": str(result.source) if result.source else "-",
        "target": str(result.target) if result.target else "-",
        "status": result.status,
    }
    if result.error is not None:
        entry |= {"error": str(result.error), "error_kind": type(result.error).__name__}
    if result.outcome is not None:
        entry |= {
            "sha256": result.outcome.sha256,
            "bytes": result.outcome.size,
            "audio_s": round(result.outcome.audio_s, 6),
            "cpu_s": round(result.outcome.cpu_s, 4),
            "rate": result.outcome.rate,
            "channels": result.outcome.channels,
            "format": result.outcome.format,
            "notes": list(result.outcome.notes),
        }
    return entry


def _stdout() -> TextIO:
    if sys.stdout is None:
        raise OutputError("--json -: standard output is closed; give a file")
    return sys.stdout


def _open(path: Path, out: Path | None) -> TextIO:
    here = path.resolve()
    if out is not None and here.is_relative_to(out.resolve()):
        raise OutputError(
            f"{path}: the log names originals and would lie in the output; put it elsewhere"
        )
    try:
        if path.exists() and (not path.is_file() or not _is_log(path)):
            raise OutputError(f"{path}: exists and is no log of voxnym; give another name")
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")
    except OSError as error:
        raise OutputError(f"{path}: the log cannot be written ({error.strerror})") from error


def _is_log(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) in (b"", b'{"kind":')
