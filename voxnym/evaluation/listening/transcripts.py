"""Words that were written down, against words that were said."""

from __future__ import annotations

import unicodedata

from voxnym.errors import InputError

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


def plain_words(text: str) -> list[str]:
    """Words as they are compared: small letters, digits and apostrophes inside words.

    Hyphens part words; accents and umlauts count.

    >>> plain_words("“Well-known” — it’s 5 o'clock!")
    ['well', 'known', "it's", '5', "o'clock"]
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    # Combining signs belong to their letter: scripts such as Devanagari have no composed forms.
    kept = (c if c == "'" or unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    return [word for part in "".join(kept).split() if (word := part.strip("'"))]


def word_errors(said: str, written: str) -> tuple[int, int]:
    """Substitutions, deletions and insertions; and the number of words said.

    Raises:
        InputError: nothing was said.

    Source: jiwer, on words as `plain_words` gives them.

    >>> word_errors("The cat sat.", "a cat sat down")
    (2, 3)
    >>> word_errors("The cat sat.", "")
    (3, 3)
    """
    import jiwer

    reference, heard = plain_words(said), plain_words(written)
    if not reference:
        raise InputError(f"no words in {said!r}: nothing to compare an answer with")
    found = jiwer.process_words(" ".join(reference), " ".join(heard))
    return found.substitutions + found.deletions + found.insertions, len(reference)
