"""What tells emotions: the promise of a probe, and its figures before and after.

A classifier that is trained inside the evaluation is in `probe`; this is for those that come
trained. They know neither the corpus nor the system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from voxnym.errors import InputError
from voxnym.records import Audio

CHALLENGE: Final = ("anger", "happiness", "neutral", "sadness")
"""The classes of the VoicePrivacy challenges."""

_SAME: Final = {
    "ang": "anger", "angry": "anger", "anger": "anger",
    "hap": "happiness", "happy": "happiness", "happiness": "happiness", "joy": "happiness",
    "neu": "neutral", "neutral": "neutral", "calm": "neutral",
    "sad": "sadness", "sadness": "sadness",
    "fea": "sadness", "fear": "sadness", "fearful": "sadness",
    "dis": "anger", "disgust": "anger", "disgusted": "anger",
    "sur": "neutral", "surprise": "neutral", "surprised": "neutral",
    "other": "neutral", "unknown": "neutral", "unk": "neutral",
}  # fmt: skip


class EmotionProbe(Protocol):
    """Tells the emotion of one utterance. Nothing may carry over to the next."""

    @property
    def id(self) -> str:
        """Name and hash of all that its output depends on."""
        ...

    def __call__(self, audio: Audio) -> Mapping[str, float]:
        """Probability of each emotion, summing to 1."""
        ...


def four_emotions(label: str) -> str:
    """A label of some corpus or model as one of the challenge's four.

    Disgust goes with anger, fear with sadness, surprise and the rest with neutral; labels may
    carry a translation behind a slash.

    Raises:
        InputError: a label that is none.

    Source: VoicePrivacy 2026 evaluation plan, emotions of track 2.

    >>> four_emotions("fearful"), four_emotions("Happy/glad")
    ('sadness', 'happiness')
    """
    names = [part.strip().lower().strip("<>") for part in label.split("/")]
    found = next((_SAME[name] for name in names if name in _SAME), None)
    if found is None:
        raise InputError(f"{label!r}: not known as an emotion")
    return found


def likeliest(probabilities: Mapping[str, float], among: Sequence[str] = CHALLENGE) -> str:
    """The emotion that a probe means, its labels gathered into the challenge's.

    Args:
        probabilities: as a probe gives them.
        among: classes of the corpus; others are not believed.

    Raises:
        InputError: no probability is of any of them, or a label that is none.

    >>> likeliest({"sad": 0.3, "fear": 0.3, "angry": 0.4})
    'sadness'
    """
    sums = dict.fromkeys(among, 0.0)
    for label, value in probabilities.items():
        name = four_emotions(label)
        if name in sums:
            sums[name] += value
    if not any(sums.values()):
        raise InputError(f"{', '.join(probabilities)}: none of {', '.join(among)}")
    return max(sums, key=lambda name: sums[name])
