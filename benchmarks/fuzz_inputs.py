"""Feeds damaged and random files to `voxnym anonymize` and checks that it answers with grace.

    python benchmarks/fuzz_inputs.py                 # 5,000 files
    python benchmarks/fuzz_inputs.py --files 200     # the short version that CI runs

Each file is either anonymized or refused with one line. The script fails on a traceback, a hang,
unbounded memory, an output for a refused input, an output that correlates with its input and is
not announced as such, or original samples anywhere in the output tree.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from voxnym.audio.formats import format_named
from voxnym.audio.open import open_writer
from voxnym.audio.read import read_audio
from voxnym.errors import VoxnymError
from voxnym.testing import ToySpeaker, toy_speech

MEMORY_LIMIT_MB = 700
CORRELATION_LIMIT = 0.95
SEEDS = [
    ("wav", "WAV", "PCM_16", 16000, 1), ("wav", "WAV", "PCM_U8", 8000, 1),
    ("wav", "WAV", "PCM_24", 44100, 2), ("wav", "WAV", "PCM_32", 48000, 1),
    ("wav", "WAV", "FLOAT", 16000, 2), ("wav", "WAVEX", "PCM_16", 22050, 8),
    ("wav", "RF64", "PCM_16", 16000, 1), ("w64", "W64", "PCM_16", 16000, 1),
    ("aiff", "AIFF", "PCM_16", 16000, 1), ("aiff", "AIFF", "FLOAT", 32000, 1),
    ("flac", "FLAC", "PCM_16", 16000, 1), ("flac", "FLAC", "PCM_24", 48000, 2),
    ("ogg", "OGG", "VORBIS", 44100, 1), ("opus", "OGG", "OPUS", 48000, 1),
    ("mp3", "MP3", "MPEG_LAYER_III", 44100, 1), ("wav", "WAV", "IMA_ADPCM", 16000, 1),
]  # fmt: skip


MEDIA = [("m4a", 44100), ("mp4", 48000), ("mkv", 16000), ("webm", 48000), ("aac", 22050)]


def seed_files(folder: Path) -> list[tuple[str, bytes]]:
    """(extension, bytes) of valid recordings in every format, each with toy speech."""
    seeds = []
    for number, (extension, major, subtype, rate, channels) in enumerate(SEEDS):
        voice = ToySpeaker(pitch_hz=90.0 + 15 * number)
        speech = toy_speech(voice, seconds=0.6, rate=rate, seed=number).samples[0]
        path = folder / f"seed{number}.bin"
        samples = np.repeat(np.clip(speech, -1, 1)[:, np.newaxis], channels, axis=1)
        soundfile.write(path, samples, rate, subtype=subtype, format=major)
        seeds.append((extension, path.read_bytes()))
    for number, (extension, rate) in enumerate(MEDIA):
        speech = toy_speech(ToySpeaker(100.0 + 20 * number), seconds=0.6, rate=rate, seed=number)
        path = folder / f"media{number}.bin"
        with open_writer(path, format_named(extension), rate, 1) as writer:
            writer.write(speech.samples)
        seeds.append((extension, path.read_bytes()))
    return seeds


def flip_bytes(data: bytearray, rng: np.random.Generator) -> None:
    for place in rng.integers(0, len(data), rng.integers(1, 20)):
        data[place] = int(rng.integers(256))


def flip_header(data: bytearray, rng: np.random.Generator) -> None:
    for place in rng.integers(0, min(128, len(data)), rng.integers(1, 8)):
        data[place] = int(rng.integers(256))


def absurd_number(data: bytearray, rng: np.random.Generator) -> None:
    """A 16 or 32 bit field of the header becomes extreme: rates, channels, chunk sizes."""
    extremes = [0, 1, 3, 9, 255, 1024, 65535, 192_001, 10**7, 2**31 - 1, 2**31, 2**32 - 1]
    value = int(rng.choice(extremes))
    order = "<" if rng.random() < 0.7 else ">"
    wide = rng.random() < 0.6
    field = struct.pack(f"{order}I", value) if wide else struct.pack(f"{order}H", value % 65536)
    place = int(rng.integers(0, max(1, min(120, len(data) - 4))))
    data[place : place + len(field)] = field


def truncate(data: bytearray, rng: np.random.Generator) -> None:
    del data[int(rng.integers(0, len(data))) :]


def insert(data: bytearray, rng: np.random.Generator) -> None:
    place = int(rng.integers(0, len(data)))
    data[place:place] = rng.bytes(int(rng.integers(1, 300)))


def repeat(data: bytearray, rng: np.random.Generator) -> None:
    start = int(rng.integers(0, len(data)))
    piece = data[start : start + int(rng.integers(1, 4000))]
    data[start:start] = piece


def noise(data: bytearray, rng: np.random.Generator) -> None:
    """Only the first bytes survive, so the decoder is chosen and then meets noise."""
    keep = int(rng.integers(0, 64))
    data[keep:] = rng.bytes(int(rng.integers(0, 6000)))


MUTATIONS = [flip_bytes, flip_header, absurd_number, truncate, insert, repeat, noise]


def make_inputs(folder: Path, count: int, seed: int) -> None:
    """Write `count` damaged files; the mutation stands in the file's name."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as place:
        seeds = seed_files(Path(place))
    for number in range(count):
        extension, valid = seeds[number % len(seeds)]
        if rng.random() < 0.05:
            extension = str(rng.choice(["wav", "flac", "mp3", "ogg", "aiff", "opus", "w64"]))
        data = bytearray(valid)
        names = []
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            mutation = MUTATIONS[int(rng.integers(len(MUTATIONS)))]
            names.append(mutation.__name__)
            if data:
                mutation(data, rng)
        (folder / f"{number:05d}-{'-'.join(names)}.{extension}").write_bytes(bytes(data))


def correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Largest normalised cross-correlation over all lags, 0 to 1."""
    size = 1 << int(np.ceil(np.log2(max(2, a.size + b.size))))
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)))
    scale = np.sqrt(np.sum(a.astype(float) ** 2) * np.sum(b.astype(float) ** 2))
    return float(np.abs(cross).max() / scale) if scale > 1e-9 else 0.0


def check_output(source: Path, target: Path, problems: list[str]) -> float:
    """The correlation of an output with its input; appends what is wrong."""
    try:
        before, after = read_audio(source), read_audio(target)
    except VoxnymError as error:
        problems.append(f"{source.name}: output written, but {error}")
        return 0.0
    if before.rate == after.rate and before.length != after.length:
        problems.append(f"{source.name}: {before.length} samples in, {after.length} out")
    if not np.isfinite(after.samples).all():
        problems.append(f"{source.name}: output is not finite")
    mixed = before.samples.mean(axis=0)
    if before.rate != after.rate or before.length < before.rate // 4 or is_click(mixed):
        return 0.0
    # Differentiated, since no system changes hum and rumble.
    return correlation(np.diff(mixed), np.diff(after.samples.mean(axis=0)))


def is_click(samples: NDArray[np.float32]) -> bool:
    """Nearly all energy in one sample of twenty: a glitch, no voice that could show through."""
    powers = np.sort(np.diff(samples.astype(float)) ** 2)
    return bool(powers[-max(1, powers.size // 20) :].sum() > 0.9 * powers.sum())


def run(inputs: Path, outputs: Path, log: Path, limit_s: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voxnym", "anonymize", str(inputs), str(outputs)]
    options = ["--json", str(log), "--quiet", "--workers", str(min(2, os.cpu_count() or 1))]
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=limit_s, check=False
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for inputs and outputs")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = arguments.keep or Path(place)
        inputs, outputs, log = root / "in", root / "out", root / "log.jsonl"
        inputs.mkdir(parents=True)
        make_inputs(inputs, arguments.files, arguments.seed)
        started = time.monotonic()
        result = run(inputs, outputs, log, limit_s=60 + 2.0 * arguments.files)
        seconds = time.monotonic() - started
        return report(inputs, outputs, log, result, seconds)


def strays(inputs: Path, outputs: Path) -> list[str]:
    """What lies in the output folder beside outputs and journal."""
    known = {path.name for path in inputs.iterdir()}
    found = [p for p in outputs.rglob("*") if p.is_file() and p.name not in known]
    found = [p for p in found if not p.name.startswith(".voxnym-journal")]
    return [f"{path.name}: left in the output folder" for path in found]


def report(
    inputs: Path,
    outputs: Path,
    log: Path,
    result: subprocess.CompletedProcess[str],
    seconds: float,
) -> int:
    """Print the figures and say 0 if all is well."""
    problems: list[str] = []
    if "Traceback" in result.stdout + result.stderr:
        problems.append("a traceback was printed:\n" + result.stderr[-2000:])
    if result.returncode not in (0, 1):
        problems.append(f"exit code {result.returncode}: {result.stderr[-500:]}")
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    status = {Path(e["source"]).name: e for e in entries if "source" in e}
    counts: Counter[str] = Counter()
    worst, announced = 0.0, 0
    for source in sorted(inputs.iterdir()):
        entry = status.get(source.name)
        if entry is None:
            problems.append(f"{source.name}: not in the log")
            continue
        counts[entry["status"]] += 1
        target = outputs / source.name
        if target.exists() != (entry["status"] == "done"):
            problems.append(f"{source.name}: {entry['status']}, output exists: {target.exists()}")
        elif target.exists():
            found = check_output(source, target, problems)
            told = any("nearly the original" in note for note in entry["notes"])
            announced += told
            worst = worst if told else max(worst, found)
        elif "\n" in entry["error"] or not entry["error"]:
            problems.append(f"{source.name}: not one line: {entry['error']!r}")
    problems += strays(inputs, outputs)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    if megabytes > MEMORY_LIMIT_MB:
        problems.append(f"a process took {megabytes:.0f} MB")
    if worst > CORRELATION_LIMIT:
        problems.append(f"an output correlates with its input by {worst:.3f}")
    print(f"files          {sum(counts.values())} ({dict(counts)})")
    print(f"wall time      {seconds:.0f} s")
    print(f"peak memory    {megabytes:.0f} MB (largest process)")
    print(f"correlation    {worst:.3f} at most between an output and its input")
    print(f"announced      {announced} outputs as nearly the original")
    print(f"problems       {len(problems)}")
    for problem in problems[:20]:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
