"""Recognisers of words and emotions by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from voxnym.errors import InputError
from voxnym.evaluation.utility.emotion import EmotionProbe
from voxnym.evaluation.utility.recognition import Recogniser
from voxnym.records import Utterance

CLOSED: Final = "closed"
_HUB: Final = "hf"
_WHISPER: Final = "whisper"


def load_recogniser(name: str, utterances: Sequence[Utterance]) -> Recogniser:
    """Who writes down words.

    Args:
        name: "closed" for pocketsphinx with the words of the utterances' own texts, "whisper:MODEL"
            or "hf:MODEL", where MODEL is a name on a hub or a folder.
        utterances: what is to be recognised: their texts make the closed vocabulary, their
            language tells Whisper what to expect.

    Raises:
        InputError: no such recogniser, no words for a closed vocabulary, or several languages for
            Whisper.
        MissingExtraError: it needs a package that is not installed.
    """
    kind, _, model = name.partition(":")
    if name == CLOSED:
        from voxnym.evaluation.utility.pocketsphinx_words import ClosedWords

        return ClosedWords.of_texts(each.text or "" for each in utterances)
    if kind == _WHISPER and model:
        from voxnym.evaluation.utility.whisper import WhisperWords

        return WhisperWords(model, language=_language(utterances))
    if kind == _HUB and model:
        from voxnym.evaluation.utility.hf_ctc import HubWords

        return HubWords(model)
    raise InputError(f"recogniser {name!r}: expected closed, whisper:MODEL or hf:MODEL")


def load_emotions(name: str) -> EmotionProbe:
    """A trained network that tells emotions.

    Args:
        name: "hf:MODEL", where MODEL is a name on a hub or a folder.

    Raises:
        InputError: no such network.
    """
    kind, _, model = name.partition(":")
    if kind == _HUB and model:
        from voxnym.evaluation.utility.hf_emotion import HubEmotion

        return HubEmotion(model)
    raise InputError(f"network for emotions {name!r}: expected hf:MODEL")


def _language(utterances: Sequence[Utterance]) -> str:
    """The one language of all, English where none is named."""
    found = sorted({each.language for each in utterances if each.language})
    if len(found) > 1:
        raise InputError(f"languages {', '.join(found)}: expected one for Whisper to listen to")
    return found[0].partition("-")[0] if found else "en"
