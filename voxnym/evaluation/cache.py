"""Anonymized audio kept between runs, named by what it was made from.

Only anonymized audio is kept: originals, and what was measured from them, stay in memory.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from voxnym.errors import InputError
from voxnym.records import Audio

_LAYOUT = "1"


@dataclass(frozen=True)
class Cache:
    """A folder of anonymized utterances as 16 bit FLAC.

    Args:
        folder: made where it is missing, for this user alone.
    """

    folder: Path

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InputError(
                f"{self.folder}: no folder for the cache ({error.strerror})"
            ) from error

    def path(self, *parts: str) -> Path:
        """Where something made from these parts lies, or will lie."""
        name = hashlib.sha256("\0".join((_LAYOUT, *parts)).encode()).hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.flac"

    def read(self, path: Path) -> Audio | None:
        """What lies there; None where nothing does, or only half of it."""
        import soundfile

        try:
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except (OSError, soundfile.LibsndfileError):
            return None
        return Audio(samples.T, rate) if samples.size else None

    def write(self, path: Path, audio: Audio) -> None:
        """Put 16 bit audio there, whole or not at all."""
        import soundfile

        path.parent.mkdir(exist_ok=True, mode=0o700)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
        soundfile.write(temporary, audio.samples.T, audio.rate, format="FLAC", subtype="PCM_16")
        temporary.replace(path)
