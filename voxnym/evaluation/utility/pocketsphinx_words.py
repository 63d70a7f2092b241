"""Words by pocketsphinx in a closed vocabulary: pinned, offline, the same on every machine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from voxnym.errors import MissingExtraError
from voxnym.evaluation.utility.closed_model import ClosedModel, closed_model
from voxnym.evaluation.utility.recognition import plain_words
from voxnym.records import Audio

RATE_HZ = 16_000
LANGUAGE_WEIGHT = 7.0
INSTALL = 'recognition needs pocketsphinx: pip install "voxnym[asr]"'


def sphinx_decoder(**settings: Any) -> Any:
    """A decoder with the library's American English acoustic model and no state of its own.

    The cepstral mean is that of the utterance at hand, never of those before it.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """
    try:
        from pocketsphinx import Config, Decoder
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    config = Config(samprate=RATE_HZ, loglevel="FATAL", cmn="batch", remove_noise=False)
    for name, value in settings.items():
        config[name] = value
    return Decoder(config)


def sixteen_bit(audio: Audio) -> bytes:
    """One channel at 16 kHz as the decoder reads it."""
    from voxnym.audio.resample import resample

    mono = audio.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    samples = resample(mono, audio.rate, RATE_HZ)[0]
    return bytes(np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes())


def listen(decoder: Any, audio: Audio) -> bool:
    """Decode one utterance as if it were the first.

    Args:
        decoder: of `sphinx_decoder`.
        audio: any rate and channels.

    Returns:
        False for nothing but zeros, which the decoder would take for fricatives, or stumble over.
    """
    sound = sixteen_bit(audio)
    if not any(sound):
        return False
    # The front end tracks noise and cepstral means from utterance to utterance.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    return True


@lru_cache(maxsize=1)
def english_pronunciations() -> dict[str, tuple[str, ...]]:
    """Word to pronunciations of the dictionary that comes with pocketsphinx.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    found: dict[str, list[str]] = {}
    path = Path(get_model_path()) / "en-us" / "cmudict-en-us.dict"
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        found.setdefault(word.partition("(")[0], []).append(phones.strip())
    return {word: tuple(ways) for word, ways in found.items()}


@dataclass(frozen=True)
class ClosedWords:
    """A Recogniser of the words of some texts.

    Args:
        model: vocabulary and bigrams; usually of the texts that are to be recognised.
        language_weight: how much the bigrams count.
    """

    model: ClosedModel = field(repr=False)
    language_weight: float = LANGUAGE_WEIGHT

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> ClosedWords:
        """For these texts.

        Raises:
            MissingExtraError: pocketsphinx is not installed.
            InputError: no word in them.
        """
        return cls(closed_model((plain_words(t) for t in texts), english_pronunciations()))

    @property
    def id(self) -> str:
        """Library with version, vocabulary, weight, hash of dictionary and bigrams."""
        from importlib.metadata import version

        return (
            f"pocketsphinx {version('pocketsphinx')}, closed vocabulary of {self.model.words} "
            f"words, weight {self.language_weight:g}, {self.model.digest[:12]}"
        )

    def __call__(self, audio: Audio) -> str:
        """Words heard.

        Raises:
            MissingExtraError: pocketsphinx is not installed.
        """
        decoder = _decoder(self.model, self.language_weight)
        found = decoder.hyp() if listen(decoder, audio) else None
        return plain_words(found.hypstr) if found is not None else ""


@lru_cache(maxsize=2)
def _decoder(model: ClosedModel, language_weight: float) -> Any:
    with tempfile.TemporaryDirectory(prefix="voxnym-") as folder:
        dictionary, arpa = Path(folder) / "words.dict", Path(folder) / "words.arpa"
        dictionary.write_text(model.dictionary, encoding="utf-8")
        arpa.write_text(model.arpa, encoding="utf-8")
        return sphinx_decoder(dict=str(dictionary), lm=str(arpa), lw=language_weight)
