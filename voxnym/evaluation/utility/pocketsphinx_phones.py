"""Phones by pocketsphinx's phone loop: no words, only a weak model of how phones follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from voxnym.errors import MissingExtraError
from voxnym.evaluation.utility.pocketsphinx_words import INSTALL, listen, sphinx_decoder
from voxnym.records import Audio

FRAME_S: Final = 0.01
SILENCE: Final = "SIL"
PHONES: Final = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH",
    "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""ARPAbet without stress."""
_BEAM: Final = 1e-20
_WEIGHT: Final = 2.0


@dataclass(frozen=True)
class Phone:
    """A stretch of one phone.

    Args:
        label: one of `PHONES`, or "SIL" for silence and noises.
        start: seconds.
        end: seconds.
    """

    label: str
    start: float
    end: float

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


def recognise_phones(audio: Audio) -> tuple[Phone, ...]:
    """Phones in order, silence included; nothing is kept of the utterances before.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """
    decoder = _loop()
    if not listen(decoder, audio):
        return (Phone(SILENCE, 0.0, audio.duration),) if audio.length else ()
    found: list[Phone] = []
    for piece in decoder.seg() or ():
        label = piece.word if piece.word in PHONES else SILENCE
        start, end = piece.start_frame * FRAME_S, (piece.end_frame + 1) * FRAME_S
        if found and found[-1].label == SILENCE == label:
            found[-1] = Phone(SILENCE, found[-1].start, end)
        else:
            found.append(Phone(label, start, end))
    return tuple(found)


@lru_cache(maxsize=1)
def _loop() -> Any:
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise MissingExtraError(INSTALL) from error
    model = Path(get_model_path()) / "en-us" / "en-us-phone.lm.bin"
    return sphinx_decoder(allphone=str(model), lm=None, beam=_BEAM, pbeam=_BEAM, lw=_WEIGHT)
