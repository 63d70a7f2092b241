"""Which phones were said: a known text laid over the sound, or read from the dictionary."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from voxnym.errors import InputError
from voxnym.evaluation.utility.closed_model import spelled
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES, Phone
from voxnym.evaluation.utility.pocketsphinx_words import (
    english_pronunciations,
    listen,
    sphinx_decoder,
)
from voxnym.evaluation.utility.recognition import plain_words
from voxnym.records import Audio

_BEAMS: Final = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}
"""Wide: where every word is known, only the borders and ways of saying them are sought."""


def aligned_phones(audio: Audio, text: str) -> tuple[str, ...]:
    """Phones of a known text, each word in the pronunciation that fits the sound best.

    Args:
        audio: any rate and channels, of the original.
        text: what is said in it, in English; words that no dictionary knows go by letter rules.

    Returns:
        ARPAbet labels without stress and without silence.

    Raises:
        InputError: no words, no sound, or sound that the text does not fit.
        MissingExtraError: pocketsphinx is not installed.
    """
    words = plain_words(text).split()
    if not words:
        raise InputError("no words to align")
    decoder = _aligner()
    for word in words:
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, spelled(word), True)
    decoder.set_align_text(" ".join(words))
    if not listen(decoder, audio):
        raise InputError("no sound to align")
    # Pauses stand between the words as "<sil>", noises as "[NOISE]" and the like.
    found = [piece.word for piece in decoder.seg() or () if piece.word[0] not in "<[+"]
    if [each.partition("(")[0] for each in found] != words:
        raise InputError(f"{audio.duration:.2f} s of sound do not fit their text")
    return tuple(phone for each in found for phone in decoder.lookup_word(each).split())


def dictionary_phones(text: str) -> tuple[str, ...]:
    """First pronunciation of each word, whatever was heard.

    Raises:
        MissingExtraError: pocketsphinx is not installed.
    """
    known = english_pronunciations()
    ways = (known.get(word, (spelled(word),))[0] for word in plain_words(text).split())
    return tuple(phone for way in ways for phone in way.split())


def phone_text(phones: Iterable[Phone | str]) -> str:
    """Labels as one text for `word_errors`: no silence, and what repeats is written once.

    A recogniser of phones cannot tell one long phone from two alike.

    >>> phone_text(("SIL", "AA", "AA", "SIL", "AA", "B"))
    'AA B'
    """
    labels = (each.label if isinstance(each, Phone) else each for each in phones)
    spoken = (label for label in labels if label in PHONES)
    return " ".join(label for label, _ in groupby(spoken))


@lru_cache(maxsize=1)
def _aligner() -> Any:
    return sphinx_decoder(lm=None, **_BEAMS)
