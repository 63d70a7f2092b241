"""The output of a corpus's command (`sox … |`), kept where nobody else can read it."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from voxnym.errors import InputError

_PIECE_BYTES = 1 << 20
_LISTEN_S = 0.2
_SHOWN_CHARACTERS = 200


@contextmanager
def output_of(
    command: str, label: str, beat: Callable[[float], None] = lambda share: None
) -> Iterator[BinaryIO]:
    """Run a shell command and keep what it writes to its standard output.

    Only for commands that the user has allowed: whatever it is, it is run. It gets no input, and
    ends when nobody reads from it any more.

    Args:
        command: for the system's shell.
        label: what error texts call the recording.
        beat: called while it works.

    Yields:
        A file without a name, at its start.

    Raises:
        InputError: the command failed or wrote nothing.
    """
    with tempfile.TemporaryFile() as kept, tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S602  the user allowed it
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=sys.platform != "win32",
        )
        try:
            assert process.stdout is not None, "its standard output is a pipe"
            _keep(process.stdout, kept, beat)
            code = process.wait()
        finally:
            _end(process)
        if code or not kept.tell():
            complaints.seek(0)
            text = complaints.read().decode("utf-8", "replace").strip().splitlines()
            said = f": {text[-1][:_SHOWN_CHARACTERS]}" if text else ""
            what = f"failed with code {code}" if code else "wrote nothing"
            raise InputError(f"{label}: its command {what}{said}; expected a recording")
        kept.seek(0)
        yield cast(BinaryIO, kept)


def _keep(pipe: IO[bytes], kept: IO[bytes], beat: Callable[[float], None]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            beat(0.0)
            if not selector.select(_LISTEN_S):
                continue
            piece = os.read(pipe.fileno(), _PIECE_BYTES)
            if not piece:
                return
            kept.write(piece)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is None:
        # The shell's own children, too: they have its session.
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
