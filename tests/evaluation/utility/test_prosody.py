import numpy as np
import pytest

from voxnym.audio.resample import resample
from voxnym.evaluation.utility.prosody import melody_kept, pitch_track
from voxnym.records import Audio

RATE = 16_000


def voice(factor=1.0, direction=1.0, seconds=1.2, rate=RATE):
    """Harmonics of a melody that rises and falls, with a pause in the middle."""
    times = np.arange(round(seconds * rate)) / rate
    pitch = factor * (150 + direction * 40 * np.sin(2 * np.pi * 1.3 * times))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    sound = sum(np.sin(k * phase) / k for k in range(1, 9)) * 0.1
    sound[round(0.5 * rate) : round(0.7 * rate)] = 0
    return Audio(sound.astype(np.float32), rate)


def test_track_has_a_frame_every_10_ms():
    track = pitch_track(voice())
    assert track.size == pytest.approx(120, abs=2)
    assert np.median(track[20:40]) == pytest.approx(180, rel=0.1)
    assert (track[53:67] == 0).all()


def test_tracks_of_other_rates_and_channels_lie_alike():
    audio = voice()
    up = resample(audio.samples, RATE, 44_100)
    other = pitch_track(Audio(np.repeat(up, 2, axis=0), 44_100))
    track = pitch_track(audio)
    assert abs(track.size - other.size) <= 1
    size = min(track.size, other.size)
    both = (track[:size] > 0) & (other[:size] > 0)
    assert both.mean() > 0.6
    assert other[:size][both] == pytest.approx(track[:size][both], rel=0.03)


@pytest.mark.parametrize("reading", ["voiced", "vpc2022"])
def test_same_melody_in_a_higher_voice(reading):
    assert melody_kept(voice(), voice(1.5), reading=reading).value > 0.9


def test_melody_upside_down_differs_in_our_reading_only():
    assert melody_kept(voice(), voice(direction=-1)).value < -0.8
    assert melody_kept(voice(), voice(direction=-1), reading="vpc2022").value > 0.3


def test_delay_of_a_system_does_not_matter():
    audio = voice()
    late = Audio(np.roll(audio.samples, round(0.03 * RATE), axis=1), RATE)
    found = melody_kept(audio, late)
    assert found.lag == -3
    assert found.value > 0.98


def test_no_voice_no_melody():
    rng = np.random.default_rng(1)
    noise = Audio(rng.normal(0, 0.01, RATE).astype(np.float32), RATE)
    assert np.isnan(melody_kept(voice(), noise).value)
