"""Words by networks from a hub or a folder that write letters: wav2vec 2.0, HuBERT, WavLM, ….

The VoicePrivacy challenge measures words with such a network, trained on clean speech, no language
model behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voxnym.errors import InputError
from voxnym.evaluation.utility.hub import Model, loaded, long_enough, mono
from voxnym.evaluation.utility.recognition import plain_words
from voxnym.records import Audio

LONGEST_S: Final = 30.0
"""Longer sound is heard in equal pieces, since cost grows with the square; words at the cuts may
be lost, alike in all systems."""


@dataclass(frozen=True)
class HubWords:
    """A Recogniser: the likeliest letter of each frame, repeats and blanks left out.

    Utterances are heard one at a time, never padded. Weights are read from safetensors only; no
    code of the model's repository is run.

    Args:
        model: a folder, or a name on the hub, e.g. "facebook/wav2vec2-large-960h-lv60-self".
        revision: of a model on the hub: a commit, so that figures can be made again.

    Source: Graves et al., Connectionist temporal classification, ICML 2006, best path decoding.
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
        return f"hf-ctc-{Path(self.model).name}-{_network(self.model, self.revision).digest}"

    def __call__(self, audio: Audio) -> str:
        """Words heard.

        Raises:
            InputError: nothing usable under that name, or samples that are not finite.
            MissingExtraError: transformers or PyTorch is missing.
        """
        found = _network(self.model, self.revision)
        samples = mono(audio, found.rate)
        if not samples.any():
            return ""
        count = -(-samples.size // round(LONGEST_S * found.rate))
        pieces = np.array_split(samples, count)
        return plain_words(" ".join(_letters(found, piece) for piece in pieces))


def _letters(found: Model, samples: NDArray[np.float32]) -> str:
    import torch

    samples = long_enough(samples, found.network.config)
    inputs = found.front(samples, sampling_rate=found.rate, return_tensors="pt")
    with torch.inference_mode():
        best = found.network(**inputs).logits[0].argmax(dim=-1).tolist()
    writer = found.front.tokenizer
    # The library's own decoding writes "<unk>" out, which would count as a word.
    marks = (writer.pad_token_id, writer.unk_token_id, writer.bos_token_id, writer.eos_token_id)
    letters = [each for each, _ in groupby(best) if each not in marks]
    text = "".join(writer.convert_ids_to_tokens(letters))
    return text.replace(writer.word_delimiter_token or " ", " ")


@lru_cache(maxsize=1)
def _network(model: str, revision: str | None) -> Model:
    found = loaded("AutoModelForCTC", "AutoProcessor", model, revision)
    if not hasattr(getattr(found.front, "tokenizer", None), "word_delimiter_token"):
        raise InputError(f"{model}: writes no letters: its folder lacks a tokenizer for them")
    return found
