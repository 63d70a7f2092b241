import base64
import io

import numpy as np
import pytest
import soundfile
from toy_folders import toy_sound

from voxnym.errors import InputError
from voxnym.evaluation.listening import sound
from voxnym.records import Audio


def speech(gain=0.1):
    return Audio(toy_sound("x", 2.0, gain).astype(np.float32), 16_000)


def test_levels_become_equal_without_clipping():
    loud, soft = speech(0.2), speech(0.002)
    level = sound.common_level([sound.reachable(loud), sound.reachable(soft)])
    for audio in (loud, soft):
        made = sound.at_level(audio, level)
        assert sound.loudness(made) == pytest.approx(level, abs=0.01)
        assert np.abs(made.samples).max() <= 0.99


def test_one_peak_lowers_all():
    spiked = speech().samples.copy()
    spiked[0, 8000] = 1.0
    limit = sound.reachable(Audio(spiked, 16_000))
    assert limit < sound.LEVEL_LUFS
    level = sound.common_level([limit, -10.0])
    assert level == limit
    made = sound.at_level(Audio(spiked, 16_000), level)
    assert np.abs(made.samples).max() == pytest.approx(0.98, abs=1e-4)


def test_silence_and_clicks_are_refused():
    with pytest.raises(InputError, match="silence"):
        sound.loudness(Audio(np.zeros(32_000, np.float32), 16_000))
    with pytest.raises(InputError, match="is it speech"):
        sound.common_level([-41.0])


def test_data_uri_is_flac_with_the_same_samples_and_no_names():
    audio = speech()
    head, _, tail = sound.data_uri(audio).partition(",")
    assert head == "data:audio/flac;base64"
    raw = base64.b64decode(tail)
    assert raw.startswith(b"fLaC")
    samples, rate = soundfile.read(io.BytesIO(raw), dtype="float32")
    assert rate == 16_000
    assert np.abs(samples - audio.samples[0]).max() < 1 / 32768
    with soundfile.SoundFile(io.BytesIO(raw)) as file:
        assert file.copy_metadata() in ({}, {"software": file.copy_metadata().get("software")})


def test_anchor_is_noise_as_strong_as_the_speech_that_stops_with_it():
    samples = np.concatenate([speech().samples[0], np.zeros(16_000, np.float32)])
    made = sound.anchored(Audio(samples, 16_000), np.random.default_rng(0))
    noise = made.samples[0] - samples
    assert not noise[32_000:].any()
    ratio = 10 * np.log10((samples**2).sum() / (noise**2).sum())
    assert ratio == pytest.approx(0, abs=0.3)
