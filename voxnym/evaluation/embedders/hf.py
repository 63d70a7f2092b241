"""Voices as networks with an x-vector head hear them: WavLM, wav2vec 2.0 and their like."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.embedders.hearing import heard, unit
from voxnym.records import Audio

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float32]

LEAST_S = 0.5
"""Sound shorter than this, seconds, is refused: the head needs more frames than it gives."""

LONGEST_PIECE_S = 20.0
"""Longer utterances are heard in equal pieces, since the cost grows with the square."""


class HubVoice:
    """The vector of a network with an x-vector head, of unit length.

    Utterances are heard one at a time, never padded: padding changes what these networks say.
    Weights are read from safetensors only; no code of the model's repository is run. A model that
    lacks a trained head is refused.

    Args:
        model: a folder, or a name on the hub, e.g. "microsoft/wavlm-base-plus-sv".
        revision: of a model on the hub: a commit, so that the figures can be made again.

    Raises:
        MissingExtraError: transformers or PyTorch is missing.
        InputError: nothing usable under that name.

    Source: Chen et al., "WavLM", IEEE JSTSP 2022, section V.B (speaker verification).
    """

    def __init__(self, model: str | Path, *, revision: str | None = None) -> None:
        try:
            import torch  # noqa: F401
            import transformers
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                'models from a hub need transformers; run pip install "voxnym[hf]"'
            ) from error
        from safetensors import SafetensorError

        if not str(model):
            raise InputError("hf: expected the name of a model or its folder after the colon")
        is_local = Path(model).is_dir()
        where = {"revision": revision, "local_files_only": is_local}
        try:
            extractor = transformers.AutoFeatureExtractor.from_pretrained(str(model), **where)
            network, info = transformers.AutoModelForAudioXVector.from_pretrained(
                str(model),
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                **where,
            )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            first = str(error).strip().partition("\n")[0]
            raise InputError(f"{model}: no model with an x-vector head: {first}") from error
        if missing := sorted(info["missing_keys"]):
            # The library fills them with random numbers and goes on.
            raise InputError(f"{model}: not trained to tell voices apart; {missing[0]} is missing")
        self._extractor, self._network = extractor, network.eval()
        self.rate = int(extractor.sampling_rate)
        name = Path(str(model)).name
        self.id = f"hf-{name}-{_weights_hash(network)[:12]}"
        self.dims = int(network.config.xvector_output_dim)

    def __call__(self, audio: Audio) -> Floats:
        """The vector of an utterance.

        Args:
            audio: any rate and channels, 0.5 s or more.

        Returns:
            (dims,) of unit length.

        Raises:
            InputError: silence, too little sound, or samples that are not finite.
        """
        samples = heard(audio, self.rate)
        if samples.size < LEAST_S * self.rate:
            raise InputError(
                f"{samples.size / self.rate:.3f} s of sound: expected {LEAST_S} s or more"
            )
        count = -(-samples.size // round(LONGEST_PIECE_S * self.rate))
        pieces = np.array_split(samples, count)
        vectors = [unit(self._raw(piece), self.id) for piece in pieces if piece.any()]
        return unit(np.mean(vectors, axis=0), self.id)

    def _raw(self, samples: Floats) -> Floats:
        import torch

        inputs = self._extractor(samples, sampling_rate=self.rate, return_tensors="pt")
        with torch.inference_mode():
            vector: Floats = self._network(**inputs).embeddings[0].float().numpy()
        return vector


def _weights_hash(network: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        array = value.detach().cpu().float().contiguous().numpy()
        digest.update(f"{name}:{array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
