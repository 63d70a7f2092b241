"""Cost and exactness of the systems on the test speakers: one Markdown table.

    python benchmarks/measure_systems.py --data ../shared/data

Everything runs in one process and one thread, from file to file. Loudness is measured by
pyloudnorm on what was written, not by our own meter.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyloudnorm
import soundfile

from voxnym import Key, System, Who, load
from voxnym.audio.formats import format_named, subtype_for
from voxnym.audio.read import FileSource
from voxnym.audio.write import FileWriter
from voxnym.render import RenderOptions, render

ROOT = Path(__file__).resolve().parents[1]
LATENT_S = 0.4
"""Shorter recordings have no loudness after ITU-R BS.1770."""


@dataclass(frozen=True)
class Figures:
    """Of one file: CPU s, audio s, output LUFS minus target, output minus input samples."""

    cpu_s: float
    audio_s: float
    loudness_error: float
    length_error: int


def test_files(data: Path, per_speaker: int) -> list[Path]:
    """Up to `per_speaker` test utterances of each test speaker of the collection."""
    files: list[Path] = []
    for corpus in ("librispeech", "vctk", "emodb"):
        manifest = data / corpus / "manifest.jsonl"
        taken: dict[str, int] = {}
        for line in manifest.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            speaker = str(entry["speaker"])
            if entry["split"] == "test" and taken.get(speaker, 0) < per_speaker:
                taken[speaker] = taken.get(speaker, 0) + 1
                files.append(manifest.parent / entry["path"])
    return files


def loudness(path: Path) -> float:
    samples, rate = soundfile.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pyloudnorm.Meter(rate).integrated_loudness(samples))


def measure(system: System, source: Path, target: Path, level: Literal["fixed", "keep"]) -> Figures:
    started = time.process_time()
    recording = FileSource(source)
    options = RenderOptions(level=level)
    flac = format_named("flac")
    with render(system, recording, Who(utterance=source.stem), options=options) as rendering:
        subtype = subtype_for(flac, recording.subtype)
        with FileWriter(
            target, flac, rendering.rate, rendering.channels, subtype, rendering.length
        ) as file:
            for block in rendering.blocks():
                file.write(block)
    cpu_s = time.process_time() - started
    before, after = soundfile.info(source), soundfile.info(target)
    wanted = -23.0 if level == "fixed" else loudness(source)
    error = loudness(target) - wanted if before.duration >= LATENT_S else 0.0
    return Figures(cpu_s, before.duration, error, after.frames - before.frames)


def start_up() -> None:
    """Print the time that the command needs before it does anything."""
    print("\n| start-up | best of 7, s |\n|---|---|")
    for what in (["-c", "pass"], ["-c", "import voxnym"], ["-m", "voxnym", "--help"]):
        times = []
        for _ in range(7):
            begun = time.perf_counter()
            subprocess.run([sys.executable, *what], check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - begun)
        print(f"| `python {' '.join(what)}` | {min(times):.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--per-speaker", type=int, default=4)
    parser.add_argument("--system", action="append")
    arguments = parser.parse_args()
    files = test_files(arguments.data, arguments.per_speaker)
    print(
        "| system | level | files | audio min | CPU s per audio s, median (5-95 %) | "
        "loudness error LU, median (largest) | length error |\n|---|---|---|---|---|---|---|"
    )
    key = Key(bytes(range(32)))
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "out.flac"
        for name in arguments.system or ["mcadams", "world", "mcadams-vpc2024"]:
            for level in ("fixed", "keep") if name != "mcadams-vpc2024" else ("fixed",):
                system = load(name, key=key)
                measure(system, files[0], target, level)
                rows = [measure(system, file, target, level) for file in files]
                cost = np.array([row.cpu_s / row.audio_s for row in rows])
                off = np.abs([row.loudness_error for row in rows])
                total = sum(row.audio_s for row in rows) / 60
                low, middle, high = np.percentile(cost, [5, 50, 95])
                print(
                    f"| {name} | {level} | {len(rows)} | {total:.1f} | {middle:.4f} "
                    f"({low:.4f}-{high:.4f}) | {np.median(off):.3f} ({off.max():.2f}) | "
                    f"{max(abs(row.length_error) for row in rows)} |",
                    flush=True,
                )
    start_up()


if __name__ == "__main__":
    main()
