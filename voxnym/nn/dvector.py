"""The public d-vector network: three LSTM layers over a mel spectrogram, with known weights.

Source: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018, sections
2 and 3. The sizes, the spectrogram without logarithm and the weights are those of the package
resemblyzer 0.1.4, of which only the weights file is used.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import math
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from voxnym.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from voxnym.records import Audio

Floats = NDArray[np.float32]

RATE_HZ = 16_000
BANDS = 40
DIMS = 256
PART_FRAMES = 160
WINDOW_SAMPLES = 400
HOP_SAMPLES = 160
PARTS_PER_S = 1.3
LEAST_COVERAGE = 0.75
"""Share of a last part that must be sound; else it is dropped."""

LEVEL_DB = -30.0
"""Softer speech is raised to this level, dB re full scale; louder speech stays as it is."""

SILENCE_BELOW_DB = 40.0
SILENCE_BLOCK = 480
LEAST_S = 0.1
"""Speech shorter than this, seconds, says nothing of a voice."""

_FRAMES_AT_A_TIME = 4096
_INSTALL = 'pip install "voxnym[attack]"; pip install --no-deps resemblyzer'


class DVectorNetwork(nn.Module):
    """Three LSTM layers; the last state of the last one, projected, rectified, of unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.dims = DIMS
        self.lstm = nn.LSTM(BANDS, DIMS, num_layers=3, batch_first=True)
        self.linear = nn.Linear(DIMS, DIMS)

    def forward(self, mels: Tensor) -> Tensor:
        """Vectors of parts.

        Args:
            mels: (batch, frames, 40) mel power, as `spectrogram` makes it.

        Returns:
            (batch, 256), 0 or more, each of unit length (all zeros where nothing is above 0).
        """
        _, (last, _) = self.lstm(mels)
        return nn.functional.normalize(torch.relu(self.linear(last[-1])), dim=1)


def weights_path() -> Path:
    """Where the installed package resemblyzer keeps its weights; it is not imported.

    Raises:
        MissingExtraError: it is not installed.
    """
    spec = importlib.util.find_spec("resemblyzer")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "pretrained.pt"
        if path.is_file():
            return path
    raise MissingExtraError(
        f"the d-vector network's weights come with the package resemblyzer; run {_INSTALL}"
    )


