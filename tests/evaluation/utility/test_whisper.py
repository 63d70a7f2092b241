import hashlib
import pickle
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from voxnym.errors import InputError, MissingExtraError
from voxnym.evaluation.utility import whisper
from voxnym.evaluation.utility.recognition import Recogniser
from voxnym.evaluation.utility.whisper import WhisperWords
from voxnym.records import Audio

SOUND = Audio(np.sin(np.arange(8_820) / 7).astype(np.float32) / 2, 44_100)


@pytest.fixture(autouse=True)
def no_memory():
    for cached in (whisper._network, whisper._weights):
        cached.cache_clear()
    yield
    for cached in (whisper._network, whisper._weights):
        cached.cache_clear()


@pytest.fixture
def library(monkeypatch):
    """The library's boundary: what it was asked, and what it answers."""
    seen = SimpleNamespace(made=[], asked=[])

    class WhisperModel:
        def __init__(self, model, **settings):
            if model == "nobody/nothing":
                raise ValueError("Invalid model size 'nobody/nothing'\nexpected one of: …")
            seen.made.append((model, settings))

        def transcribe(self, samples, **settings):
            seen.asked.append((samples, settings))
            texts = (" Please call Stella,", " she said.")
            return iter([SimpleNamespace(text=text) for text in texts]), None

    fake = ModuleType("faster_whisper")
    fake.WhisperModel = WhisperModel
    monkeypatch.setitem(sys.modules, "faster_whisper", fake)
    return seen


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"weights" * 400_000)
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def test_joins_what_it_heard_as_plain_words(library, folder):
    kept: Recogniser = WhisperWords(str(folder))
    assert kept(SOUND) == "please call stella she said"
    samples, _ = library.asked[0]
    assert (samples.dtype, samples.shape) == (np.float32, (3_200,))
    assert library.made == [
        (
            str(folder),
            {
                "device": "cpu",
                "compute_type": "float32",
                "cpu_threads": 1,
                "local_files_only": True,
                "revision": None,
            },
        )
    ]


def test_neither_chance_nor_memory_nor_a_guessed_language(library, folder):
    WhisperWords(str(folder), language="de", beams=2)(SOUND)
    _, settings = library.asked[0]
    assert settings == {
        "language": "de",
        "beam_size": 2,
        "temperature": 0.0,
        "condition_on_previous_text": False,
        "vad_filter": False,
    }


def test_weights_are_read_once(library, folder):
    for language in ("en", "de"):
        WhisperWords(str(folder), language)(SOUND)
    assert len(library.made) == 1
    WhisperWords("tiny", revision="0123")(SOUND)
    assert library.made[1][0] == "tiny"
    assert library.made[1][1]["local_files_only"] is False
    assert library.made[1][1]["revision"] == "0123"


def test_silence_is_not_asked_about(library, folder):
    # Whisper is known to hear sentences in it.
    assert WhisperWords(str(folder))(Audio(np.zeros(16_000, np.float32), 16_000)) == ""
    assert library.asked == []


def test_name_holds_the_hash_of_the_weights(folder):
    digest = hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()
    name = WhisperWords(str(folder), "de", 3).id
    assert f"{folder.name}-{digest[:12]}, de, 3 beams" in name
    assert "tiny@0123, en" in WhisperWords("tiny", revision="0123").id
    assert WhisperWords("tiny").id != WhisperWords("small").id
    words = WhisperWords(str(folder))
    assert pickle.loads(pickle.dumps(words)) == words


def test_refused(library, folder):
    with pytest.raises(InputError, match="no such weights to be had: Invalid model size"):
        WhisperWords("nobody/nothing")(SOUND)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"no tokenizer\.json"):
        WhisperWords(str(folder))(SOUND)
    (folder / "model.bin").unlink()
    with pytest.raises(InputError, match=r"no model\.bin"):
        WhisperWords(str(folder)).id  # noqa: B018


def test_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(MissingExtraError, match=r'pip install "voxnym\[whisper\]"'):
        WhisperWords("tiny")(SOUND)
