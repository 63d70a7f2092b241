"""Log mel energies as the VoicePrivacy attacker hears them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from voxnym.errors import InputError

RATE_HZ = 16_000
WINDOW_SAMPLES = 400
HOP_SAMPLES = 160
BANDS = 80
FLOOR = 1e-10
RANGE_DB = 80.0


class Fbank(nn.Module):
    """Log mel energies of utterances of one length, less their mean over time.

    25 ms Hamming window every 10 ms, frames centred, edges padded with zeros; power summed under
    triangles; 10 log10 with a floor of 1e-10; nothing more than 80 dB below the utterance's peak;
    mean of every band over the utterance subtracted. Nothing to learn; no other utterance of a
    batch matters.

    Args:
        bands: number of triangles between 0 and 8 kHz.

    Raises:
        InputError: fewer than one band.

    Source: features of the VoicePrivacy 2024 verification model (SpeechBrain's filter bank). Its
        triangles are even in Hz: both sides are as wide as the way to the next lower centre.
    """

    def __init__(self, bands: int = BANDS) -> None:
        super().__init__()
        if bands < 1:
            raise InputError(f"bands={bands}: expected 1 or more")
        self.bands = bands
        self._window: Tensor
        self._weights: Tensor
        self.register_buffer("_window", torch.hamming_window(WINDOW_SAMPLES), persistent=False)
        self.register_buffer("_weights", triangles(bands), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Energies.

        Args:
            samples: (batch, n) at 16 kHz, n > 0.

        Returns:
            (batch, 1 + n // 160, bands) dB, mean 0 over time; float32.

        Raises:
            InputError: another shape, or no samples.
        """
        if samples.ndim != 2 or samples.shape[1] == 0:
            raise InputError(f"samples {tuple(samples.shape)}: expected (batch, n), n > 0")
        with torch.autocast(samples.device.type, enabled=False):
            spectrum = torch.stft(
                samples.float(),
                WINDOW_SAMPLES,
                hop_length=HOP_SAMPLES,
                window=self._window,
                center=True,
                pad_mode="constant",
                return_complex=True,
            )
            power = torch.view_as_real(spectrum).square().sum(dim=-1)
            energy = power.transpose(1, 2) @ self._weights
            decibels = 10.0 * torch.log10(energy.clamp_min(FLOOR))
            least = decibels.amax(dim=(1, 2), keepdim=True) - RANGE_DB
            clipped = torch.maximum(decibels, least)
            return clipped - clipped.mean(dim=1, keepdim=True)


def triangles(bands: int) -> Tensor:
    """Weights of the bins of the power spectrum in each band, (201, bands).

    Centres are even on the scale 2595 log10(1 + f / 700 Hz) from 0 to 8 kHz.
    """
    top = 2595.0 * torch.log10(torch.tensor(1.0 + RATE_HZ / 2 / 700.0, dtype=torch.float64))
    mels = torch.linspace(0.0, float(top), bands + 2, dtype=torch.float64)
    edges = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    bins = torch.linspace(0.0, RATE_HZ / 2, WINDOW_SAMPLES // 2 + 1, dtype=torch.float64)
    distance = (bins[:, None] - edges[1:-1]).abs() / (edges[1:-1] - edges[:-2])
    return (1.0 - distance).clamp_min(0.0).float()
