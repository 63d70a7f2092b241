import pytest

from voxnym.errors import InputError
from voxnym.evaluation.utility.hf_ctc import HubWords
from voxnym.evaluation.utility.hf_emotion import HubEmotion
from voxnym.evaluation.utility.named import load_emotions, load_recogniser
from voxnym.evaluation.utility.whisper import WhisperWords
from voxnym.records import Utterance


def spoken(*languages):
    return [
        Utterance(f"u{number}", f"u{number}", speaker="p", text="one two", language=language)
        for number, language in enumerate(languages)
    ]


def test_whisper_listens_for_the_language_of_the_corpus():
    assert load_recogniser("whisper:large-v3", spoken("sv-SE", "sv-SE")) == WhisperWords(
        "large-v3", language="sv"
    )
    assert load_recogniser("whisper:tiny", spoken(None)) == WhisperWords("tiny", language="en")
    with pytest.raises(InputError, match="de, en"):
        load_recogniser("whisper:tiny", spoken("en", "de"))


def test_networks_by_name_or_folder():
    assert load_recogniser("hf:a/b", spoken("en")) == HubWords("a/b")
    assert load_recogniser("hf:/x/y:z", spoken("en")) == HubWords("/x/y:z")
    assert load_emotions("hf:a/b") == HubEmotion("a/b")


def test_a_closed_vocabulary_is_that_of_the_texts():
    pytest.importorskip("pocketsphinx", reason='needs pip install "voxnym[asr]"')
    assert "closed vocabulary of 2 words" in load_recogniser("closed", spoken("en")).id


@pytest.mark.parametrize("name", ["", "open", "whisper", "whisper:", "hf:", "closed:x"])
def test_no_such_recogniser(name):
    with pytest.raises(InputError, match="expected closed, whisper:MODEL or hf:MODEL"):
        load_recogniser(name, spoken("en"))


@pytest.mark.parametrize("name", ["", "hf", "hf:", "whisper:x"])
def test_no_such_network_for_emotions(name):
    with pytest.raises(InputError, match="expected hf:MODEL"):
        load_emotions(name)
