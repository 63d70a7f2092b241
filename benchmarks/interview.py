"""An interview of two people, as sound and as film: voices, timing, pictures.

    pip install 'voxnym[media]' torch librosa webrtcvad-wheels
    pip install --no-deps resemblyzer
    python benchmarks/interview.py --data ../shared/data

Two test speakers of LibriSpeech talk in turns, with the background of a room between them. The
recording goes through the command as FLAC and as MP4 with a picture (H.264 with B-frames), with
the turns as RTTM. Distances are 1 - cosine of Resemblyzer's embedding, each person's turns joined;
same person and two people of the original give the scale. Timing is judged by ffmpeg's decoder:
lengths, and the lag at which waveforms match best, with the voice change set to nothing.
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
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 16000
TURNS = 5
GAP_S = 0.4
UNCHANGED = (
    *("--system", "mcadams", "--set", "content_mcadams.coefficient=1"),
    *("--surroundings", "keep"),
)
Samples = NDArray[np.float32]
Turn = tuple[float, float, str]


def speakers_of(data: Path) -> dict[str, list[Path]]:
    """Recordings of each test-clean reader."""
    found: defaultdict[str, list[Path]] = defaultdict(list)
    manifest = data / "librispeech" / "manifest.jsonl"
    for line in manifest.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["split"] == "test" and "test-clean" in entry["path"]:
            found[entry["speaker"]].append(manifest.parent / entry["path"])
    return dict(found)


def interview(files: dict[str, list[Path]]) -> tuple[Samples, list[Turn]]:
    """Two people in turns, and when each speaks (seconds)."""
    rng = np.random.default_rng(0)
    pieces: list[Samples] = []
    turns: list[Turn] = []
    place = 0
    for i in range(TURNS):
        for speaker, paths in files.items():
            samples, rate = soundfile.read(paths[i], dtype="float32")
            assert rate == RATE
            turns.append((place / RATE, (place + samples.size) / RATE, speaker))
            gap = 3e-4 * rng.standard_normal(round(GAP_S * RATE)).astype(np.float32)
            pieces += [samples, gap]
            place += samples.size + gap.size
    return np.concatenate(pieces), turns


def write_rttm(path: Path, turns: list[Turn]) -> None:
    path.write_text(
        "".join(
            f"SPEAKER {path.stem} 1 {a:.4f} {b - a:.4f} <NA> <NA> {who} <NA> <NA>\n"
            for a, b, who in turns
        )
    )


def film(sound: Path, out: Path) -> None:
    """An MP4 with a moving picture and the sound at 48 kHz."""
    run(
        "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
        "-i", str(sound), "-shortest", "-c:v", "libx264", "-bf", "3", "-preset", "veryfast",
        "-c:a", "aac", "-b:a", "96k", "-ar", "48000", "-metadata", "title=Interview with Anna",
        str(out),
    )  # fmt: skip


def run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def anonymize(source: Path, out: Path, rttm: Path, key: Path, *more: str) -> None:
    run(
        sys.executable, "-m", "voxnym", "anonymize", str(source), str(out), "--turns", str(rttm),
        "--key", str(key), "--overwrite", *more,
    )  # fmt: skip


def decoded(path: Path, rate: int) -> Samples:
    """The sound as ffmpeg plays it, one channel."""
    data = run(
        "ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"
    )  # fmt: skip
    return np.frombuffer(data, np.float32)


def lag_of(one: Samples, two: Samples) -> int:
    """By how many samples `two` is late."""
    size = 1 << (one.size + two.size).bit_length()
    spectrum = np.conj(np.fft.rfft(one, size)) * np.fft.rfft(two, size)
    best = int(np.argmax(np.fft.irfft(spectrum, size)))
    return best if best < size // 2 else best - size


def picture(path: Path) -> list[tuple[object, ...]]:
    """(presentation time, decoding time, bytes) of every picture packet, times in seconds."""
    import av

    with av.open(str(path)) as container:
        return [
            (p.pts * p.time_base, p.dts * p.time_base, bytes(p))
            for p in container.demux(container.streams.video[0])
            if p.pts is not None and p.dts is not None and p.size
        ]


class Voices:
    """Distances between people by Resemblyzer's embedding."""

    def __init__(self) -> None:
        from resemblyzer import VoiceEncoder

        self._network = VoiceEncoder("cpu", verbose=False)

    def of(self, samples: Samples, turns: list[Turn], speaker: str) -> NDArray[np.float64]:
        from resemblyzer import preprocess_wav

        parts = [
            samples[round(a * RATE) : round(b * RATE)] for a, b, who in turns if who == speaker
        ]
        wav = preprocess_wav(np.concatenate(parts), source_sr=RATE)
        return np.asarray(self._network.embed_utterance(wav), float)

    @staticmethod
    def distance(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
        return float(1 - np.dot(one, two) / np.linalg.norm(one) / np.linalg.norm(two))


ROWS = (
    "one person, two halves: original",
    "one person, two halves: result",
    "two people: original",
    "two people: result",
    "one person: original and result",
)


def distances(
    voices: Voices, names: tuple[str, str], before: Samples, after: Samples, turns: list[Turn]
) -> dict[str, list[float]]:
    """For each of ROWS what was measured on one interview."""
    half = len(turns) // 2

    def whole(samples: Samples, name: str) -> NDArray[np.float64]:
        return voices.of(samples, turns, name)

    def halves(samples: Samples) -> list[float]:
        return [
            voices.distance(
                voices.of(samples, turns[:half], name), voices.of(samples, turns[half:], name)
            )
            for name in names
        ]

    a, b = names
    values = (
        halves(before),
        halves(after),
        [voices.distance(whole(before, a), whole(before, b))],
        [voices.distance(whole(after, a), whole(after, b))],
        [voices.distance(whole(before, name), whole(after, name)) for name in names],
    )
    return dict(zip(ROWS, values, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=3, help="how many pairs of speakers")
    options = parser.parse_args()
    voices, speakers = Voices(), speakers_of(options.data)
    names = sorted(name for name, paths in speakers.items() if len(paths) >= TURNS)
    found: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as home:
        for i in range(options.pairs):
            pair = {n: speakers[n] for n in names[2 * i : 2 * i + 2]}
            for row, values in one_pair(Path(home), voices, pair):
                found[row] += values
    print("\n| distance | measured | min | median | max |\n|---|---|---|---|---|")
    for row in ROWS:
        low, middle, high = np.percentile(found[row], [0, 50, 100])
        print(f"| {row} | {len(found[row])} | {low:.3f} | {middle:.3f} | {high:.3f} |")


def one_pair(
    home: Path, voices: Voices, files: dict[str, list[Path]]
) -> Iterator[tuple[str, list[float]]]:
    """One interview as FLAC and as MP4; prints what is said of its timing and pictures."""
    samples, turns = interview(files)
    names = (turns[0][2], turns[1][2])
    flac, mp4, rttm, key = (home / n for n in ("talk.flac", "talk.mp4", "talk.rttm", "key"))
    soundfile.write(flac, samples, RATE)
    film(flac, mp4)
    write_rttm(rttm, turns)
    key.unlink(missing_ok=True)
    run(sys.executable, "-m", "voxnym", "key", "new", str(key))
    for source in (flac, mp4):
        out, plain = home / f"out{source.suffix}", home / f"plain{source.suffix}"
        anonymize(source, out, rttm, key)
        found = distances(voices, names, decoded(source, RATE), decoded(out, RATE), turns)
        yield from found.items()
        anonymize(source, plain, rttm, key, *UNCHANGED)
        rate = RATE if source is flac else 48000
        before, after, unchanged = (decoded(p, rate) for p in (source, out, plain))
        print(
            f"- {names[0]} and {names[1]}, {source.suffix}: {before.size} samples, result "
            f"{after.size}, lag {lag_of(before, unchanged)} samples"
        )
    old, new = picture(mp4), picture(home / "out.mp4")
    same = sum(x == y for x, y in zip(old, new, strict=True))
    print(f"  picture packets: {len(old)}, byte-identical with the same times: {same}", flush=True)


if __name__ == "__main__":
    main()
