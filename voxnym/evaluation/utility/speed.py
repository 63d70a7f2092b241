"""What a call costs: processor time and memory, in a process of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voxnym.errors import InputError
from voxnym.records import Audio

_WARM_S: Final = 1.0
_STATUS: Final = Path("/proc/self/status")


@dataclass(frozen=True)
class Speed:
    """Cost of one call.

    Args:
        cpu_per_s: processor seconds per second of audio, all threads and child processes.
        start_cpu_s: processor seconds before that: libraries, weights, a first short call.
        peak_bytes: most memory that the process ever held.
        start_bytes: most memory before the call.
        audio_s: length of the audio, seconds.
    """

    cpu_per_s: float
    start_cpu_s: float
    peak_bytes: int
    start_bytes: int
    audio_s: float

    @property
    def bytes_per_s(self) -> float:
        """Memory that the call itself asked for, per second of audio."""
        return (self.peak_bytes - self.start_bytes) / self.audio_s


def speed(make: Callable[[], Callable[[Audio], object]], audio: Audio) -> Speed:
    """Measure a call in a new process.

    Args:
        make: gives what is to be called; picklable, and run in the new process, so that loading
            counts as the start and not as the call.
        audio: longer than 1 s; its first second warms up what is loaded or compiled late.

    Raises:
        InputError: shorter audio.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    if audio.duration <= _WARM_S:
        raise InputError(f"{audio.duration:.2f} s of audio: expected more than {_WARM_S:g} s")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_measured, make, audio).result()


def peak_memory() -> int:
    """Most memory that this process has held, bytes.

    On Linux not `getrusage`: what its parent held is counted there, too, since the figure outlives
    the exchange of the program.
    """
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    import resource

    unit = 1 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def processor_time() -> float:
    """Processor seconds of this process and of its children that have ended."""
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _measured(make: Callable[[], Callable[[Audio], object]], audio: Audio) -> Speed:
    call = make()
    call(Audio(audio.samples[:, : round(_WARM_S * audio.rate)], audio.rate))
    start_s, start_bytes = processor_time(), peak_memory()
    call(audio)
    spent = processor_time() - start_s
    return Speed(spent / audio.duration, start_s, peak_memory(), start_bytes, audio.duration)
