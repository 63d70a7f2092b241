"""A place for the anonymized samples while their level is not known yet.

The gain of a result follows from its whole length, so its samples wait here: in memory while
they are few, then in a file without a name that vanishes with the process however it ends.
Only anonymized samples ever come here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from voxnym.errors import OutputError
from voxnym.records import Block

IN_MEMORY_BYTES = 64 << 20
BLOCK_FRAMES = 1 << 16


class Scratch:
    """Float32 samples of one or more voices, written once and read as often as needed.

    Args:
        voices: number of rows of every block.
        folder: where the unnamed file lies once memory is not enough; None: the system's place.
    """

    def __init__(self, voices: int, folder: Path | None = None) -> None:
        self._voices = voices
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115  closed by close()
            max_size=IN_MEMORY_BYTES, dir=None if folder is None else str(folder)
        )
        self.length = 0

    def write(self, block: Block) -> None:
        """Append (voices, n) samples.

        Raises:
            OutputError: the disk is full or the folder cannot be written.
        """
        try:
            self._file.write(np.ascontiguousarray(block.T, np.float32).tobytes())
        except OSError as error:
            raise OutputError(
                f"no room for intermediate samples in {self._folder or tempfile.gettempdir()} "
                f"({error.strerror}); free some disk space"
            ) from error
        self.length += block.shape[1]

    def blocks(self) -> Iterator[Block]:
        """All samples from the start, as (voices, n)."""
        self._file.seek(0)
        size = BLOCK_FRAMES * self._voices * 4
        while data := self._file.read(size):
            yield np.frombuffer(data, np.float32).reshape(-1, self._voices).T

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory or the file."""
        self._file.close()