def weights_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_dvector(path: Path | None = None) -> DVectorNetwork:
    """The network with its public weights, ready to use; every call gives a new one.

    Args:
        path: weights file; the one of the installed package by default.

    Raises:
        MissingExtraError: no path, and the package is not installed.
        InputError: the file cannot be read, or holds something else.
    """
    path = weights_path() if path is None else path
    network = DVectorNetwork()
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
        own = {name: kept[name] for name in network.state_dict()}
        network.load_state_dict(own)
    except (OSError, RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(f"{path}: no weights of the d-vector network there ({error})") from error
    return network.eval()


def mel(audio: Audio) -> Floats:
    """What the network hears of an utterance: without silence, at its level.

    Args:
        audio: one channel at 16 kHz.

    Returns:
        (frames, 40) mel power, 100 frames a second.

    Raises:
        InputError: another rate, several channels, samples that are not finite, digital silence,
            or less than 0.1 s of speech.
    """
    if audio.channels != 1 or audio.rate != RATE_HZ:
        raise InputError(
            f"{audio.channels} channels at {audio.rate} Hz: expected one channel at {RATE_HZ} Hz"
        )
    return spectrogram(prepared(audio.samples[0]))


def prepared(samples: Floats, *, is_trimmed: bool = True) -> Floats:
    """Speech without offset and pauses, raised to the network's level.

    Pauses go first, so that their share does not decide the level. The package itself finds them
    with a voice activity detector; here it is blocks of 30 ms that lie 40 dB or more below the
    loudest one.

    Args:
        samples: (n,) at 16 kHz.
        is_trimmed: whether pauses are cut out.

    Returns:
        (m,) samples, m <= n.

    Raises:
        InputError: see `mel`.
    """
    if not np.isfinite(samples).all():
        raise InputError("samples that are not finite numbers: nothing can be told of the voice")
    centred = samples - samples.mean(dtype=np.float64) if samples.size else samples
    speech = _without_pauses(centred.astype(np.float64)) if is_trimmed else centred
    if speech.size < LEAST_S * RATE_HZ:
        raise InputError(
            f"{speech.size / RATE_HZ:.3f} s of speech: expected {LEAST_S} s or more at {RATE_HZ} Hz"
        )
    power = float(np.mean(np.square(speech, dtype=np.float64)))
    if power <= np.finfo(np.float32).tiny:
        raise InputError("nothing but silence: nothing can be told of the voice")
    gain = max(1.0, 10 ** (LEVEL_DB / 20) / math.sqrt(power))
    return np.asarray(speech * gain, np.float32)


def spectrogram(samples: Floats) -> Floats:
    """Mel power without logarithm; frames are centred, the edges padded with zeros.

    Args:
        samples: (n,) at 16 kHz.

    Returns:
        (1 + n // 160, 40).
    """
    padded = np.pad(np.asarray(samples, np.float32), WINDOW_SAMPLES // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::HOP_SAMPLES]
    window = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
    weights = mel_weights()
    found = np.empty((windows.shape[0], BANDS), np.float32)
    for first in range(0, windows.shape[0], _FRAMES_AT_A_TIME):
        rows = slice(first, first + _FRAMES_AT_A_TIME)
        spectrum = np.fft.rfft(windows[rows] * window, axis=1)
        found[rows] = (spectrum.real**2 + spectrum.imag**2) @ weights
    return found


def parts(samples: Floats) -> Floats:
    """Overlapping parts of 1.6 s, 1.3 a second; a last part is padded with zeros.

    Speech shorter than one part is repeated. The package pads it with zeros, too, and so forgets
    what it heard: half a second of test speech gave an equal error rate of 26.6 %, repeated 24.4.

    Args:
        samples: (n,) prepared speech, n > 0.

    Returns:
        (parts, 160, 40), one part or more.
    """
    if samples.size < PART_FRAMES * HOP_SAMPLES:
        short = spectrogram(samples)
        return np.tile(short, (-(-PART_FRAMES // len(short)), 1))[np.newaxis, :PART_FRAMES]
    step = round(RATE_HZ / PARTS_PER_S / HOP_SAMPLES)
    last = samples.size // HOP_SAMPLES - math.ceil(LEAST_COVERAGE * PART_FRAMES)
    starts = range(0, last + 1, step)
    missing = (starts[-1] + PART_FRAMES) * HOP_SAMPLES - samples.size
    whole = spectrogram(np.pad(samples, (0, max(0, missing))))
    return np.stack([whole[start : start + PART_FRAMES] for start in starts])


@functools.cache
def mel_weights() -> Floats:
    """Triangles of equal area, evenly spaced on Slaney's mel scale from 0 to 8 kHz.

    Returns:
        (201, 40): what each bin of the power spectrum adds to each band.

    Source: Slaney, "Auditory Toolbox", technical report 1998-010, Interval Research: linear below
        1 kHz (3 mel per 200 Hz), above it 27 steps of equal ratio to 6.4 kHz.
    """
    knee_hz, hz_per_mel, ratio = 1000.0, 200.0 / 3.0, math.log(6.4) / 27.0
    knee = knee_hz / hz_per_mel
    top = knee + math.log(RATE_HZ / 2 / knee_hz) / ratio
    places = np.linspace(0.0, top, BANDS + 2)
    above = knee_hz * np.exp((places - knee) * ratio)
    edges = np.where(places < knee, places * hz_per_mel, above)
    bins = np.linspace(0.0, RATE_HZ / 2, WINDOW_SAMPLES // 2 + 1)[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    sides = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    return np.asarray(np.maximum(0.0, sides) * 2.0 / (high - low), np.float32)


def _without_pauses(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    starts = np.arange(0, samples.size, SILENCE_BLOCK)
    if not starts.size:
        return samples
    lengths = np.diff(np.append(starts, samples.size))
    power = np.add.reduceat(samples**2, starts) / lengths
    # A short last block is too brief to be the measure of the others.
    loudest = power[lengths == SILENCE_BLOCK].max(initial=0.0) or power.max()
    is_speech = power > loudest * 10 ** (-SILENCE_BELOW_DB / 10)
    speech: NDArray[np.float64] = samples[np.repeat(is_speech, lengths)]
    return speech
