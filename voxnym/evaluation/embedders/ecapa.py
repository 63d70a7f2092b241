"""Voices as a trained ECAPA network hears them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.embedders.hearing import RATE_HZ, heard, unit
from voxnym.records import Audio

if TYPE_CHECKING:
    from voxnym.nn.cards import Card

Floats = NDArray[np.float32]

LEAST_S = 0.1
"""Sound shorter than this, seconds, is refused."""


class EcapaVoice:
    """The vector of a whole utterance, as the VoicePrivacy 2024 evaluation makes it.

    Before the network, the challenge sets the loudness to -30 LUFS, divides by the peak and cuts
    exact zeros off both ends. Any gain before a division by the peak cancels, so the first step is
    left out. `raw` gives vectors as the challenge averages them for enrolment: not normalised.

    Args:
        card: the JSON card of a trained network, or the weights beside it.
        is_prepared: whether the peak is set to 1 and zeros are cut; False leaves samples alone.

    Raises:
        MissingExtraError: PyTorch is missing.
        InputError: the card or the weights cannot be used.

    Source: VoicePrivacy 2024 evaluation plan, section on the speaker verification attack.
    """

    def __init__(self, card: Path, *, is_prepared: bool = True) -> None:
        try:
            from voxnym.nn.cards import read_card
            from voxnym.nn.fbank import Fbank
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise MissingExtraError(
                'the ECAPA network needs PyTorch; run pip install "voxnym[attack]"'
            ) from error
        self.card: Card
        self._network, self.card = read_card(card)
        self._features = Fbank(self.card.sizes.bands)
        self._is_prepared = is_prepared
        self.id = f"ecapa-{self.card.sha256[:12]}"
        if not is_prepared:
            self.id += "-unprepared"
        self.dims = self.card.sizes.dims

    def __call__(self, audio: Audio) -> Floats:
        """The vector of an utterance.

        Args:
            audio: any rate and channels, 0.1 s or more.

        Returns:
            (dims,) of unit length.

        Raises:
            InputError: silence, too little sound, or samples that are not finite.
        """
        return unit(self.raw(audio), self.id)

    def raw(self, audio: Audio) -> Floats:
        """The same before it is set to unit length, (dims,).

        Raises:
            InputError: see `__call__`.
        """
        import torch

        samples = heard(audio)
        if self._is_prepared:
            samples = prepared(samples)
        least = max(round(LEAST_S * RATE_HZ), self._least_samples())
        if samples.size < least:
            raise InputError(
                f"{samples.size / RATE_HZ:.3f} s of sound: expected {least / RATE_HZ} s or more"
            )
        with torch.inference_mode():
            whole = torch.from_numpy(np.ascontiguousarray(samples))[None]
            vector: Floats = self._network(self._features(whole))[0].numpy()
        if not np.isfinite(vector).all():
            raise InputError(f"{self.id}: the vector is not finite")
        return vector

    def _least_samples(self) -> int:
        from voxnym.nn.fbank import HOP_SAMPLES

        return (self.card.sizes.least_frames - 1) * HOP_SAMPLES


def prepared(samples: Floats) -> Floats:
    """Peak 1, without exact zeros at both ends.

    Args:
        samples: (n,), not all zeros.

    >>> prepared(np.array([0.0, 0.25, 0.0, -0.5, 0.0], np.float32)).tolist()
    [0.5, 0.0, -1.0]
    """
    sounding = np.flatnonzero(samples)
    inside = samples[sounding[0] : sounding[-1] + 1]
    loud: Floats = inside / np.abs(inside).max()
    return loud
