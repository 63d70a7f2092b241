"""Voices as mean and deviation of mel-cepstra: no network, nothing learned, a second opinion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.attackers.cepstra import cepstra, levels_db
from voxnym.evaluation.embedders.hearing import RATE_HZ, heard, unit
from voxnym.records import Audio

Floats = NDArray[np.float32]

COUNT = 20
"""Cepstral coefficients; the first, which is the level, is left out."""

LIFTER = 22
SPEECH_ABOVE_DB = 25.0
"""Frames within this of the loudest one count as speech, dB."""

LEAST_FRAMES = 10
_LEAST_PEAK = 1e-7


class MelCepstra:
    """Liftered mel-cepstra of the louder frames: their means and deviations, of unit length.

    Not worth much against a changed voice, but it shares nothing with the networks: what it finds
    they should find too. An offset of the samples and the level do not matter.

    Source: Davis, Mermelstein, IEEE Trans. ASSP 28(4), 1980 (cepstra); Juang, Rabiner, Wilpon, "On
        the use of bandpass liftering in speech recognition", IEEE Trans. ASSP 35(7), 1987,
        equation 6 (weights 1 + 11 sin(πn / 22)).
    """

    def __init__(self) -> None:
        self.id = f"mfcc-{COUNT}-{SPEECH_ABOVE_DB:.0f}dB"
        self.dims = 2 * (COUNT - 1)

    def __call__(self, audio: Audio) -> Floats:
        """The vector of an utterance.

        Args:
            audio: any rate and channels; 0.1 s of speech or more.

        Returns:
            (38,) of unit length: 19 means, 19 deviations.

        Raises:
            InputError: silence, too little speech, or samples that are not finite.
        """
        samples = heard(audio).astype(np.float64)
        samples -= samples.mean()
        peak = float(np.abs(samples).max())
        if peak < _LEAST_PEAK:
            raise InputError("nothing but silence: nothing can be told of the voice")
        # One level for all: the floor of the logarithm must not tell soft from loud recordings.
        samples /= peak
        levels = levels_db(samples)
        is_speech = levels > levels.max() - SPEECH_ABOVE_DB
        if int(is_speech.sum()) < LEAST_FRAMES:
            raise InputError(
                f"{int(is_speech.sum())} frames of 10 ms with speech in {samples.size / RATE_HZ} "
                f"s: expected {LEAST_FRAMES} or more"
            )
        found = cepstra(samples, COUNT)[is_speech, 1:]
        found *= 1 + LIFTER / 2 * np.sin(np.pi * np.arange(1, COUNT) / LIFTER)
        return unit(np.concatenate([found.mean(axis=0), found.std(axis=0)]), self.id)
