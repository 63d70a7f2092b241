import sys
from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest

from voxnym.errors import MissingExtraError
from voxnym.evaluation.utility import pocketsphinx_phones
from voxnym.evaluation.utility.pocketsphinx_phones import PHONES, SILENCE, recognise_phones
from voxnym.records import Audio
from voxnym.testing import toy_speech

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


def test_phones_follow_each_other_without_gaps():
    audio = toy_speech(seconds=2)
    found = recognise_phones(audio)
    assert len(found) > 3
    assert {phone.label for phone in found} <= {*PHONES, SILENCE}
    assert found[0].start == 0
    for phone, following in pairwise(found):
        assert phone.end == pytest.approx(following.start)
        assert phone.duration > 0
        assert not phone.label == SILENCE == following.label
    assert found[-1].end == pytest.approx(audio.duration, abs=0.05)


def test_nothing_carries_over_to_the_next_utterance():
    rng = np.random.default_rng(2)
    noise = Audio(rng.normal(0, 0.3, 16_000).astype(np.float32), 16_000)
    audios = [toy_speech(seconds=1.2), noise, toy_speech(seconds=0.8)]
    there = [recognise_phones(audio) for audio in audios]
    back = [recognise_phones(audio) for audio in reversed(audios)][::-1]
    pocketsphinx_phones._loop.cache_clear()
    alone = recognise_phones(audios[2])
    assert there == back
    assert alone == there[2]


def test_noises_and_pauses_in_a_row_are_one_silence(monkeypatch):
    heard = [("SIL", 0, 4), ("+NSN+", 5, 9), ("AA", 10, 12), ("AA", 13, 14), ("SIL", 15, 19)]
    decoder = MagicMock()
    decoder.seg.return_value = [
        SimpleNamespace(word=word, start_frame=first, end_frame=last) for word, first, last in heard
    ]
    monkeypatch.setattr(pocketsphinx_phones, "_loop", lambda: decoder)
    found = recognise_phones(toy_speech(seconds=0.2))
    assert [each.label for each in found] == [SILENCE, "AA", "AA", SILENCE]
    assert [each.start for each in found] == pytest.approx([0, 0.1, 0.13, 0.15])
    assert [each.end for each in found] == pytest.approx([0.1, 0.13, 0.15, 0.2])


def test_silence_is_silence():
    found = recognise_phones(Audio(np.zeros((1, 16_000), np.float32), 16_000))
    assert [phone.label for phone in found] == [SILENCE]


@pytest.mark.parametrize("samples", [0, 1, 200, 1_000])
def test_very_short_sound(samples):
    found = recognise_phones(Audio(np.full((1, samples), 0.1, np.float32), 16_000))
    assert all(phone.end <= samples / 16_000 + 0.03 for phone in found)


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    pocketsphinx_phones._loop.cache_clear()
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[asr\]"'):
        recognise_phones(toy_speech(seconds=0.5))
