"""Which utterances were recorded in one sitting."""

import pytest

from voxnym.corpora.sessions import sessions_of
from voxnym.records import Utterance


@pytest.mark.parametrize(
    ("id", "session"),
    [
        ("1089-134686-0007", "1089-134686"),
        ("ls-1089-134686-0007", "ls-1089-134686"),
        ("vctk-p225_001", None),
        ("p225_001", None),
        ("emodb-03a01Fa", None),
        ("cv-ab_19904197", None),
        ("ravdess-03-01-01-01-01-01-01", None),
        ("1089-134686-7", None),
    ],
)
def test_chapters(id, session):
    found = sessions_of([Utterance(id, f"{id}.wav"), Utterance("other", "other.wav")])
    assert found == ({} if session is None else {id: session})


def test_stretches_of_one_recording():
    said = [Utterance("a", "talk"), Utterance("b", "talk"), Utterance("c", "alone")]
    assert sessions_of(said) == {"a": "talk", "b": "talk"}


def test_chapters_of_two_readers_differ():
    found = sessions_of([Utterance("1-5-0000", "x"), Utterance("2-5-0000", "y")])
    assert found["1-5-0000"] != found["2-5-0000"]
