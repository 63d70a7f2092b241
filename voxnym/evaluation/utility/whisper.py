"""Words by Whisper, through faster-whisper: open vocabulary, many languages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.utility.hub import mono
from voxnym.evaluation.utility.recognition import plain_words
from voxnym.records import Audio

RATE_HZ: Final = 16_000
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class WhisperWords:
    """A Recogniser: Whisper without chance and without memory.

    No sampling: where the library would try again at a higher temperature, the first result
    stands. No result of one stretch leads the next one on, and nothing is cut out as silence,
    since that would hide what a system does to quiet speech.

    Args:
        model: a folder of converted weights, or a size such as "large-v3", which is fetched from
            the hub or found in its cache.
        language: of all that is heard, as "en"; never guessed, for an accent that a system adds
            must count as errors and not as another language.
        beams: hypotheses that are followed.
        revision: of weights on the hub: a commit, so that figures can be made again.

    Source: Radford et al., Robust speech recognition via large-scale weak supervision, ICML 2023.
    """

    model: str
    language: str = "en"
    beams: int = 5
    revision: str | None = None

    @property
    def id(self) -> str:
        """Version, weights with their hash or revision, language, beams.

        Raises:
            InputError: the folder holds no weights.
        """
        from importlib.metadata import PackageNotFoundError, version

        try:
            release = version("faster-whisper")
        except PackageNotFoundError:
            release = "(not installed)"
        return (
            f"faster-whisper {release}, {_weights(self.model, self.revision)}, {self.language}, "
            f"{self.beams} beams"
        )

    def __call__(self, audio: Audio) -> str:
        """Words heard.

        Raises:
            InputError: no such weights, or samples that are not finite.
            MissingExtraError: faster-whisper is not installed.
        """
        network = _network(self.model, self.revision)
        samples = mono(audio, RATE_HZ)
        if not samples.any():
            return ""
        pieces, _ = network.transcribe(
            samples,
            language=self.language,
            beam_size=self.beams,
            temperature=0.0,
            condition_on_previous_text=False,
            vad_filter=False,
        )
        return plain_words(" ".join(piece.text for piece in pieces))


@lru_cache(maxsize=1)
def _network(model: str, revision: str | None) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'Whisper needs faster-whisper: pip install "voxnym[whisper]"'
        ) from error
    if Path(model).is_dir() and not (Path(model) / "tokenizer.json").is_file():
        raise InputError(f"{model}: holds no tokenizer.json, and none is fetched in its place")
    try:
        # One thread: utterances are spread over processes.
        return WhisperModel(
            model,
            device="cpu",
            compute_type="float32",
            cpu_threads=1,
            local_files_only=Path(model).is_dir(),
            revision=revision,
        )
    except (OSError, ValueError, RuntimeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise InputError(f"{model}: no such weights to be had: {first}") from error


@lru_cache(maxsize=1)
def _weights(model: str, revision: str | None) -> str:
    folder = Path(model)
    if not folder.is_dir():
        return f"{model}@{revision}" if revision else model
    path = folder / "model.bin"
    if not path.is_file():
        raise InputError(f"{model}: holds no model.bin")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return f"{folder.name}-{digest.hexdigest()[:12]}"
