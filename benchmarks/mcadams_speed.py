"""CPU time of the `lpc` codec with `content_mcadams`, against the straightforward way.

    python benchmarks/mcadams_speed.py [--repeats N] [--seconds S] [FILE ...]

Mono files at 16 kHz; without any, LibriSpeech's test files where they lie beside the repository,
else the examples. One thread, both ways in turns in the same run; the median of the repeats counts.
"""

from __future__ import annotations

import os

# Before NumPy is imported, or its libraries start their threads.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import mcadams_reference as reference
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voxnym.codecs.lpc import Lpc
from voxnym.records import Survey
from voxnym.stages.content_mcadams import ContentMcadams

ROOT = Path(__file__).resolve().parents[1]
COEFFICIENT = 0.8
LIVE_SECONDS = 2.0
LARGEST_DIFFERENCE = 1e-6
SLOW, FAST = "straightforward", "shipped"
CHALLENGE = Lpc(
    window="symmetric",
    estimator="burg",
    filtering="frame",
    padding=False,
    match_energy=False,
    offset=float(reference.EPSILON),
)
EXACT = ContentMcadams(coefficient=COEFFICIENT, largest_radius=None)
Samples = NDArray[np.float32]


def anonymize(
    samples: Samples, codec: Lpc, stage: ContentMcadams, block: int | None = None
) -> Samples:
    """Codec and stage on one recording, in blocks of so many samples."""
    run = codec.start(Survey())
    transform = stage.start(np.random.default_rng(0), Survey())
    block = block or len(samples)
    done = []
    for start in range(0, len(samples), block):
        last = start + block >= len(samples)
        speech = transform(run.analyze(samples[start : start + block], last), last)
        done.append(run.synthesize(speech, last))
    return np.concatenate(done)


def default_files() -> list[Path]:
    """LibriSpeech test files, or else the examples."""
    found = sorted((ROOT.parent / "shared" / "data" / "librispeech").glob("test-*/*/*.flac"))
    return found[::15] or sorted((ROOT / "examples").glob("*.flac"))


def load(paths: list[Path], seconds: float) -> list[Samples]:
    """Recordings until there are so many seconds of them."""
    recordings: list[Samples] = []
    for path in paths:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        samples = soxr.resample(samples, rate, reference.RATE)
        recordings.append(np.ascontiguousarray(samples[:, 0]))
        if sum(map(len, recordings)) >= seconds * reference.RATE:
            break
    if not recordings:
        raise SystemExit("no recordings found; name some 16 kHz files")
    return recordings


def cpu_seconds(way: Callable[[Samples], Samples], recordings: list[Samples]) -> float:
    """CPU seconds per second of audio."""
    start = time.process_time()
    for samples in recordings:
        way(samples)
    return (time.process_time() - start) * reference.RATE / sum(map(len, recordings))


def row(name: str, values: list[float], digits: int = 6) -> None:
    numbers = (min(values), statistics.median(values), max(values))
    print(f"{name:<44}" + "".join(f"{number:>12.{digits}f}" for number in numbers))


def steps(recordings: list[Samples]) -> None:
    """Where the time of the shipped setting goes."""
    spent = np.zeros(3)
    for samples in recordings:
        run = Lpc().start(Survey())
        transform = ContentMcadams(coefficient=COEFFICIENT).start(
            np.random.default_rng(0), Survey()
        )
        t0 = time.process_time()
        speech = run.analyze(samples, True)
        t1 = time.process_time()
        speech = transform(speech, True)
        t2 = time.process_time()
        run.synthesize(speech, True)
        spent += np.diff([t0, t1, t2, time.process_time()])
    frames = sum(map(len, recordings)) / reference.HOP
    for name, seconds in zip(("analysis", "poles", "synthesis"), spent, strict=True):
        print(f"  {name:<42}{seconds / frames * 1e6:>12.2f} us per frame of 10 ms")


def measure(recordings: list[Samples], repeats: int) -> dict[str, list[float]]:
    """CPU seconds per second of audio, for each way and repeat; the ways take turns."""
    shipped = ContentMcadams(coefficient=COEFFICIENT)
    varied = ContentMcadams(coefficient=COEFFICIENT, band_spread=0.08, time_spread=0.08)
    starts = [samples[: int(LIVE_SECONDS * reference.RATE)] for samples in recordings]
    ways: dict[str, tuple[Callable[[Samples], Samples], list[Samples]]] = {
        SLOW: (lambda x: reference.mcadams(x, COEFFICIENT), recordings),
        FAST: (lambda x: anonymize(x, Lpc(), shipped), recordings),
        "shipped, varied by band and time": (lambda x: anonymize(x, Lpc(), varied), recordings),
        "challenge setting": (lambda x: anonymize(x, CHALLENGE, EXACT), recordings),
        "shipped, live, blocks of 10 ms": (
            lambda x: anonymize(x, Lpc(), shipped, reference.HOP),
            starts,
        ),
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, (way, samples) in ways.items():
            seconds = cpu_seconds(way, samples)
            if repeat:  # the first round loads libraries and fills caches
                spent[name].append(seconds)
    return spent


def largest_difference(recordings: list[Samples]) -> float:
    """Between both ways in the challenge setting, as a share of the peak."""
    worst = 0.0
    for samples in recordings:
        wanted = reference.mcadams(samples, COEFFICIENT)
        wrong = np.abs(anonymize(samples, CHALLENGE, EXACT) - wanted).max()
        worst = max(worst, float(wrong / np.abs(wanted).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of speech, at least")
    options = parser.parse_args()
    recordings = load(options.files or default_files(), options.seconds)
    total = sum(map(len, recordings)) / reference.RATE
    print(f"{len(recordings)} recordings, {total:.1f} s, {options.repeats} repeats, one thread")
    spent = measure(recordings, options.repeats)
    print(f"{'CPU seconds per second of audio':<44}{'min':>12}{'median':>12}{'max':>12}")
    for name, values in spent.items():
        row(name, values)
    pairs = zip(spent[SLOW], spent[FAST], strict=True)
    row(f"{SLOW} / {FAST}", [slow / fast for slow, fast in pairs], digits=1)
    steps(recordings)
    difference = largest_difference(recordings)
    print(f"largest difference in the challenge setting: {difference:.1e} of the peak")
    if difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"the two ways differ by more than {LARGEST_DIFFERENCE:.0e} of the peak")


if __name__ == "__main__":
    main()
