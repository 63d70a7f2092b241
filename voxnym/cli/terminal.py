"""The command line's side of the standard streams: one line a message, and streams that exist."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def say(text: str) -> None:
    """One line on standard error; names of files cannot steer the terminal."""
    from voxnym.audio.formats import printable

    line = printable(" ".join(text.splitlines()))
    sys.stderr.write(f"voxnym: {line}\n")


def mend_streams() -> None:
    """Let standard streams that the caller has closed lead nowhere.

    Otherwise the next file that is opened gets their number, and what is printed lands in it.
    Standard input and output stay None for Python, so that reading from one is still an error.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  for as long as the process lives
