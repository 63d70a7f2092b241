import pickle
import sys

import numpy as np
import pytest

from voxnym.audio.resample import resample
from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.metrics.words import word_errors
from voxnym.evaluation.utility import pocketsphinx_words
from voxnym.evaluation.utility.pocketsphinx_words import ClosedWords, sixteen_bit
from voxnym.evaluation.utility.recognition import Recogniser
from voxnym.records import Audio

pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")


@pytest.fixture(scope="module")
def recogniser(readers):
    return ClosedWords.of_texts(text for _, text in readers)


def test_understands_clean_speech(recogniser, readers):
    kept: Recogniser = recogniser
    heard = [kept(audio) for audio, _ in readers[:3]]
    assert word_errors([text for _, text in readers[:3]], heard).value < 0.25


def test_nothing_carries_over_to_the_next_utterance(recogniser, readers):
    loud = Audio(np.clip(30 * readers[2][0].samples, -1, 1), readers[2][0].rate)
    audios = [readers[0][0], loud, readers[1][0]]
    pocketsphinx_words._decoder.cache_clear()
    there = [recogniser(audio) for audio in audios]
    back = [recogniser(audio) for audio in reversed(audios)][::-1]
    assert there == back
    pocketsphinx_words._decoder.cache_clear()
    assert recogniser(audios[-1]) == there[-1]


def test_rate_and_channels_do_not_matter(recogniser, readers):
    audio, text = readers[0]
    up = resample(audio.samples, audio.rate, 44_100)
    found = recogniser(Audio(np.repeat(up, 2, axis=0), 44_100))
    assert (
        word_errors([text], [found]).value <= word_errors([text], [recogniser(audio)]).value + 0.1
    )


@pytest.mark.parametrize("seconds", [0, 0.005, 0.05, 1.0])
def test_silence_has_no_words(recogniser, seconds):
    assert recogniser(Audio(np.zeros((1, round(16_000 * seconds)), np.float32), 16_000)) == ""


def test_travels_to_other_processes(recogniser, readers):
    copy = pickle.loads(pickle.dumps(recogniser))
    assert copy == recogniser
    assert copy(readers[0][0]) == recogniser(readers[0][0])


def test_name_says_closed_and_holds_the_hash(recogniser, readers):
    assert "closed vocabulary" in recogniser.id
    assert recogniser.model.digest[:12] in recogniser.id
    other = ClosedWords.of_texts(text for _, text in readers[1:])
    assert other.id != recogniser.id
    assert ClosedWords(recogniser.model, 3.0).id != recogniser.id


def test_samples_become_sixteen_bits():
    samples = np.array([[0.0, 0.5, -0.5, 1.0, -1.0, 1.5]], np.float32)
    read = np.frombuffer(sixteen_bit(Audio(samples, 16_000)), "<i2")
    assert np.abs(read - [0, 16384, -16384, 32767, -32767, 32767]).max() <= 1
    assert (
        np.frombuffer(sixteen_bit(Audio(np.vstack([samples, -samples]), 16_000)), "<i2").any() == 0
    )


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    pocketsphinx_words.english_pronunciations.cache_clear()
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[asr\]"'):
        ClosedWords.of_texts(["hello"])
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[asr\]"'):
        pocketsphinx_words.sphinx_decoder()


def test_texts_without_words_are_refused():
    with pytest.raises(InputError, match="no transcript"):
        ClosedWords.of_texts(["...", ""])
