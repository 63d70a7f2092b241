import sys

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.metrics.words import word_errors
from voxnym.evaluation.utility import pocketsphinx_alignment
from voxnym.evaluation.utility.pocketsphinx_alignment import (
    aligned_phones,
    dictionary_phones,
    phone_text,
)
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES, Phone, recognise_phones
from voxnym.records import Audio

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def test_phones_of_the_dictionary():
    assert " ".join(dictionary_phones("The sheep, thrunk!")) == "DH AH SH IY P TH R AH N K"
    assert dictionary_phones("") == ()


def test_phones_as_one_text():
    heard = [Phone("SIL", 0, 1), Phone("AA", 1, 2), Phone("AA", 2, 3), Phone("B", 3, 4)]
    assert phone_text(heard) == "AA B"
    assert phone_text(["AA", "SIL", "AA", "+NSN+"]) == "AA"


def test_aligned_phones_fit_the_sound_better_than_the_dictionary(readers):
    aligned, listed, heard = [], [], []
    for audio, text in readers[:4]:
        said = aligned_phones(audio, text)
        assert set(said) <= set(PHONES)
        # Ways of saying a word differ by a phone or two, not more.
        assert word_errors([phone_text(dictionary_phones(text))], [phone_text(said)]).value < 0.25
        aligned.append(phone_text(said))
        listed.append(phone_text(dictionary_phones(text)))
        heard.append(phone_text(recognise_phones(audio)))
    assert aligned != listed
    of_sound = word_errors(aligned, heard).value
    assert 0.1 < of_sound < 0.6
    assert of_sound <= word_errors(listed, heard).value
    # Another utterance's phones are no match: the measure has room to rise.
    assert word_errors(aligned, heard[1:] + heard[:1]).value > 0.7


def test_nothing_carries_over(readers):
    (audio, text), (other, other_text) = readers[:2]
    first = aligned_phones(audio, text)
    aligned_phones(other, other_text)
    assert aligned_phones(audio, text) == first
    with pytest.raises(InputError, match="do not fit"):
        aligned_phones(audio, other_text + " and much that nobody ever said in so short a time")
    assert aligned_phones(audio, text) == first


def test_unknown_words_go_by_their_letters(readers):
    audio, text = readers[0]
    assert text.endswith(" soul")
    assert aligned_phones(audio, text.replace("soul", "solll"))[-4:] == ("AA", "L", "L", "L")


def test_refused(readers):
    audio, text = readers[0]
    with pytest.raises(InputError, match="no words"):
        aligned_phones(audio, "...")
    with pytest.raises(InputError, match="no sound"):
        aligned_phones(Audio(np.zeros((1, 16_000), np.float32), 16_000), text)
    with pytest.raises(InputError, match="do not fit"):
        aligned_phones(Audio(audio.samples[:, :4_000], audio.rate), text)


def test_says_what_is_missing(monkeypatch, readers):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    pocketsphinx_alignment._aligner.cache_clear()
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[asr\]"'):
        aligned_phones(*readers[0])
