"""How well everything but the voice tells speakers apart, before and after cleaning.

    python benchmarks/surroundings_control.py --data DATA [--system mcadams] [--draws 400]

Each score looks at one cue of a recording only, on the English trial list of the collection
(35 speakers, 311 target and 5,141 non-target trials of the same gender). An equal error rate of
50 % is chance. Intervals of 95 % come from resampling the speakers. Conditions:

- `original`;
- `cleaned, own voices`: denoiser, fixed loudness, pauses cut, comfort noise, and no
  anonymization at all: the hardest case, since a voice is part of its own residue;
- SYSTEM, `keep` and `clean`: the product, every recording with a pseudo-voice of its own.

Everything is brought to 16 kHz first. Prints Markdown.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from voxnym import Audio, Key, Who, load
from voxnym.audio.loudness import Meter
from voxnym.audio.resample import resample
from voxnym.recording.comfort import LEVEL_DB, ComfortNoise
from voxnym.recording.denoise import Denoiser
from voxnym.recording.level import TARGET_LUFS
from voxnym.recording.pauses import PauseFinder
from voxnym.recording.silence import SilenceKeeper
from voxnym.recording.source import AudioSource

RATE = 16_000
EDGE_RANGE_DB = 30.0
EDGE_FRAMES = 10
NON_SPEECH_PERCENTILE = 20
CEPSTRA = 13
Floats = NDArray[np.float64]
Change = Callable[[str, Audio], Audio]


@dataclass(frozen=True, eq=False)
class Frames:
    """What the cues look at: levels (dB, 32 ms and 25 ms frames), cepstra, length in samples."""

    floor_db: Floats
    level_db: Floats
    cepstra: Floats
    mean_db: float
    lufs: float
    length: int

    @property
    def edges(self) -> tuple[int, int]:
        """Frames before the first and after the last that is not far below the loud ones."""
        heard = np.flatnonzero(_loud(self))
        return int(heard[0]), int(self.level_db.size - 1 - heard[-1])

    @property
    def at_edges(self) -> NDArray[np.bool_]:
        lead, trail = (max(count, EDGE_FRAMES) for count in self.edges)
        index = np.arange(self.level_db.size)
        return np.asarray((index < lead) | (index >= index.size - trail))


CUES: dict[str, tuple[Callable[[Frames], Floats | float], bool]] = {
    "floor": (lambda f: float(np.percentile(f.floor_db, 5)), False),
    "level: loudness": (lambda f: f.lufs, False),
    "level: RMS": (lambda f: f.mean_db, False),
    "edges: level": (lambda f: float(f.level_db[f.at_edges].mean()), False),
    "edges: spectrum": (lambda f: f.cepstra[f.at_edges].mean(axis=0)[1:], True),
    "non-speech cepstrum": (lambda f: f.cepstra[_quietest(f)].mean(axis=0), False),
    "the same, standardised": (lambda f: f.cepstra[_quietest(f)].mean(axis=0), True),
    "edges: length": (lambda f: np.array(f.edges, np.float64), False),
    "share of pauses": (lambda f: float(np.mean(~_loud(f))), False),
    "length": (lambda f: float(np.log(f.length)), False),
}
"""How a cue is taken, and whether its dimensions are standardised over all utterances."""


def _loud(frames: Frames) -> NDArray[np.bool_]:
    return np.asarray(frames.level_db > np.percentile(frames.level_db, 95) - EDGE_RANGE_DB)


def _quietest(frames: Frames) -> NDArray[np.bool_]:
    limit = np.percentile(frames.level_db, NON_SPEECH_PERCENTILE)
    return np.asarray(frames.level_db <= limit)


def _cut(samples: Floats, size: int, hop: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]


def _mel_bank(bands: int = 26, size: int = 512) -> Floats:
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    low = 2595 * np.log10(1 + 20 / 700)
    points = 700 * (10 ** (np.linspace(low, top, bands + 2) / 2595) - 1)
    hertz = np.arange(size // 2 + 1) * RATE / size
    rising = (hertz - points[:-2, None]) / (points[1:-1] - points[:-2])[:, None]
    falling = (points[2:, None] - hertz) / (points[2:] - points[1:-1])[:, None]
    return np.asarray(np.maximum(0, np.minimum(rising, falling)))


MEL = _mel_bank()
DCT = np.cos(np.pi / 26 * np.outer(np.arange(CEPSTRA), np.arange(26) + 0.5)) * np.sqrt(2 / 26)
DCT[0] /= np.sqrt(2)


def frames_of(audio: Audio) -> Frames:
    """Cues' raw material; what ends between frames is left out."""
    samples = resample(audio.samples[:1], audio.rate, RATE)[0].astype(np.float64)
    meter = Meter(RATE, 1)
    meter.add(samples[np.newaxis].astype(np.float32))
    windows = _cut(samples, 400, 160)
    power = np.abs(np.fft.rfft(windows * np.hamming(400), 512)) ** 2
    return Frames(
        _db(np.mean(_cut(samples, 512, 256) ** 2, axis=1)),
        _db(np.mean(windows**2, axis=1)),
        np.log(power @ MEL.T + 1e-10) @ DCT.T,
        float(_db(np.mean(samples**2))),
        meter.level_db,
        samples.size,
    )


