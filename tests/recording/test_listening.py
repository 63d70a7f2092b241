import numpy as np
import pytest

from voxnym import Audio, Who
from voxnym.recording.cast import Cast
from voxnym.recording.listening import listen
from voxnym.recording.source import AudioSource
from voxnym.testing import ToySpeaker, toy_speech


def stereo(left: np.ndarray, right: np.ndarray, rate: int = 16000) -> AudioSource:
    return AudioSource(Audio(np.stack([left, right]).astype(np.float32), rate))


ONE = [Cast.of(Who(utterance="u"))]
TWO = [Cast.of(Who(utterance="u").channel(i)) for i in range(2)]


def talk(seed: int, pitch_hz: float = 120.0) -> np.ndarray:
    return toy_speech(ToySpeaker(pitch_hz), seconds=3.0, seed=seed).samples[0]


def test_separate_voices_have_their_own_facts() -> None:
    source = stereo(talk(0, 100.0), 0.1 * talk(1, 220.0))
    needs = frozenset({"log_pitch_median"})
    heard = listen(source, TWO, rate=16000, needs=needs)
    first, second = (lane.parts[0] for lane in heard.lanes)
    assert first.loudness - second.loudness == pytest.approx(20, abs=3)
    assert first.loudness < heard.loudness < first.loudness + 1
    assert first.survey.loudness == first.loudness
    assert np.exp(first.survey.log_pitch_median) == pytest.approx(100, rel=0.08)
    assert np.exp(second.survey.log_pitch_median) == pytest.approx(220, rel=0.08)


def test_one_voice_is_as_loud_as_all_channels_together() -> None:
    heard = listen(stereo(talk(0), talk(0)), ONE, rate=16000, needs=frozenset())
    one = listen(AudioSource(Audio(talk(0), 16000)), ONE, rate=16000, needs=frozenset())
    assert (
        heard.lanes[0].parts[0].loudness
        == heard.loudness
        == pytest.approx(one.loudness + 3.01, abs=0.1)
    )


@pytest.mark.parametrize(
    ("share", "told"), [(1.0, True), (0.7, True), (0.3, False), (0.0, False), (-1.0, False)]
)
def test_channels_that_cancel_are_noticed(share: float, told: bool) -> None:
    source = stereo(talk(0), -share * talk(0))
    assert listen(source, ONE, rate=16000, needs=frozenset()).cancels == told
    assert not listen(source, TWO, rate=16000, needs=frozenset()).cancels


def test_different_people_on_two_channels_do_not_cancel() -> None:
    assert not listen(stereo(talk(0), talk(1)), ONE, rate=16000, needs=frozenset()).cancels


def test_survey_reaches_the_end_of_a_short_recording() -> None:
    vowel = toy_speech(seconds=1.0, rate=48000).samples[:, 20000:24000]
    needs = frozenset({"voiced_share"})
    heard = listen(AudioSource(Audio(vowel, 48000)), ONE, rate=16000, needs=needs)
    assert heard.lanes[0].parts[0].survey.voiced_share is not None


def test_silence_of_one_voice_is_its_own_channels() -> None:
    quiet = talk(0).copy()
    quiet[10000:20000] = 0
    noise = np.random.default_rng(0).standard_normal(quiet.size)
    separate = listen(stereo(quiet, noise), TWO, rate=16000, needs=frozenset())
    assert [10000, 20000] in separate.lanes[0].silence.tolist()
    assert separate.lanes[1].silence.size == 0
    assert (
        listen(stereo(quiet, noise), ONE, rate=16000, needs=frozenset()).lanes[0].silence.size == 0
    )
