"""Words as they are compared: nothing but small letters without accents, and digits."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that look like one with a stroke or a hook, but do not decompose into it.
_UNDECOMPOSED: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
    "þ": "th", "ŧ": "t", "ŋ": "n", "ĸ": "k",
})  # fmt: skip
# Written without spaces between words, or with endings glued to them: each character may begin
# and end a word. Thai, Lao, Tibetan; Myanmar; Khmer; kana to Han; Hangul; compatibility; rare Han.
SPACELESS: Final = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u312f\u3130-\u318f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
# Marks of Indian and South-East Asian scripts are vowels, not accents.
_VOWEL_SIGNS: Final = re.compile("[\u0900-\u109f\u1780-\u17ff]")
_SPACELESS: Final = re.compile(f"[{SPACELESS}]")


_LONGEST_REMEMBERED: Final = 64


def letters_of(text: str) -> tuple[str, tuple[int, ...]]:
    """What is compared of a text, and where tokens begin in it.

    Capitals, accents, composition, width, soft hyphens and invisible characters make no
    difference; everything that is neither letter nor digit separates tokens.

    Returns:
        The letters in a row, and indices of those that begin a token.

    >>> letters_of("Jean-Zoé’s"), letters_of("ANNA")
    (('jeanzoes', (0, 4, 7)), ('anna', (0,)))
    """
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _letters_of(text)


def _letters_of(text: str) -> tuple[str, tuple[int, ...]]:
    letters: list[str] = []
    starts: list[int] = []
    apart = True
    for character in text:
        alone = _SPACELESS.match(character) is not None
        apart = apart or alone
        for letter in _compared(character):
            kind = unicodedata.category(letter)
            if kind[0] in "LN" or (kind[0] == "M" and _VOWEL_SIGNS.match(letter)):
                if apart:
                    starts.append(len(letters))
                letters.append(letter)
                apart = False
            elif kind[0] != "M" and kind != "Cf":
                apart = True
        apart = apart or alone
    return "".join(letters), tuple(starts)


_remembered: Final = lru_cache(maxsize=1 << 15)(_letters_of)


@lru_cache(maxsize=1 << 12)
def _compared(character: str) -> str:
    # Twice, since folding may yield composed letters and composed ones fold differently.
    folded = unicodedata.normalize("NFKD", character).casefold().translate(_UNDECOMPOSED)
    return unicodedata.normalize("NFKD", folded).casefold().translate(_UNDECOMPOSED)
