import numpy as np
import pytest

from voxnym import Key, Who, load
from voxnym.errors import InputError
from voxnym.testing import toy_speech

KEY = Key(bytes(32))
WHO = Who(utterance="call")


def live(name: str, rate: int, size: int, seconds: float = 3.0) -> tuple[np.ndarray, int]:
    """The whole output, and the largest number of samples that it was behind."""
    speech = toy_speech(seconds=seconds, rate=rate).samples[0]
    stream = load(name, key=KEY).open(rate, WHO)
    out, given, behind = [], 0, 0
    for start in range(0, speech.size, size):
        out.append(stream.push(speech[start : start + size]))
        given += out[-1].size
        behind = max(behind, min(start + size, speech.size) - given)
    out.append(stream.finish())
    return np.concatenate(out), behind


@pytest.mark.parametrize("name", ["mcadams", "world"])
@pytest.mark.parametrize("rate", [16000, 44100])
def test_cuts_do_not_matter_and_length_is_kept(name: str, rate: int) -> None:
    whole, _ = live(name, rate, 10**9)
    blocks, _ = live(name, rate, rate // 50)
    assert whole.size == blocks.size == 3 * rate
    np.testing.assert_allclose(blocks, whole, atol=1e-4)
    assert np.abs(whole).max() > 0.01


@pytest.mark.parametrize(("rate", "most_s"), [(16000, 0.07), (22050, 0.13), (48000, 0.13)])
def test_mcadams_is_fast_enough_to_talk(rate: int, most_s: float) -> None:
    assert live("mcadams", rate, rate // 50)[1] / rate <= most_s


def test_world_keeps_its_stated_look_ahead() -> None:
    system = load("world", settings={"world.phrase_s": 1.0})
    assert system.look_ahead < 3.5
    assert live("world", 16000, 320, seconds=40.0)[1] / 16000 <= load("world").look_ahead + 0.1


@pytest.mark.parametrize("gain_db", [-25.0, 0.0, 15.0])
def test_live_speech_is_brought_to_the_fixed_level(gain_db: float) -> None:
    speech = toy_speech(seconds=12.0).samples[0]
    noise = np.random.default_rng(0).standard_normal(speech.size) * 1e-4
    samples = ((speech + noise) * 10 ** (gain_db / 20)).astype(np.float32)
    stream = load("mcadams", key=KEY).open(16000, WHO)
    out = np.concatenate([stream.push(samples), stream.finish()])
    assert np.abs(out).max() < 0.9
    for part in (out[48000:96000], out[-2000:]):
        if part.std() > 0.01:
            assert 20 * np.log10(part.std()) == pytest.approx(-23.0, abs=4.0)


def test_live_end_is_levelled_and_limited_like_the_rest() -> None:
    speech = 2 * toy_speech(seconds=6.0).samples[0][16000:]
    late = load("world", key=KEY).open(16000, WHO)
    out = np.concatenate([late.push(speech), late.finish()])
    assert 0.02 < np.abs(out[-16000:]).max() < 0.9
    assert out[-16000:].std() < 0.15


@pytest.mark.parametrize("rate", [16000, 44100])
def test_live_end_is_not_lost(rate: int) -> None:
    noise = np.random.default_rng(0).standard_normal(30001).astype(np.float32) * 0.1
    stream = load("mcadams", key=KEY).open(rate, WHO)
    out = np.concatenate([stream.push(noise[:20000]), stream.push(noise[20000:]), stream.finish()])
    assert out.size == noise.size
    assert np.abs(out[-40:]).max() > 0.01


def test_streams_end_once_and_take_one_channel() -> None:
    stream = load("mcadams").open(16000, WHO)
    with pytest.raises(InputError, match="one channel"):
        stream.push(np.zeros((2, 10), np.float32))
    with pytest.raises(InputError, match="finite"):
        stream.push(np.array([np.nan], np.float32))
    assert stream.finish().size == 0
    for again in (stream.finish, lambda: stream.push(np.zeros(1, np.float32))):
        with pytest.raises(InputError, match="finished"):
            again()


def test_wrong_rate_is_refused() -> None:
    with pytest.raises(InputError, match="rate=0"):
        load("mcadams").open(0, WHO)
