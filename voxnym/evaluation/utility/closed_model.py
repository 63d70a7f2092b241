"""A closed vocabulary for recognition: the words of some texts and how they follow each other.

No open-vocabulary recogniser comes with the package. Inside a closed vocabulary a recogniser makes
few errors on clean speech, so that differences show; its error rates are not those of open speech.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from voxnym.errors import InputError

DISCOUNT: Final = 0.7
START, END = "<s>", "</s>"
_LETTERS: Final = {
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH",
    "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R",
    "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "Y", "z": "Z",
}  # fmt: skip
_PAIRS: Final = {
    "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "ng": "NG", "ee": "IY", "ea": "IY", "oo": "UW",
    "ou": "AW", "ow": "OW", "ai": "EY", "ay": "EY", "oi": "OY", "oy": "OY", "er": "ER",
    "ar": "AA R", "or": "AO R", "qu": "K W", "ck": "K", "wh": "W",
}  # fmt: skip


@dataclass(frozen=True)
class ClosedModel:
    """Pronunciations and a bigram model as the texts that decoders read.

    Args:
        dictionary: lines `word PHONES`; further pronunciations as `word(2) PHONES`.
        arpa: the bigram model in ARPA format.
        words: number of different words.
        guessed: words that no dictionary knew, pronounced by letter rules.
    """

    dictionary: str
    arpa: str
    words: int
    guessed: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of both texts."""
        return hashlib.sha256(f"{self.dictionary}\0{self.arpa}".encode()).hexdigest()


def closed_model(
    sentences: Iterable[str], pronunciations: Mapping[str, tuple[str, ...]]
) -> ClosedModel:
    """The model of some sentences.

    Args:
        sentences: as `plain_words` gives them.
        pronunciations: word to its pronunciations, ARPAbet without stress.

    Raises:
        InputError: no word in them.
    """
    said = [sentence.split() for sentence in sorted(set(sentences)) if sentence]
    vocabulary = sorted({word for sentence in said for word in sentence})
    if not vocabulary:
        raise InputError("no transcript holds a word: nothing to recognise")
    guessed = tuple(word for word in vocabulary if word not in pronunciations)
    lines = []
    for word in vocabulary:
        ways = pronunciations.get(word) or (spelled(word),)
        for number, way in enumerate(ways, 1):
            lines.append(f"{word}{f'({number})' if number > 1 else ''} {way}")
    return ClosedModel(
        "\n".join(lines) + "\n", bigram_arpa(said, vocabulary), len(vocabulary), guessed
    )


def spelled(word: str) -> str:
    """A crude English pronunciation, letter by letter.

    >>> spelled("sheep")
    'SH IY P'
    """
    phones, place = [], 0
    letters = [letter for letter in word if letter in _LETTERS]
    plain = "".join(letters) or "a"
    while place < len(plain):
        pair = _PAIRS.get(plain[place : place + 2])
        phones.append(pair or _LETTERS[plain[place]])
        place += 2 if pair else 1
    return " ".join(phones)


def bigram_arpa(sentences: Iterable[list[str]], vocabulary: list[str]) -> str:
    """Bigram model with absolute discounting, backing off to unigrams, in ARPA format.

    Source: Ney, Essen and Kneser, On structuring probabilistic dependences in stochastic language
        modelling, Computer Speech and Language 8 (1994), section 3.
    """
    singles: Counter[str] = Counter()
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        marked = [START, *sentence, END]
        singles.update(marked[1:])
        for first, second in pairwise(marked):
            pairs[first][second] += 1
    total = sum(singles.values())
    share = {word: singles[word] / total for word in (*vocabulary, END)}
    one = [f"-99\t{START}\t{_log10(_back_off(pairs[START], share)):.6f}"]
    one += [
        f"{_log10(share[word]):.6f}\t{word}\t{_log10(_back_off(pairs[word], share)):.6f}"
        for word in vocabulary
    ]
    one.append(f"{_log10(share[END]):.6f}\t{END}")
    two = [
        f"{_log10(_pair_share(pairs[first], second, share)):.6f}\t{first} {second}"
        for first in sorted(pairs)
        for second in sorted(pairs[first])
    ]
    head = f"\\data\\\nngram 1={len(one)}\nngram 2={len(two)}\n\n\\1-grams:\n"
    return head + "\n".join(one) + "\n\n\\2-grams:\n" + "\n".join(two) + "\n\n\\end\\\n"


def _pair_share(after: Counter[str], second: str, share: Mapping[str, float]) -> float:
    """Discounted count, plus its part of what the discount left over."""
    total = sum(after.values())
    left = DISCOUNT * len(after) / total
    return (after[second] - DISCOUNT) / total + left * share[second]


def _back_off(after: Counter[str], share: Mapping[str, float]) -> float:
    """Weight of the unigram for what was never seen after a word."""
    total = sum(after.values())
    if not total:
        return 1.0
    return DISCOUNT * len(after) / total


def _log10(value: float) -> float:
    return math.log10(max(value, 1e-30))
