"""One recording of a job: what is to be done, doing it, and what came out."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from voxnym.errors import InputError, OutputError, RenderError, VoxnymError
from voxnym.jobs.who import who_of
from voxnym.records import Scope

if TYPE_CHECKING:
    from voxnym.audio.formats import Format
    from voxnym.audio.read import FileSource
    from voxnym.system import System

Beat = Callable[[float], None]
Setting = str | int | float | bool | tuple[float, ...] | tuple[str, ...]

_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Recipe:
    """What is the same for all recordings of a run.

    Args:
        system: name of a preset, or path to one.
        system_text: the preset as read, so that an edited preset counts as another system.
        key: 32 secret bytes.
        scope: how long one pseudo-voice lasts.
        channels: "mix" when channels show one scene, "separate" when each is one person.
        level: "fixed" for one loudness, "keep" for the input's; None as the preset says.
        format: name of the output format; None to go by the target's extension.
        settings: (name, value) pairs that change parameters of the system.
    """

    system: str
    system_text: str
    key: bytes = field(repr=False)
    scope: Scope = "file"
    channels: Literal["mix", "separate"] = "mix"
    level: Literal["fixed", "keep"] | None = None
    format: str | None = None
    settings: tuple[tuple[str, Setting], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Text that differs whenever the output may differ (the key aside)."""
        from voxnym import __version__

        parts = (self.system, self.system_text, self.scope, self.channels, self.level, self.format)
        return json.dumps([__version__, parts, sorted(self.settings)], ensure_ascii=True)


@dataclass(frozen=True)
class Task:
    """One recording to anonymize.

    Args:
        label: what the user calls it, in messages only.
        source: the recording; None when its bytes come another way (a pipe).
        target: the output file.
        speaker: name of the person.
        recipe: what is the same for all.
        size: bytes of the source.
        mtime_ns: its modification time when planned, ns.
    """

    label: str
    source: Path | None
    target: Path
    speaker: str
    recipe: Recipe
    size: int = 0
    mtime_ns: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came out of one task; the result lies in the temporary file.

    Args:
        sha256: of the output, hexadecimal.
        size: of the output, bytes.
        audio_s: length of the recording, seconds.
        cpu_s: processor time spent, seconds.
        rate: samples per second of the output, Hz.
        channels: channels of the output.
        format: name of the output format.
        notes: plain sentences for the user.
    """

    sha256: str
    size: int
    audio_s: float
    cpu_s: float
    rate: int
    channels: int
    format: str
    notes: tuple[str, ...] = ()


def run_task(task: Task, temporary: Path, beat: Beat, inline: BinaryIO | None = None) -> Outcome:
    """Anonymize one recording into a temporary file, which is complete and on disk afterwards.

    Args:
        task: what to do.
        temporary: file to write, beside the target; the caller renames it.
        beat: called now and then with the share of the work that is done, 0 to 1.
        inline: the recording where `task.source` is None.

    Raises:
        VoxnymError: anything that failed; the temporary file is gone then.
    """
    started = time.process_time()
    try:
        with _explained(task):
            outcome = _produce(task, temporary, beat, inline)
            sha256, size = _settle(temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return replace(outcome, sha256=sha256, size=size, cpu_s=time.process_time() - started)


def _produce(task: Task, temporary: Path, beat: Beat, inline: BinaryIO | None) -> Outcome:
    from voxnym.audio.formats import subtype_for
    from voxnym.audio.read import FileSource
    from voxnym.audio.write import FileWriter
    from voxnym.render import RenderOptions, render

    before = _state(task.source)
    place = inline if inline is not None else task.source
    assert place is not None, "a task without a path needs its bytes"
    # Refuses devices and pipes, whose bytes would never end.
    source = FileSource(place, name=task.label)
    who = who_of(task.recipe.scope, task.speaker, _content(task.source, inline, beat))
    system = _system(task.recipe)
    options = RenderOptions(channels=task.recipe.channels, level=task.recipe.level)
    format = _format(task, source)
    rate = format.nearest_rate(source.rate)
    folder = temporary.parent
    with render(
        system, source, who, options=options, rate_out=rate, scratch=folder, beat=beat
    ) as rendering:
        subtype = subtype_for(format, source.subtype)
        rate, channels, frames = rendering.rate, rendering.channels, rendering.length
        with FileWriter(
            temporary, format, rate, channels, subtype, frames, name=task.target
        ) as writer:
            for block in rendering.blocks():
                writer.write(block)
                beat(1.0)
        notes = rendering.notes
    if _state(task.source) != before:
        raise InputError(f"{task.label}: changed or went away while it was read; run again")
    return Outcome(
        "", 0, frames / rate, 0.0, rate, channels, format.name,
        (*_reading_notes(source, rate), *notes),
    )  # fmt: skip


def _reading_notes(source: FileSource, rate: int) -> Iterator[str]:
    if source.note:
        yield source.note.removeprefix(f"{source.name}: ")
    if rate != source.rate:
        yield f"the format does not allow {source.rate} Hz; written at {rate} Hz"


@lru_cache(maxsize=4)
def _system(recipe: Recipe) -> System:
    from voxnym.keys import Key
    from voxnym.system import load

    return load(recipe.system, key=Key(recipe.key), settings=dict(recipe.settings))


def _format(task: Task, source: FileSource) -> Format:
    from voxnym.audio.formats import format_for, format_named

    if task.recipe.format is not None:
        return format_named(task.recipe.format)
    if task.target.suffix:
        return format_for(task.target)
    try:
        return format_named(source.format_name)
    except InputError as error:
        raise InputError(
            f"{task.label}: {source.format_name} is read but not written; choose one with --format"
        ) from error


def _state(source: Path | None) -> tuple[int, int] | None:
    if source is None:
        return None
    found = source.stat()
    return found.st_size, found.st_mtime_ns


def _content(source: Path | None, inline: BinaryIO | None, beat: Beat) -> str:
    """SHA-256 of the recording's bytes, hexadecimal."""
    if inline is None:
        assert source is not None, "a task without a path needs its bytes"
        with source.open("rb") as file:
            return _sha256(file, beat)
    inline.seek(0)
    digest = _sha256(inline, beat)
    inline.seek(0)
    return digest


