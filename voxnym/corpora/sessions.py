"""Which utterances were recorded in one sitting, as far as the corpus tells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from voxnym.records import Utterance

_CHAPTER: Final = re.compile(r"^((?:[A-Za-z]+-)?\d+-\d+)-\d{4}$")
"""Reader, chapter and number of LibriSpeech and of corpora that took its names."""


def sessions_of(utterances: Iterable[Utterance]) -> dict[str, str]:
    """Utterance id to session; utterances whose session nobody knows are absent.

    Utterances that are stretches of one recording share a session; LibriSpeech's chapters are
    sessions, too, though a reader may have read several on one day.

    >>> sessions_of([Utterance("ls-19-198-0001", "a.flac"), Utterance("p225_001", "b.wav")])
    {'ls-19-198-0001': 'ls-19-198'}
    """
    known = tuple(utterances)
    shared = Counter(utterance.recording for utterance in known)
    sessions: dict[str, str] = {}
    for utterance in known:
        chapter = _CHAPTER.match(utterance.id)
        if chapter is not None:
            sessions[utterance.id] = chapter[1]
        elif shared[utterance.recording] > 1:
            sessions[utterance.id] = utterance.recording
    return sessions
