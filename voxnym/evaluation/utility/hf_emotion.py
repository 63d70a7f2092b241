"""Emotions by networks from a hub or a folder: wav2vec 2.0, WavLM and their like with classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from voxnym.errors import InputError
from voxnym.evaluation.utility.emotion import four_emotions
from voxnym.evaluation.utility.hub import Model, loaded, long_enough, mono
from voxnym.records import Audio

LONGEST_S: Final = 20.0
"""Longer sound is heard in equal pieces, since cost grows with the square."""


@dataclass(frozen=True)
class HubEmotion:
    """An EmotionProbe: a network with one output for each emotion.

    Weights are read from safetensors only; no code of the model's repository is run.

    Args:
        model: a folder, or a name on the hub, e.g. "superb/wav2vec2-base-superb-er".
        revision: of a model on the hub: a commit, so that figures can be made again.
    """

    model: str
    revision: str | None = None

    @property
    def id(self) -> str:
        """Name and hash of the weights.

        Raises:
            InputError: nothing usable under that name.
            MissingExtraError: transformers or PyTorch is missing.
        """
        return f"hf-emotion-{Path(self.model).name}-{_network(self.model, self.revision).digest}"

    def __call__(self, audio: Audio) -> dict[str, float]:
        """Probability of each of the network's emotions; the mean over pieces of long sound.

        Raises:
            InputError: nothing usable under that name, no sound, or samples that are not finite.
            MissingExtraError: transformers or PyTorch is missing.
        """
        import torch

        found = _network(self.model, self.revision)
        samples = mono(audio, found.rate)
        if not samples.any():
            raise InputError("nothing but silence: it has no emotion")
        config = found.network.config
        rows = []
        for piece in np.array_split(samples, -(-samples.size // round(LONGEST_S * found.rate))):
            inputs = found.front(
                long_enough(piece, config), sampling_rate=found.rate, return_tensors="pt"
            )
            with torch.inference_mode():
                rows.append(found.network(**inputs).logits[0].softmax(dim=-1).numpy())
        mean = np.mean(rows, axis=0)
        return {str(config.id2label[place]): float(mean[place]) for place in range(mean.size)}


@lru_cache(maxsize=1)
def _network(model: str, revision: str | None) -> Model:
    found = loaded("AutoModelForAudioClassification", "AutoFeatureExtractor", model, revision)
    for label in found.network.config.id2label.values():
        four_emotions(str(label))
    return found
