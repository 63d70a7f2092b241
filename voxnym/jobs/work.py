"""Doing one task: a recording becomes an anonymous one in a temporary file."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from voxnym.errors import InputError, OutputError, RenderError, VoxnymError
from voxnym.jobs.task import Beat, Outcome, Recipe, Task
from voxnym.jobs.who import who_of

if TYPE_CHECKING:
    from voxnym.audio.formats import Format
    from voxnym.audio.media_read import MediaSource
    from voxnym.audio.read import FileSource
    from voxnym.render import RenderOptions
    from voxnym.system import System

_READ_BYTES = 1 << 20


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
    if task.command is not None:
        from voxnym.jobs.command import output_of

        with output_of(task.command, task.label, beat) as kept:
            return _anonymized(task, temporary, beat, kept)
    before = _state(task.source)
    outcome = _anonymized(task, temporary, beat, inline)
    if _state(task.source) != before:
        raise InputError(f"{task.label}: changed or went away while it was read; run again")
    return outcome


def _anonymized(task: Task, temporary: Path, beat: Beat, inline: BinaryIO | None) -> Outcome:
    from voxnym.audio.formats import subtype_for
    from voxnym.audio.open import open_source, open_writer
    from voxnym.render import render

    place = inline if inline is not None else task.source
    assert place is not None, "a task without a path needs its bytes"
    recipe = task.recipe
    # Refuses devices and pipes, whose bytes would never end.
    source = open_source(place, name=task.label)
    who = who_of(recipe.scope, task.speaker, _content(task.source, inline, beat))
    format = _format(task, source)
    rate = format.nearest_rate(source.rate)
    keep = frozenset(recipe.kept_streams)
    with render(
        _system(recipe), source, who,
        options=_options(task), rate_out=rate, scratch=temporary.parent, beat=beat,
    ) as rendering:  # fmt: skip
        rate, channels, frames = rendering.rate, rendering.channels, rendering.length
        with open_writer(
            temporary, format, rate, channels, subtype_for(format, source.subtype), frames,
            task.target, original=source, keep=keep,
        ) as writer:  # fmt: skip
            for block in rendering.blocks():
                writer.write(block)
                beat(1.0)
        told = _reading_notes(source, format, rate, keep)
        notes = (*told, *writer.notes, *rendering.notes)
    return Outcome("", 0, frames, 0.0, rate, channels, format.name, notes)


def _options(task: Task) -> RenderOptions:
    from voxnym.recording.redaction import Redaction
    from voxnym.render import RenderOptions

    recipe = task.recipe
    return RenderOptions(
        channels=recipe.channels,
        level=recipe.level,
        surroundings=recipe.surroundings,
        turns=task.turns,
        channel_turns=task.channel_turns,
        redaction=Redaction(task.redactions, recipe.cover, recipe.guard_s),
    )


def _reading_notes(
    source: FileSource | MediaSource, format: Format, rate: int, keep: frozenset[str]
) -> Iterator[str]:
    if source.note:
        yield source.note.removeprefix(f"{source.name}: ")
    contents = getattr(source, "contents", None)
    if contents is not None:
        yield from contents.notes(format, keep)
        start_s = float(getattr(source, "start_s", 0.0))
        if start_s > 0 and contents.of("picture") and not format.pictures:
            yield f"the sound begins {start_s:.3f} s after the picture, and the output with it"
    if rate != source.rate:
        yield f"the format does not allow {source.rate} Hz; written at {rate} Hz"


@lru_cache(maxsize=4)
def _system(recipe: Recipe) -> System:
    from voxnym.keys import Key
    from voxnym.system import load

    return load(recipe.system, key=Key(recipe.key), settings=dict(recipe.settings))


def _format(task: Task, source: FileSource | MediaSource) -> Format:
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
