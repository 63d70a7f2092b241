"""Pitch methods and WORLD on real speech: cost by part, agreement, and what settings change.

    OPENBLAS_NUM_THREADS=1 python benchmarks/pitch_methods.py ../shared/data/librispeech/test-clean

Any folder of recordings serves. Cost is CPU seconds per second of audio in one thread. Agreement
is against swift-f0, which is independent of WORLD: share of frames with the same voicing, share
of commonly voiced frames that are more than a fifth of an octave off (gross), and correlation of
ln F0. The mel distance compares a resynthesis with its original: mean absolute difference of 80
log mel bands (10 ms, 64 ms window), dB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyworld
import soundfile
import soxr
from numpy.typing import NDArray

from voxnym.analysis.pitch import FLOOR_HZ, PitchMethod, estimate_pitch
from voxnym.analysis.survey import PITCH_FACTS, Surveyor
from voxnym.codecs.world import World
from voxnym.records import Survey

Signal = NDArray[np.float32]


def speech(folder: Path, count: int, rate: int) -> list[Signal]:
    """Up to `count` recordings, spread evenly over the folder, at most 15 s of each."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".flac", ".wav", ".ogg", ".opus"))
    found = []
    for path in paths[:: max(1, len(paths) // count)][:count]:
        samples, native = soundfile.read(path, dtype="float32", always_2d=True)
        mono = samples.mean(axis=1)[: 15 * native]
        found.append(mono if native == rate else soxr.resample(mono, native, rate))
    return found


def timed(work: Callable[[], Any], seconds: float) -> tuple[Any, float]:
    """The result, and CPU seconds per second of audio: the least of three."""
    costs = []
    for _ in range(3):
        begin = time.process_time()
        result = work()
        costs.append(time.process_time() - begin)
    return result, min(costs) / seconds


def tracks(
    recordings: Iterable[Signal], rate: int, method: PitchMethod, **span: float
) -> NDArray[np.float64]:
    return np.concatenate(
        [estimate_pitch(x, rate, method=method, **span).pitch_hz for x in recordings]
    )


def agreement(found: NDArray[np.float64], told: NDArray[np.float64]) -> str:
    both = (found > 0) & (told > 0)
    a, b = np.log2(found[both]), np.log2(told[both])
    return (
        f"voiced {np.mean(found > 0):.3f}  same voicing {np.mean((found > 0) == (told > 0)):.3f}  "
        f"gross {np.mean(np.abs(a - b) > 0.2):.4f}  correlation {np.corrcoef(a, b)[0, 1]:.4f}"
    )


def mel_db(samples: NDArray[Any], rate: int) -> NDArray[np.float64]:
    size, hop, bands = 1024 * rate // 16000, rate // 100, 80
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, size // 2), size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2
    top = 2595 * np.log10(1 + 8000 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    hz = np.fft.rfftfreq(size, 1 / rate)
    rise = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.asarray(10 * np.log10(power @ np.clip(np.minimum(rise, fall), 0, None).T + 1e-6))


def mel_distance(original: NDArray[Any], result: NDArray[Any], rate: int) -> float:
    length = min(len(original), len(result))
    a, b = (mel_db(x[:length], rate) for x in (original, result))
    return float(np.abs(a - b).mean())


def compare_methods(recordings: list[Signal], rate: int, seconds: float) -> None:
    told, cost = timed(lambda: tracks(recordings, rate, "swift"), seconds)
    print(f"swift    cost {cost:.4f}  voiced {np.mean(told > 0):.3f}")
    others: tuple[PitchMethod, ...] = ("dio", "harvest")
    for method in others:
        found, cost = timed(partial(tracks, recordings, rate, method), seconds)
        print(f"{method:8} cost {cost:.4f}  {agreement(found, told)}")
    for floor_hz in (55.0, 60.0, FLOOR_HZ, 71.0):
        found = tracks(recordings, rate, "dio", floor_hz=floor_hz)
        print(f"dio, floor {floor_hz:.0f} Hz  {agreement(found, told)}")

    def survey() -> Survey:
        surveyor = Surveyor(rate, PITCH_FACTS)
        for samples in recordings:
            surveyor.add(samples)
        return surveyor.result()

    print(f"survey   cost {timed(survey, seconds)[1]:.4f}")


def compare_world(recordings: list[Signal], rate: int, seconds: float) -> None:
    whole = np.concatenate(recordings).astype(np.float64)
    track, _ = timed(lambda: estimate_pitch(whole, rate, method="dio"), seconds)
    pitch, times = track.pitch_hz, track.times_s
    size = 2 * (World(rate=rate).bins - 1)
    power, cost = timed(
        lambda: pyworld.cheaptrick(whole, pitch, times, rate, fft_size=size), seconds
    )
    print(f"CheapTrick           cost {cost:.4f}")
    noise, cost = timed(lambda: pyworld.d4c(whole, pitch, times, rate, fft_size=size), seconds)
    print(f"D4C, every frame     cost {cost:.4f}")
    few = pitch[::2].copy(), times[::2].copy()
    coarse, cost = timed(lambda: pyworld.d4c(whole, *few, rate, fft_size=size), seconds)
    print(f"D4C, every second    cost {cost:.4f}")
    result, cost = timed(lambda: pyworld.synthesize(pitch, power, noise, rate, 5.0), seconds)
    print(f"synthesis            cost {cost:.4f}")
    sparse = np.repeat(power[::2], 2, axis=0)[: len(pitch)]
    halved = np.repeat(coarse, 2, axis=0)[: len(pitch)]
    for name, envelope, share in (
        ("every frame", power, noise),
        ("D4C on every second", power, halved),
        ("CheapTrick on every second", sparse, noise),
    ):
        result = pyworld.synthesize(pitch, envelope, share, rate, 5.0)
        print(f"{name:28} mel distance {mel_distance(whole, result, rate):.3f} dB")


def compare_codec(recordings: list[Signal], rate: int, seconds: float) -> None:
    for codec in (
        World(rate=rate),
        World(rate=rate, frame_s=0.01),
        World(rate=rate, phrase_s=1.0),
        World(rate=rate, pitch_method="swift"),
        World(rate=rate, pitch_method="harvest"),
    ):

        def resynthesis(chosen: World = codec) -> list[Signal]:
            runs = [chosen.start(Survey()) for _ in recordings]
            return [
                run.synthesize(run.analyze(x, True), True)
                for run, x in zip(runs, recordings, strict=True)
            ]

        results, cost = timed(resynthesis, seconds)
        pairs = zip(recordings, results, strict=True)
        distance = np.mean([mel_distance(x, y, rate) for x, y in pairs])
        print(
            f"World({codec.pitch_method}, frames {1000 * codec.frame_s:.0f} ms, "
            f"phrases {codec.phrase_s:.0f} s)  cost {cost:.4f}  mel distance {distance:.3f} dB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=10, help="recordings taken of the folder")
    parser.add_argument("--rate", type=int, default=16000, help="Hz")
    chosen = parser.parse_args()
    recordings = speech(chosen.folder, chosen.count, chosen.rate)
    seconds = sum(map(len, recordings)) / chosen.rate
    print(f"{len(recordings)} recordings, {seconds:.1f} s at {chosen.rate} Hz")
    compare_methods(recordings, chosen.rate, seconds)
    compare_world(recordings, chosen.rate, seconds)
    compare_codec(recordings, chosen.rate, seconds)


if __name__ == "__main__":
    main()