def _db(power: Floats) -> Floats:
    return np.asarray(10 * np.log10(power + 1e-10))


class Collection:
    """Files, enrolments and trials."""

    def __init__(self, data: Path) -> None:
        self._paths: dict[str, Path] = {}
        self._subset: dict[str, str] = {}
        for corpus in ("librispeech", "vctk"):
            for entry in _lines(data / corpus / "manifest.jsonl"):
                self._paths[entry["id"]] = data / corpus / entry["path"]
                self._subset[entry["speaker"]] = entry.get("subset", corpus)
        enrol = _lines(data / "trials" / "english_test_enrol.jsonl")
        self.enrol: dict[str, list[str]] = {line["speaker"]: line["enrol"] for line in enrol}
        text = (data / "trials" / "english_test_trials.txt").read_text(encoding="utf-8")
        self.trials = [tuple(line.split()) for line in text.splitlines()]
        self.speakers = sorted(self.enrol)
        enrolled = {utterance for ids in self.enrol.values() for utterance in ids}
        self.utterances = sorted(enrolled | {trial[1] for trial in self.trials})

    def audio(self, utterance: str) -> Audio:
        samples, rate = soundfile.read(self._paths[utterance], dtype="float32", always_2d=True)
        return Audio(resample(np.ascontiguousarray(samples.T[:1]), rate, RATE), RATE)

    def subsets(self) -> dict[str, NDArray[np.bool_]]:
        """Which trials belong to which subset of the list."""
        crossing = {s for s in self.speakers if self._subset[s] == "test-clean"}
        session = {
            s for s in self.speakers if self._subset[s].startswith(("test-other", "train-clean"))
        }
        keep: dict[str, list[bool]] = {"all": [], "same session": [], "cross chapter": []}
        for model, utterance, kind in self.trials:
            pair = {model, owner(utterance)}
            other = utterance.split("-")[2:3] != self.enrol[model][0].split("-")[2:3]
            keep["all"].append(True)
            keep["same session"].append(pair <= session)
            keep["cross chapter"].append(pair <= crossing and (kind != "target" or other))
        return {name: np.array(values) for name, values in keep.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def owner(utterance: str) -> str:
    """The speaker of an utterance: corpus and reader are the first parts of its id."""
    return "-".join(utterance.split("-")[:2]).split("_")[0]


def scores(collection: Collection, frames: dict[str, Frames], cue: str) -> Floats:
    """One score a trial: the nearer to the mean of the enrolment, the higher."""
    take, standardised = CUES[cue]
    values = {u: np.atleast_1d(np.asarray(take(f), np.float64)) for u, f in frames.items()}
    if standardised:
        every = np.array(list(values.values()))
        mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-9
        values = {u: (value - mean) / spread for u, value in values.items()}
    models = {s: np.mean([values[u] for u in ids], axis=0) for s, ids in collection.enrol.items()}
    like = _cosine if len(next(iter(values.values()))) > 2 else _nearness
    return np.array([like(models[s], values[u]) for s, u, _ in collection.trials])


def _cosine(one: Floats, other: Floats) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-12))


