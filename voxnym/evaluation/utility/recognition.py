"""What a recogniser is, and how its errors are counted person by person."""

from __future__ import annotations

import re
from typing import Protocol

from voxnym.records import Audio

_NO_WORD = re.compile(r"[^\w' ]+|_")


class Recogniser(Protocol):
    """Writes down what is said. Nothing of one utterance may carry over to the next."""

    @property
    def id(self) -> str:
        """Name and hash of all that its output depends on."""
        ...

    def __call__(self, audio: Audio) -> str:
        """Words, separated by spaces; empty where none are heard."""
        ...


def plain_words(text: str) -> str:
    """Lower case, without punctuation, single spaces; apostrophes inside words stay.

    >>> plain_words("“Don't — go!” she said.")
    "don't go she said"
    """
    lower = text.lower().replace("’", "'")
    words = _NO_WORD.sub(" ", lower).split()
    return " ".join(word.strip("'") for word in words if word.strip("'"))
