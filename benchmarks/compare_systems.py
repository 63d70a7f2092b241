"""Which system protects and serves better: cheap attackers and cheap utility, side by side.

    pip install torch librosa webrtcvad-wheels scikit-learn pocketsphinx jiwer speechmos pandas
    pip install --no-deps resemblyzer
    python benchmarks/compare_systems.py --data ../shared/data

Four attackers on the English trial list of the collection (same-gender pairs, every utterance
with a pseudo-voice of its own, enrolment and trial under different keys):

- ignorant: Resemblyzer, real enrolment against anonymized trial;
- lazy-informed: the same network, both sides anonymized;
- pitch alone: the mean of ln F0, both sides anonymized;
- semi-informed: linear discriminants trained on *anonymized* speech of the training speakers, on
  Resemblyzer's embedding joined with means and deviations of mel-cepstra and of ln F0.

Equal error rates carry a 95 % interval, resampled by speaker. Word error rates come from
pocketsphinx and are poor on clean speech already: read the difference. DNSMOS is the overall score
of P.835, 1 to 5. This chooses a default
between two weak systems; it is no claim of privacy.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voxnym import Audio, Key, Who, load
from voxnym.analysis.pitch import estimate_pitch

ROOT = Path(__file__).resolve().parents[1]
RATE = 16000
Floats = NDArray[np.float64]


class Speech:
    """Utterances of the collection at 16 kHz, as they are or through a system."""

    def __init__(self, data: Path, system: str | None) -> None:
        self.entries: dict[str, dict[str, str]] = {}
        for manifest in sorted(data.glob("*/manifest.jsonl")):
            for line in manifest.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self.entries[entry["id"]] = entry | {"file": str(manifest.parent / entry["path"])}
        self.name = system or "original"
        self._systems = (
            {side: load(system, key=Key.random()) for side in ("train", "enrol", "trial")}
            if system
            else {}
        )

    def samples(self, utterance: str, side: str) -> NDArray[np.float32]:
        samples, rate = soundfile.read(self.entries[utterance]["file"], dtype="float32")
        samples = soxr.resample(samples, rate, RATE)
        if self._systems:
            audio = self._systems[side](Audio(samples, RATE), Who(utterance=utterance))
            samples = audio.samples[0]
        return samples * np.float32(0.07 / max(float(np.sqrt(np.mean(samples**2))), 1e-6))


def cepstra(samples: NDArray[np.float32]) -> Floats:
    """Means and deviations of 20 mel-cepstra over the louder half of the frames."""
    import librosa

    mel = librosa.feature.mfcc(y=samples, sr=RATE, n_mfcc=20, hop_length=160)
    loud = mel[:, mel[0] >= np.median(mel[0])][1:]
    return np.concatenate([loud.mean(axis=1), loud.std(axis=1)])


def pitch(samples: NDArray[np.float32]) -> Floats:
    """Mean and deviation of ln F0 over voiced frames."""
    track = estimate_pitch(samples, RATE)
    logs = np.log(track.pitch_hz[track.voiced]) if track.voiced.any() else np.array([5.0])
    return np.array([logs.mean(), logs.std()])


class Embedder:
    """Resemblyzer's network, and statistics of cepstra and pitch beside it."""

    def __init__(self) -> None:
        from resemblyzer import VoiceEncoder

        self._network = VoiceEncoder("cpu", verbose=False)

    def __call__(self, samples: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """The embedding (256,), and all features; the last but one is the mean of ln F0."""
        from resemblyzer import preprocess_wav

        trimmed = preprocess_wav(samples, source_sr=RATE)
        if trimmed.size < RATE // 2:
            trimmed = samples
        voice = np.asarray(self._network.embed_utterance(trimmed), float)
        return voice, np.concatenate([8 * voice, cepstra(samples) / 20, 3 * pitch(samples)])


def equal_error_rate(target: Floats, nontarget: Floats) -> float:
    """In percent, by linear interpolation where the two error rates cross."""
    thresholds = np.sort(np.concatenate([target, nontarget]))
    miss = np.searchsorted(np.sort(target), thresholds, "left") / target.size
    alarm = 1 - np.searchsorted(np.sort(nontarget), thresholds, "left") / nontarget.size
    place = int(np.argmax(miss >= alarm))
    if place == 0:
        return 50 * float(miss[0] + alarm[0])
    gap = np.array([alarm[place - 1] - miss[place - 1], miss[place] - alarm[place]])
    share = gap[0] / max(gap.sum(), 1e-12)
    return 100 * float(miss[place - 1] + share * (miss[place] - miss[place - 1]))


def with_interval(scores: Floats, labels: NDArray[np.bool_], speakers: NDArray[np.str_]) -> str:
    """EER and its 95 % interval over 500 resamplings of the enrolled speakers."""
    rng = np.random.default_rng(0)
    names = np.unique(speakers)
    rows = {name: np.flatnonzero(speakers == name) for name in names}
    values = []
    for _ in range(500):
        index = np.concatenate([rows[name] for name in rng.choice(names, names.size)])
        s, y = scores[index], labels[index]
        values.append(equal_error_rate(s[y], s[~y]))
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{equal_error_rate(scores[labels], scores[~labels]):.1f} ({low:.1f}-{high:.1f})"


def discriminants(speech: Speech, embed: Embedder, most: int) -> tuple[Floats, Floats]:
    """Mean and projection learned on anonymized training speakers."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    by_speaker = defaultdict(list)
    for utterance, entry in speech.entries.items():
        if entry.get("split") == "train" and entry.get("speaker"):
            by_speaker[entry["speaker"]].append(utterance)
    vectors, labels = [], []
    for speaker, utterances in sorted(by_speaker.items()):
        if len(utterances) >= 5:
            for utterance in utterances[:most]:
                vectors.append(embed(speech.samples(utterance, "train"))[1])
                labels.append(speaker)
    X = np.stack(vectors)
    model = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto", n_components=100)
    model.fit(X, labels)
    return X.mean(axis=0), model.scalings_[:, :100]


def attack(data: Path, system: str | None, embed: Embedder, most: int) -> list[str]:
    """The four equal error rates of one system as table cells."""
    speech, original = Speech(data, system), Speech(data, None)
    trials = [
        line.split()
        for line in (data / "trials" / "english_test_trials.txt").read_text().splitlines()
    ]
    enrol = {}
    for line in (data / "trials" / "english_test_enrol.jsonl").read_text().splitlines():
        entry = json.loads(line)
        enrol[entry["speaker"]] = entry["enrol"]
    centre, projection = discriminants(speech, embed, most)

    def project(vector: Floats) -> Floats:
        projected = (vector - centre) @ projection
        return projected / np.linalg.norm(projected)

    def mean(vectors: list[Floats]) -> Floats:
        total = np.sum(vectors, axis=0)
        return np.asarray(total / np.linalg.norm(total))

    real, lazy, semi, tone = {}, {}, {}, {}
    for speaker, utterances in enrol.items():
        real[speaker] = mean([embed(original.samples(u, "enrol"))[0] for u in utterances])
        both = [embed(speech.samples(u, "enrol")) for u in utterances]
        lazy[speaker] = mean([v for v, _ in both])
        semi[speaker] = mean([project(v) for _, v in both])
        tone[speaker] = np.mean([v[-2] for _, v in both])
    tried = {u: embed(speech.samples(u, "trial")) for u in sorted({t[1] for t in trials})}
    labels = np.array([t[2] == "target" for t in trials])
    speakers = np.array([t[0] for t in trials])
    ignorant = np.array([real[s] @ tried[u][0] for s, u, _ in trials])
    informed = np.array([lazy[s] @ tried[u][0] for s, u, _ in trials])
    trained = np.array([semi[s] @ project(tried[u][1]) for s, u, _ in trials])
    toned = np.array([-abs(tone[s] - tried[u][1][-2]) for s, u, _ in trials])
    attackers = (ignorant, informed, toned, trained)
    return [with_interval(s, labels, speakers) for s in attackers]


def words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


def utility(data: Path, system: str | None, count: int) -> list[str]:
    """Word error rate, pitch correlation over voiced frames and DNSMOS, as table cells."""
    import jiwer
    from pocketsphinx import Decoder
    from speechmos import dnsmos

    speech, original = Speech(data, system), Speech(data, None)
    lines = (data / "trials" / "english_test_trials.txt").read_text().splitlines()
    by_speaker = defaultdict(list)
    for speaker, utterance, label in (line.split() for line in lines):
        if label == "target":
            by_speaker[speaker].append(utterance)
    chosen = [u for utterances in by_speaker.values() for u in utterances[:count]]
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    truth, heard, correlations, quality = [], [], [], []
    for utterance in chosen:
        samples = speech.samples(utterance, "trial")
        decoder.start_utt()
        decoder.process_raw(
            (samples * 32000).clip(-32768, 32767).astype(np.int16).tobytes(), full_utt=True
        )
        decoder.end_utt()
        hypothesis = decoder.hyp()
        truth.append(words(speech.entries[utterance]["text"]))
        heard.append(words(hypothesis.hypstr) if hypothesis else "")
        quality.append(float(dnsmos.run(np.clip(samples, -1, 1), sr=RATE)["ovrl_mos"]))
        a = estimate_pitch(original.samples(utterance, "trial"), RATE).pitch_hz
        b = estimate_pitch(samples, RATE).pitch_hz
        both = (a > 0) & (b > 0)
        if both.sum() > 20:
            correlations.append(np.corrcoef(np.log(a[both]), np.log(b[both]))[0, 1])
    rng = np.random.default_rng(0)
    rates = []
    for _ in range(300):
        index = rng.integers(0, len(truth), len(truth))
        rates.append(jiwer.wer([truth[i] for i in index], [heard[i] for i in index]))
    low, high = 100 * np.percentile(rates, [2.5, 97.5])
    error = 100 * jiwer.wer(truth, heard)
    return [
        f"{error:.1f} ({low:.1f}-{high:.1f})",
        f"{np.mean(correlations):.2f}",
        f"{np.mean(quality):.2f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--system", action="append")
    parser.add_argument("--training-utterances", type=int, default=5, help="a speaker")
    parser.add_argument("--recognised", type=int, default=2, help="utterances a speaker")
    arguments = parser.parse_args()
    embed = Embedder()
    print(
        "| system | EER ignorant % | EER lazy-informed % | EER pitch alone % | "
        "EER semi-informed % | "
        "WER % | pitch correlation | DNSMOS |\n|---|---|---|---|---|---|---|---|"
    )
    for name in arguments.system or ["original", "mcadams", "world"]:
        system = None if name == "original" else name
        cells = attack(arguments.data, system, embed, arguments.training_utterances)
        cells += utility(arguments.data, system, arguments.recognised)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
