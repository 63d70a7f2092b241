"""How the work spreads over workers: 1 and 2 of them, worker processes beside a local Ray.

    python benchmarks/scaling.py [--data DATA] [--minutes M] [--repeats N]

Real speech of DATA (a folder; the collection beside the repository by default), else the examples,
copied until there are M minutes of it. All ways take turns in one run; minimum, median and maximum
count. A way's start (processes, imports, Ray itself) is measured with one short recording and
told apart. The table is Markdown for docs/results.md.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import soundfile

from voxnym.jobs.past import sha256_of
from voxnym.jobs.plan import plan_folder
from voxnym.jobs.run import Orders, cores, run_plan
from voxnym.jobs.summary import Summary
from voxnym.jobs.task import Recipe
from voxnym.keys import Key
from voxnym.system import DEFAULT_SYSTEM

ROOT = Path(__file__).resolve().parents[1]
KEY = Key(bytes(range(32)))
WORKERS = (1, 2)
Engine = Literal["processes", "ray"]


@dataclass
class Way:
    """One engine with so many workers, and what was measured of it, one value a repeat."""

    engine: Engine
    workers: int
    start_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)


def recordings(data: Path) -> list[Path]:
    """FLAC files of real speech, or else the examples."""
    found = sorted((data / "librispeech").glob("test-*/*/*.flac")) or sorted(data.rglob("*.flac"))
    return found or sorted((ROOT / "examples").glob("*.flac"))


def lay_out(paths: list[Path], folder: Path, minutes: float) -> float:
    """Copies of recordings in a folder, until there is enough; seconds of audio."""
    seconds = 0.0
    for number in range(100_000):
        path = paths[number % len(paths)]
        shutil.copyfile(path, folder / f"{number:05}{path.suffix}")
        seconds += soundfile.info(path).duration
        if seconds >= 60 * minutes:
            break
    return seconds


def run(way: Way, source: Path, out: Path) -> tuple[Summary, float]:
    """One run of a way; summary and seconds, Ray's start and end included."""
    recipe = Recipe(DEFAULT_SYSTEM, "", KEY.secret)
    plan = plan_folder(source, out, recipe)
    orders = Orders(workers=way.workers, engine=way.engine)
    started = time.perf_counter()
    summary = run_plan(plan, out, KEY, orders=orders)
    seconds = time.perf_counter() - started
    if summary.exit_code:
        raise SystemExit(f"{way.engine}: {summary.failures[0].error}")
    return summary, seconds


def tree(out: Path) -> dict[str, str]:
    """Hash of each output, by name."""
    return {path.name: sha256_of(path) for path in sorted(out.glob("*.flac"))}


def measure(ways: list[Way], work: Path, repeats: int) -> bool:
    """Let the ways take turns; whether all of them gave the same bytes."""
    found = []
    for repeat in range(repeats):
        # Every second time backwards, so that no way always runs on a warm machine.
        for way in ways if repeat % 2 == 0 else ways[::-1]:
            short, out = work / "short-out", work / "out"
            for place in (short, out):
                shutil.rmtree(place, ignore_errors=True)
            way.start_s.append(run(way, work / "short", short)[1])
            summary, seconds = run(way, work / "in", out)
            way.wall_s.append(seconds)
            way.cpu_s.append(summary.cpu_s)
            found.append(tree(out))
            print(f"  {way.engine} {way.workers}: {seconds:.1f} s", flush=True)
    return all(other == found[0] for other in found)


def spread(values: list[float], digits: int) -> str:
    """Minimum, median and maximum."""
    numbers = (min(values), statistics.median(values), max(values))
    return " / ".join(f"{number:.{digits}f}" for number in numbers)


def table(ways: list[Way], audio_s: float) -> None:
    """The rows; a way is compared with one worker process of the same repeat."""
    print("| engine | workers | audio h per wall h | efficiency | CPU s per audio s | start, s |")
    print("|---|---|---|---|---|---|")
    one = ways[0]
    net_one = [wall - start for wall, start in zip(one.wall_s, one.start_s, strict=True)]
    for way in ways:
        net = [wall - start for wall, start in zip(way.wall_s, way.start_s, strict=True)]
        speeds = [audio_s / seconds for seconds in net]
        pairs = zip(net_one, net, strict=True)
        efficiency = [first / seconds / way.workers for first, seconds in pairs]
        cpu = [seconds / audio_s for seconds in way.cpu_s]
        print(
            f"| {way.engine} | {way.workers} | {spread(speeds, 1)} | {spread(efficiency, 2)} "
            f"| {spread(cpu, 4)} | {spread(way.start_s, 1)} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--minutes", type=float, default=20.0, help="of audio")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    paths = recordings(arguments.data)
    if not paths:
        raise SystemExit("no recordings found; give a folder with --data")
    with tempfile.TemporaryDirectory(prefix="voxnym-scaling-") as folder:
        work = Path(folder)
        (work / "in").mkdir()
        (work / "short").mkdir()
        audio_s = lay_out(paths, work / "in", arguments.minutes)
        shortest = min(paths, key=lambda path: soundfile.info(path).duration)
        shutil.copyfile(shortest, work / "short" / f"short{shortest.suffix}")
        count = len(list((work / "in").iterdir()))
        print(
            f"{count} recordings, {audio_s / 60:.1f} min, system {DEFAULT_SYSTEM}, "
            f"{cores()} cores, {arguments.repeats} repeats (min / median / max)"
        )
        engines: tuple[Engine, ...] = ("processes", "ray")
        ways = [Way(engine, workers) for engine in engines for workers in WORKERS]
        same = measure(ways, work, arguments.repeats)
        table(ways, audio_s)
    print(f"same bytes from all ways: {'yes' if same else 'NO'}")
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
