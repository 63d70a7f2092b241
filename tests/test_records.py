import numpy as np
import pytest

from voxnym.errors import InputError
from voxnym.records import Audio, Speech, Who


def test_one_dimensional_samples_are_one_channel() -> None:
    audio = Audio(np.zeros(5, np.float64), 8000)  # type: ignore[arg-type]
    assert audio.samples.shape == (1, 5)
    assert audio.samples.dtype == np.float32
    assert (audio.channels, audio.length, audio.duration) == (1, 5, 5 / 8000)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [(np.zeros((1, 2, 3), np.float32), 8000), (np.zeros(3, np.int16), 8000), (np.zeros(3), 0)],
)
def test_wrong_audio_is_refused(samples: np.ndarray, rate: int) -> None:
    with pytest.raises(InputError, match=r"expected|divide"):
        Audio(samples, rate)


def test_speech_slices_and_joins() -> None:
    speech = Speech(
        "lpc", np.arange(6.0).reshape(3, 2), 100, 16000, pitch=np.array([0.0, 1.0, 2.0]),
        energy=np.arange(3.0), rest={"x": np.arange(3)},
    )  # fmt: skip
    both = speech[:1].joined(speech[1:])
    assert both.frames == 3
    for name in ("content", "pitch", "energy"):
        assert np.array_equal(getattr(both, name), getattr(speech, name))
    assert np.array_equal(both.rest["x"], speech.rest["x"])


@pytest.mark.parametrize("who", [{"speaker": "a"}, {"utterance": "u", "scope": "speaker"}, {}])
def test_who_needs_the_field_that_decides(who: dict[str, str]) -> None:
    with pytest.raises(InputError, match="give one"):
        Who(**who)  # type: ignore[arg-type]


def test_channels_are_different_people() -> None:
    who = Who(speaker="s", utterance="u", scope="speaker")
    assert len({who.name, who.channel(0).name, who.channel(1).name}) == 3