def _sha256(file: BinaryIO, beat: Beat) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_READ_BYTES):
        digest.update(piece)
        beat(0.0)
    return digest.hexdigest()


def _settle(temporary: Path) -> tuple[str, int]:
    """Bring a finished file to disk; its SHA-256 (hexadecimal) and size in bytes."""
    # Windows syncs only what may be written.
    with temporary.open("r+b") as file:
        os.fsync(file.fileno())
        return _sha256(file, lambda share: None), temporary.stat().st_size


@contextmanager
def _explained(task: Task) -> Iterator[None]:
    """Turn whatever fails into one sentence that names the recording."""
    try:
        yield
    except VoxnymError as error:
        text = str(error)
        raise type(error)(text if task.label in text else f"{task.label}: {text}") from error
    except MemoryError as error:
        raise RenderError(
            f"{task.label}: not enough memory; nothing was written; close other programs or "
            "use fewer --workers"
        ) from error
    except OSError as error:
        raise _explain_os(task, error) from error
    except Exception as error:
        raise RenderError(
            f"{task.label}: anonymizing failed ({type(error).__name__}: {error}); nothing was "
            "written; VOXNYM_DEBUG=1 shows where"
        ) from error


def _explain_os(task: Task, error: OSError) -> VoxnymError:
    if isinstance(error, FileNotFoundError) and task.source and not task.source.exists():
        return InputError(f"{task.label}: is no longer there; nothing was written")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputError(
            f"{task.label}: no space left for the output ({error.strerror}); nothing was "
            f"written; make room in {task.target.parent} and run again"
        )
    return OutputError(f"{task.label}: {error.strerror or error}; nothing was written")
