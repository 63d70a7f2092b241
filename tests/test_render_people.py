"""Whose voice comes out: people, keys and channels, with the real systems."""

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from voxnym import Audio, Key, Who, load
from voxnym.recording.source import AudioSource
from voxnym.render import RenderOptions, render
from voxnym.testing import ToySpeaker, check_anonymizer, toy_speech

WHO = Who(utterance="u")
KEY = Key(bytes(range(32)))
SPEECH = toy_speech(ToySpeaker(100), seconds=2.5)


def separate(name: str, audio: Audio) -> Audio:
    options = RenderOptions(channels="separate", surroundings="keep")
    with render(load(name, key=KEY), AudioSource(audio), WHO, options=options) as rendering:
        return rendering.audio()


@pytest.mark.parametrize("pitches", [(90, 200), (200, 90)])
@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_separate_channels_may_be_quite_different(name: str, pitches: tuple[int, int]) -> None:
    rows = [toy_speech(ToySpeaker(p), seconds=12, seed=p).samples[0] for p in pitches]
    audio = Audio(np.stack([*rows, np.zeros_like(rows[0])]), 16000)
    out = separate(name, audio)
    assert out.samples.shape == audio.samples.shape
    assert not out.samples[2].any()
    meter = pyloudnorm.Meter(16000)
    assert meter.integrated_loudness(out.samples.T.astype(float)) == pytest.approx(-23, abs=0.5)


def test_separate_channels_are_different_people() -> None:
    one = SPEECH.samples
    audio = Audio(np.concatenate([one, one]), 16000)
    out = separate("mcadams", audio)
    assert not np.allclose(out.samples[0], out.samples[1], atol=1e-2)
    mixed = load("mcadams", key=KEY)(audio, WHO)
    np.testing.assert_array_equal(mixed.samples[0], mixed.samples[1])


@pytest.mark.parametrize("name", ["mcadams", "world"])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_contract(name: str, rate: int) -> None:
    check_anonymizer(load(name, key=KEY), rate=rate)


@pytest.mark.parametrize("name", ["mcadams", "world"])
def test_keys_and_people_decide_the_voice(name: str) -> None:
    audio = SPEECH

    def out(key: Key, who: Who) -> NDArray[np.float32]:
        return load(name, key=key)(audio, who).samples

    base = out(KEY, Who("anna", "u1", "speaker"))
    np.testing.assert_array_equal(base, out(KEY, Who("anna", "u2", "speaker")))
    for key, who in (
        (KEY, Who("berta", "u1", "speaker")), (KEY, Who("anna", "u1", "file")),
        (Key(bytes(32)), Who("anna", "u1", "speaker")),
    ):  # fmt: skip
        assert np.abs(base - out(key, who)).max() > 1e-2
