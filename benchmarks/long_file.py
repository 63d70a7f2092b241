"""Anonymizes a long stereo file and reports memory, time and length.

    python benchmarks/long_file.py                       # 3 hours, 48 kHz, stereo
    python benchmarks/long_file.py --minutes 5 --system world

Peak memory is that of the largest process of the command, as the operating system counts it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 48000
MEMORY_LIMIT_MB = 500
EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "voices"


def make_recording(path: Path, minutes: float) -> int:
    """Speech of the examples in turn, each channel a little different; returns the length."""
    pieces = []
    for file in sorted(EXAMPLES.rglob("*.flac")):
        samples, rate = soundfile.read(file, dtype="float32")
        pieces.append(soxr.resample(samples, rate, RATE))
    turn = np.concatenate(pieces)
    stereo = np.stack([turn, 0.8 * np.roll(turn, 20)], axis=1)
    left = total = round(minutes * 60 * RATE)
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        while left > 0:
            file.write(stereo[:left])
            left -= min(left, len(stereo))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=180.0)
    parser.add_argument("--system", action="append", help="may be given more than once")
    parser.add_argument("--folder", type=Path, help="where the files lie for the time being")
    arguments = parser.parse_args()
    failed = False
    print("| system | minutes | wall s | CPU s | CPU s per audio s | peak MB | length error |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as place:
        source, target = Path(place) / "long.wav", Path(place) / "out.wav"
        length = make_recording(source, arguments.minutes)
        for system in arguments.system or ["mcadams", "world"]:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            started = time.monotonic()
            command = [sys.executable, "-m", "voxnym", "anonymize", str(source), str(target)]
            options = ["--system", system, "--quiet", "--overwrite"]
            subprocess.run([*command, *options], check=True)
            wall = time.monotonic() - started
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            megabytes = after.ru_maxrss / 1024
            error = soundfile.info(target).frames - length
            print(
                f"| {system} | {arguments.minutes:g} | {wall:.0f} | {cpu:.0f} | "
                f"{cpu / arguments.minutes / 60:.4f} | {megabytes:.0f} | {error} |"
            )
            failed |= megabytes > MEMORY_LIMIT_MB or error != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