def _nearness(one: Floats, other: Floats) -> float:
    return -float(np.abs(one - other).sum())


def error_rate(values: Floats, target: NDArray[np.bool_], weights: Floats) -> float:
    """Equal error rate, %, of weighted trials; ties count half."""
    levels, place = np.unique(values, return_inverse=True)
    hits = np.bincount(place, weights * target, levels.size)
    alarms = np.bincount(place, weights * ~target, levels.size)
    if not hits.sum() or not alarms.sum():
        return 50.0
    missed = np.concatenate([[0], np.cumsum(hits)]) / hits.sum()
    false = 1 - np.concatenate([[0], np.cumsum(alarms)]) / alarms.sum()
    at = int(np.argmin(np.abs(missed - false)))
    return float(50 * (missed[at] + false[at]))


def with_interval(
    collection: Collection, values: Floats, chosen: NDArray[np.bool_], draws: int
) -> str:
    """Equal error rate and its interval, speakers drawn with replacement."""
    number = {speaker: i for i, speaker in enumerate(collection.speakers)}
    trials = [t for t, keep in zip(collection.trials, chosen, strict=True) if keep]
    model = np.array([number[t[0]] for t in trials])
    other = np.array([number[owner(t[1])] for t in trials])
    target = np.array([t[2] == "target" for t in trials])
    rng = np.random.default_rng(0)
    present = np.unique(model)
    rates = []
    for _ in range(draws):
        counts = np.bincount(rng.choice(present, present.size), minlength=len(number))
        weights = counts[model] * np.where(target, 1, counts[other]).astype(np.float64)
        rates.append(error_rate(values[chosen], target, weights))
    low, high = np.percentile(rates, [2.5, 97.5])
    rate = error_rate(values[chosen], target, np.ones(len(trials)))
    return f"{rate:.1f} ({low:.0f}–{high:.0f})"


def cleaned(utterance: str, audio: Audio) -> Audio:
    """The surroundings cleaned as the product does, the voice left as it is."""
    denoiser, finder, meter = Denoiser(RATE, 1), PauseFinder(RATE), Meter(RATE, 1)
    voice = np.concatenate([denoiser.push(audio.samples), denoiser.finish()], axis=1)
    finder.add(audio.samples)
    voice = SilenceKeeper(finder.runs(), RATE, RATE).apply(voice)
    meter.add(voice)
    voice = voice * np.float32(10 ** ((TARGET_LUFS - meter.level_db) / 20))
    noise = ComfortNoise(np.random.default_rng(list(utterance.encode())), RATE, LEVEL_DB)
    return Audio(voice + noise.take(audio.length), RATE)


def through(name: str, surroundings: str) -> Change:
    """The product, under one key for enrolments and trials; a voice for each recording."""
    from voxnym.render import RenderOptions, render

    system = load(name, key=Key.random())
    options = RenderOptions(surroundings=surroundings)  # type: ignore[arg-type]

    def anonymize(utterance: str, audio: Audio) -> Audio:
        who = Who(utterance=utterance)
        with render(system, AudioSource(audio), who, options=options) as rendering:
            return rendering.audio()

    return anonymize


def table(collection: Collection, title: str, change: Change, draws: int) -> None:
    frames = {u: frames_of(change(u, collection.audio(u))) for u in collection.utterances}
    subsets = collection.subsets()
    print(f"\n**{title}**: equal error rate, %\n\n| cue | {' | '.join(subsets)} |")
    print("|" + "---|" * (1 + len(subsets)))
    for cue in CUES:
        values = scores(collection, frames, cue)
        cells = [with_interval(collection, values, keep, draws) for keep in subsets.values()]
        print(f"| {cue} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the test speech")
    parser.add_argument("--system", action="append", default=[], help="name or TOML path")
    parser.add_argument("--draws", type=int, default=400)
    options = parser.parse_args()
    collection = Collection(options.data)
    table(collection, "original", lambda utterance, audio: audio, options.draws)
    table(collection, "cleaned, own voices", cleaned, options.draws)
    for name in options.system:
        for surroundings in ("keep", "clean"):
            title = f"{name}, surroundings {surroundings}"
            table(collection, title, through(name, surroundings), options.draws)


if __name__ == "__main__":
    main()
